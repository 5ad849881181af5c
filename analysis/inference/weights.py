"""Distributions given that something holds, from the draws in which it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from .estimates import Array, Distribution, Weighting


def given(values: Array, weighting: Weighting, holds: NDArray[Any]) -> Distribution | None:
    """Distribution of a variable given that something holds.

    Parameters
    ----------
    values : array of shape (draw,)
        Of the variable.
    weighting : Weighting
        How the draws stand for the distribution.
    holds : array of bool, shape (draw,)
        Whether it does in a draw.

    Returns
    -------
    Distribution or None
        On the same draws, those in which it does not hold having no weight, so that errors are those of a ratio of two
        means over all draws. None where it holds in no draw of any weight.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis.inference.estimates import Weighting
    >>> months = np.array([1.0, 2.0, 30.0, 40.0])
    >>> given(months, Weighting(4), months > 10.0).mean.value
    35.0
    """
    shares = weighting.shares * holds
    total = float(shares.sum())
    if total == 0.0:
        return None
    return Distribution(values, replace(weighting, weights=shares / total))
