"""Pools of several structures' dates: one distribution in place of many.

References
----------
.. [1] Lichtendahl, Grushka-Cockayne and Winkler, Is it better to average probabilities or quantiles? (2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..inference.differences import error_of_total
from ..inference.estimates import Array, Distribution, Estimate, Weighting

POOL_VALUES = 20_000  # equally likely values that stand for an average of quantiles


def linear_pool(dates: Mapping[str, Distribution], weights: Mapping[str, float] | None = None) -> Distribution:
    """Mix the densities, by weights or equally: on the structures' own draws, and with their errors.

    Parameters
    ----------
    dates : mapping of str to Distribution
        By structure.
    weights : mapping of str to float, optional
        By structure, summing to one.
    """
    share = weights or {name: 1.0 / len(dates) for name in dates}
    parts = [ready.weighting for ready in dates.values()]
    effective = [ready.effective_draws for ready in dates.values()]
    weighting = MixedWeighting(
        draws=sum(part.draws for part in parts),
        weights=np.concatenate([share[name] * ready.weighting.shares for name, ready in dates.items()]),
        parts=tuple(parts),
        effective=1.0 / sum(share[name] ** 2 / each for name, each in zip(dates, effective, strict=True)),
    )
    return Distribution(np.concatenate([ready.values for ready in dates.values()]), weighting)


@dataclass(frozen=True)
class MixedWeighting(Weighting):
    """How the draws of several distributions stand for a mixture of them.

    Attributes
    ----------
    parts : tuple of Weighting
        Of each distribution, whose draws follow one another.
    effective : float
        Number of independent draws of the mixture worth as much.
    """

    parts: tuple[Weighting, ...] = ()
    effective: float = 0.0

    def error_of_sum(self, contributions: Array) -> float:
        """As of `Weighting`: distributions on the same draws err together."""
        return error_of_total([(self, contributions)])

    def apart(self, contributions: Array) -> list[tuple[Weighting, Array]]:
        """By distribution; only how the draws of one differ from each other adds to the error."""
        ends = np.cumsum([part.draws for part in self.parts])[:-1]
        split = zip(self.parts, np.split(contributions, ends), strict=True)
        with np.errstate(invalid="ignore"):  # what is not finite leaves a sum that is not
            return [(part, each - part.shares * each.sum()) for part, each in split]

    def effective_draws(self, values: Array | None = None) -> float:
        """Number of independent draws worth as much."""
        return self.effective


def quantile_pool(dates: Mapping[str, Distribution]) -> Distribution:
    """Average the quantiles."""
    return QuantilePool(list(dates.values()))


class QuantilePool(Distribution):
    """The distribution whose quantiles are the averages of several distributions'.

    Parameters
    ----------
    averaged : sequence of Distribution
        Each counts the same.
    """

    def __init__(self, averaged: Sequence[Distribution]) -> None:
        probabilities = (np.arange(POOL_VALUES) + 0.5) / POOL_VALUES
        values = np.mean([each.quantile_values(probabilities) for each in averaged], axis=0)
        super().__init__(values, Weighting(POOL_VALUES))
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


def between_share(dates: Mapping[str, Distribution]) -> float | None:
    """Share of the equal-weight linear pool's variance that lies between the structures' means.

    None where in one of them the event may never come: then there is no variance.
    """
    means = np.array([ready.mean.value for ready in dates.values()])
    if not np.isfinite(means).all():
        return None
    within = np.array([ready.sd**2 for ready in dates.values()])
    between = means.var()
    return float(between / (between + within.mean()))
