"""Quantiles of draws: their density, and what each draw adds to their error."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

from ...priors.arguments import refuse_others
from ...priors.errors import InputError
from .weighting import Array


def refuse_other_than_probability(p: object) -> None:
    """Refuse what is no probability.

    Raises
    ------
    InputError
        Saying what was given.
    """
    if isinstance(p, bool) or not isinstance(p, Real) or not 0.0 <= float(p) <= 1.0:
        raise InputError(f"a probability from 0 to 1 was expected, not {p!r}", key="p")


def refuse_other_than_number(value: object) -> None:
    """Refuse what is no number, as is what is undefined.

    Raises
    ------
    InputError
        Saying what was given.
    """
    refuse_others("value", value, Real, "a number")
    if value != value:
        raise InputError("a number was expected, not nan", key="value")


def half_widths(p: float, draws: float) -> Array:
    """How far on either side of p quantiles lie from whose spacing its density is read off; then where that fails.

    Parameters
    ----------
    p : float
        A probability.
    draws : float
        Effective number of draws behind the quantiles.

    Returns
    -------
    array of shape (2,)
        Differences of probabilities.
    """
    noise = math.sqrt(p * (1.0 - p) / max(draws, 1.0))
    return np.minimum([max(draws, 1.0) ** (-1.0 / 3.0), 2.0 * noise], 0.5 * min(p, 1.0 - p))


def density_between(widths: Array, below: Array, above: Array) -> float:
    """Density at a quantile, from the spacing of those on either side of it.

    Parameters
    ----------
    widths, below, above : array of shape (2,)
        From `half_widths`, and the quantiles there.

    Returns
    -------
    float
        Infinite where neighbouring quantiles coincide. 0 where they are infinite within the noise of p itself,
        so that nothing can be said of the quantile's error.
    """
    for width, low, high in zip(widths.tolist(), below.tolist(), above.tolist(), strict=True):
        spacing = high - low
        if math.isfinite(spacing):
            return float(2.0 * width / spacing) if spacing > 0.0 else math.inf
    return 0.0


def quantile_influence(values: Array, p: float, quantile: float, density: float) -> Array:
    r"""Influence of each draw on a quantile: :math:`(p - 1[x \le q]) / f(q)`; undefined where f is 0."""
    if density == 0.0:
        return np.full(values.shape, np.nan)
    return np.asarray((p - (values <= quantile)) / density, dtype=np.float64)
