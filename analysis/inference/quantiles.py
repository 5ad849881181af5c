"""Quantiles of draws: their density, and what each draw adds to their error."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from ...priors.errors import InputError

Array = NDArray[np.float64]


def refuse_other_than_probability(p: object) -> None:
    """Refuse what is no probability.

    Raises
    ------
    InputError
        Saying what was given.
    """
    if isinstance(p, bool) or not isinstance(p, Real) or not 0.0 <= float(p) <= 1.0:
        raise InputError(f"a probability from 0 to 1 was expected, not {p!r}", key="p")


def density_from_quantiles(quantile_value: Callable[[float], float], p: float, draws: float) -> float:
    """Density at the quantile p, from the spacing of quantiles around it.

    Parameters
    ----------
    quantile_value : callable
        From probability to quantile.
    p : float
        Where.
    draws : float
        Effective number of draws behind the quantiles.

    Returns
    -------
    float
        Infinite where neighbouring quantiles coincide. 0 where they are infinite within the noise of p itself,
        so that nothing can be said of the quantile's error.
    """
    noise = math.sqrt(p * (1.0 - p) / max(draws, 1.0))
    for half_width in (max(draws, 1.0) ** (-1.0 / 3.0), 2.0 * noise):
        half_width = min(half_width, 0.5 * min(p, 1.0 - p))
        spacing = quantile_value(p + half_width) - quantile_value(p - half_width)
        if math.isfinite(spacing):
            return 2.0 * half_width / spacing if spacing > 0.0 else math.inf
    return 0.0


def quantile_influence(values: Array, p: float, quantile: float, density: float) -> Array:
    r"""Influence of each draw on a quantile: :math:`(p - 1[x \le q]) / f(q)`; undefined where f is 0."""
    if density == 0.0:
        return np.full(values.shape, np.nan)
    return np.asarray((p - (values <= quantile)) / density, dtype=np.float64)
