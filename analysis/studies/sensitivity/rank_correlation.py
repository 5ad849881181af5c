r"""Spearman's rank correlation of draws, with its Monte Carlo error.

With ranks :math:`F(x)` and :math:`G(y)` between 0 and 1, the correlation is :math:`(E[F G] - E[F] E[G]) / (s_F s_G)`;
a draw acts on it through its own ranks and through those of all others.

References
----------
.. [1] Borkowf, Computing the nonnull asymptotic variance of Spearman's rank correlation (2002).
"""

from __future__ import annotations

import numpy as np

from ...inference.estimates import Array, Estimate, Weighting

NO_SPREAD = 1e-12  # of ranks: below it a variable has one value, up to rounding


def rank_correlation(one: Array, other: Array, weighting: Weighting) -> Estimate:
    """Spearman's rank correlation of two variables, each of shape (draw,); 0 where one never varies."""
    draws = weighting.draws
    weights = np.full(draws, 1.0 / draws) if weighting.weights is None else weighting.weights
    rank, rank_other = _Ranks(one, weights), _Ranks(other, weights)
    spread = float(np.sqrt(rank.variance * rank_other.variance))
    if spread < NO_SPREAD:
        return Estimate(0.0, 0.0)
    product = float(weights @ (rank.centred * rank_other.centred))
    influence = (
        rank.centred * rank_other.centred
        + rank.mean_of_those_above(rank_other.centred)
        + rank_other.mean_of_those_above(rank.centred)
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
