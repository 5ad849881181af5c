r"""Spearman's rank correlations of draws, with their Monte Carlo error.

With ranks :math:`F(x)` and :math:`G(y)` between 0 and 1, the correlation is :math:`(E[F G] - E[F] E[G]) / (s_F s_G)`;
a draw acts on it through its own ranks and through those of all others.

References
----------
.. [1] Borkowf, Computing the nonnull asymptotic variance of Spearman's rank correlation (2002).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from ...inference.estimates import Array, Estimate, Weighting
from ...inference.processes import shared_out

NO_SPREAD = 1e-12  # of ranks: below it a variable has one value, up to rounding


def rank_correlations(quantities: Mapping[str, Array], outcome: Array, weighting: Weighting) -> dict[str, Estimate]:
    """Spearman's rank correlation of each quantity with an outcome.

    Parameters
    ----------
    quantities : mapping of str to array of shape (draw,)
        Their draws.
    outcome : array of shape (draw,)
        Those of the outcome.
    weighting : Weighting
        How the draws stand for the distribution.

    Returns
    -------
    dict of str to Estimate
        By quantity; 0 where it or the outcome never varies.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import Weighting
    >>> from catchup.analysis.studies.sensitivity.rank_correlation import rank_correlations
    >>> ascending = np.arange(5.0)
    >>> found = rank_correlations({"square": ascending**2, "opposite": -ascending}, ascending, Weighting(5))
    >>> {name: round(correlation.value, 6) for name, correlation in found.items()}
    {'square': 1.0, 'opposite': -1.0}
    """
    weights = weighting.shares
    ranks = _Ranks(outcome, weights)  # once for all
    tasks = [partial(_correlation, values, ranks, weights, weighting) for values in quantities.values()]
    return dict(zip(quantities, shared_out(tasks), strict=True))


def _correlation(values: Array, other: _Ranks, weights: Array, weighting: Weighting) -> Estimate:
    own = _Ranks(values, weights)
    spread = float(np.sqrt(own.variance * other.variance))
    if spread < NO_SPREAD:
        return Estimate(0.0, 0.0)
    product = float(weights @ (own.centred * other.centred))
    influence = (
        own.centred * other.centred + own.mean_of_those_above(other.centred) + other.mean_of_those_above(own.centred)
    )
    return Estimate(product / spread, weighting.mcse(influence / spread))


class _Ranks:
    """Weighted ranks between 0 and 1, ties sharing theirs, less their mean."""

    def __init__(self, values: Array, weights: Array) -> None:
        _, self._group = np.unique(values, return_inverse=True)
        self._weights = weights
        mass = np.bincount(self._group, weights)
        self.centred: Array = (np.cumsum(mass) - 0.5 * mass)[self._group] - 0.5
        self.variance = float(weights @ self.centred**2)

    def mean_of_those_above(self, values: Array) -> Array:
        """Mean of `values` times whether a draw lies above each draw, ties counting half; shape (draw,)."""
        mass = np.bincount(self._group, self._weights * values)
        return np.asarray((mass[::-1].cumsum()[::-1] - 0.5 * mass)[self._group])
