"""The distribution whose quantiles are the averages of several others', with their Monte Carlo errors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from .estimates import Array, Distribution, Estimate, Weighting
from .weighting import error_of_total

VALUES = 20_000  # equally likely ones that stand for it


class AveragedQuantiles(Distribution):
    """The distribution whose quantiles are the averages of several distributions'.

    Parameters
    ----------
    averaged : sequence of Distribution
        Each counts the same.
    """

    def __init__(self, averaged: Sequence[Distribution]) -> None:
        probabilities = (np.arange(VALUES) + 0.5) / VALUES
        values = np.mean([each.quantile_values(probabilities) for each in averaged], axis=0)
        super().__init__(values, Weighting(VALUES))
        self._averaged = averaged

    def quantile(self, p: float) -> Estimate:
        """Quantile, with the error of the average."""
        each = [distribution.quantile(p) for distribution in self._averaged]
        influences = [distribution.quantile_influence(p) for distribution in self._averaged]
        value = float(np.mean([quantile.value for quantile in each]))
        return Estimate(value, self._error(influences), all(quantile.meaningful for quantile in each))

    def probability_below(self, value: float) -> Estimate:
        """Probability of lying strictly below a value; its error is that of the quantile there, times the density."""
        found = super().probability_below(value).value
        if not 0.0 < found < 1.0:
            return Estimate(found, 0.0)
        return Estimate(found, self.quantile(found).mcse * self.density(found))

    @property
    def mean(self) -> Estimate:
        """Mean, with the error of the average."""
        means = [distribution.mean.value for distribution in self._averaged]
        if not np.isfinite(means).all():
            return Estimate(np.inf, np.inf)
        return Estimate(float(np.mean(means)), self._error([each.values for each in self._averaged]))

    @cached_property
    def effective_draws(self) -> float:
        """Of the distribution that has fewest."""
        return min(each.effective_draws for each in self._averaged)

    def _error(self, influences: Sequence[Array]) -> float:
        """Standard error of the average of what each distribution's draws tell, given the influence of each draw."""
        weightings = [each.weighting for each in self._averaged]
        added = [part.contributions(influence) for part, influence in zip(weightings, influences, strict=True)]
        return error_of_total(list(zip(weightings, added, strict=True))) / len(self._averaged)
