"""Draws for the tests of the model."""

from __future__ import annotations

import numpy as np

from catchup.model.assumptions import Assumptions
from catchup.model.draws import QuantileTransform, UniformStreams


def draw(assumptions: Assumptions, names: list[str], draws: int, seed: int) -> dict[str, np.ndarray]:
    """Draw quantities from their priors; each of shape (draw,)."""
    transform = QuantileTransform(assumptions.beliefs, names)
    streams = UniformStreams(np.random.default_rng(seed))
    return transform(next(iter(streams.chunks(transform.names, 0, draws, draws))))
