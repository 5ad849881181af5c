"""Resampling: which draws to take so that, all of equal weight, they stand for weighted ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .estimates import Array

Positions = NDArray[np.int64]


def systematic(weights: Array, draws: int, rng: np.random.Generator) -> Positions:
    """Choose positions in proportion to weights, by equally spaced points that share one random offset.

    Returns
    -------
    array of int, shape (draws,)
        In ascending order; each position comes its weight times `draws` times, rounded up or down.
    """
    points = (np.arange(draws) + rng.random()) / draws
    return np.searchsorted(np.cumsum(weights) / np.sum(weights), points, side="right").clip(max=weights.size - 1)
