r"""Proper scores of equally likely values and of quantiles.

Their formulas stand here because a library's would take longer to load than everything that is scored; tests hold
them to the library's.

A date may never come, and the CRPS of that has no end. Here it is the threshold-weighted CRPS [2]_ of all months up to
`HORIZON`, :math:`\int_{-\infty}^{h} (F(x) - 1\{y \le x\})^2 dx`: as if what comes later, or never, came at the
horizon. The horizon is fixed, whatever happens, so that the score stays proper; it does not tell apart what lies
beyond.

References
----------
.. [1] Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation, JASA 102 (2007).
.. [2] Gneiting and Ranjan, Comparing density forecasts using threshold- and quantile-weighted scoring rules, JBES 29
   (2011).
"""

from __future__ import annotations

import numpy as np

from .estimates import Array

HORIZON = 120.0  # months after t = 0, or after a record whose lag is asked: this project's judgement of what matters


def crps(values: Array, outcome: float) -> float:
    r"""Continuous ranked probability score of equally likely values, :math:`E|X - y| - \tfrac12 E|X - X'|`.

    Parameters
    ----------
    values : array, shape (n,)
        Ascending and finite.
    outcome : float
        What happened, in the same unit.

    Returns
    -------
    float
        In that unit; 0 is best.

    Examples
    --------
    >>> round(crps(np.array([1.0, 2.0, 4.0]), 2.0), 6)
    0.333333
    """
    ranks = 2.0 * np.arange(values.size) - (values.size - 1.0)
    # not `@`: the number of its threads changes the last digits
    found = float(np.abs(values - outcome).mean() - np.einsum("i,i->", ranks, values) / values.size**2)
    return max(found, 0.0)  # of values all alike the difference is rounding, of either sign


def crps_within(values: Array, outcome: float, horizon: float = HORIZON) -> float:
    r"""CRPS of all that comes up to a horizon, :math:`\int_{-\infty}^{h} (F(x) - 1\{y \le x\})^2 dx`.

    Parameters
    ----------
    values : array, shape (n,)
        Ascending; infinite where it never comes.
    outcome : float
        What happened, in the same unit; infinite if it never did.
    horizon : float
        The last moment that counts.

    Returns
    -------
    float
        In that unit; 0 is best.

    Examples
    --------
    >>> crps_within(np.array([1.0, np.inf]), 2.0, horizon=10.0)
    2.25
    """
    return crps(np.minimum(values, horizon), min(outcome, horizon))


def crps_until(values: Array, threshold: float) -> float:
    r"""Part of it below a threshold, nothing having happened until then: :math:`\int_{-\infty}^{b} F(x)^2 dx`.

    Parameters
    ----------
    values : array, shape (n,)
        Ascending; infinite where it never comes.
    threshold : float
        The last moment known of.
    """
    last = min(threshold, HORIZON)
    return crps_within(values, last, last)


def quantile_loss(quantile: float, level: float, outcome: float) -> float:
    """Quantile score (pinball loss) of a quantile; 0 is best.

    Parameters
    ----------
    quantile, outcome : float
        In one unit.
    level : float
        The quantile's probability.
    """
    gap = outcome - quantile
    return level * gap if gap > 0.0 else (level - 1.0) * gap
