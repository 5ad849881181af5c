"""Estimates from draws, each with its Monte Carlo standard error (MCSE).

Whatever the draws are (independent, replicates of a quasi-random sequence, importance-weighted, Markov
chains), every estimate here is, to first order, the mean of an influence function over them. Its MCSE is
therefore always the MCSE of a mean, for which each kind of draws has its own formula; and the MCSE of a
difference between two scenarios that share their draws is the MCSE of the difference of their influence
functions.

References
----------
.. [1] van der Vaart, Asymptotic Statistics (1998), chapter 21: the influence function of a quantile.
.. [2] Vehtari et al., Rank-normalization, folding, and localization: an improved R-hat (2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from ...priors.arguments import refuse_others
from .quantiles import density_from_quantiles, quantile_influence, refuse_other_than_probability

Array = NDArray[np.float64]

NOTHING = 1e-9  # months, or shares of one: an estimate below this is what rounding leaves, and so may its error be
NOISE_FACTOR = 2.0  # what is smaller than this many standard errors is noise
FEW = 1_000.0  # an amount below this is written with the decimals that its error bears out
TAIL_DRAWS = 10  # effective draws beyond a quantile, below which it is called meaningless


@dataclass(frozen=True)
class Estimate:
    """A figure and its Monte Carlo standard error.

    Attributes
    ----------
    value, mcse : float
        In the unit of what was estimated.
    meaningful : bool
        False when too few draws lie beyond a quantile to speak of it.

    Examples
    --------
    >>> from catchup.analysis import Estimate
    >>> Estimate(0.3, mcse=0.1).noise, Estimate(0.1, mcse=0.1).noise
    (False, True)
    >>> Estimate(1e-15, mcse=1e-17).noise
    True
    """

    value: float
    mcse: float
    meaningful: bool = True

    @property
    def nothing(self) -> bool:
        """Whether it is no more than rounding leaves, whatever its error says."""
        return abs(self.value) <= NOTHING

    @property
    def noise(self) -> bool:
        """Whether it cannot be told from nothing."""
        return self.nothing or not abs(self.value) > NOISE_FACTOR * self.mcse


ZERO = Estimate(0.0, 0.0)


@dataclass(frozen=True)
class Weighting:
    """How draws stand for a distribution.

    Attributes
    ----------
    draws : int
        Number of draws.
    weights : array of shape (draw,), optional
        Importance weights, summing to one.
    replicates : int
        Number of independent replicates that follow one another, scrambles of a sequence or pairs of antithetic draws
        (0: every draw is independent).
    chains : int
        Number of Markov chains that follow one another (0: none).

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import Weighting
    >>> Weighting(2, weights=np.array([0.25, 0.75])).mean(np.array([10.0, 20.0]))
    17.5
    """

    draws: int
    weights: Array | None = None
    replicates: int = 0
    chains: int = 0

    @property
    def shares(self) -> Array:
        """Share of the whole that each draw stands for; shape (draw,), summing to one."""
        return np.full(self.draws, 1.0 / self.draws) if self.weights is None else self.weights

    def grouped(self, most: int) -> NDArray[np.int64]:
        """Number at most so many consecutive groups of draws that are independent of each other, shape (draw,)."""
        units = self.replicates or self.draws
        return np.arange(self.draws) // (self.draws // units) * min(units, most) // units

    def counted(self, values: Array) -> Array:
        """Values of shape (draw,), with 0 for those without any weight: infinite ones would have a say in the mean."""
        if self.weights is None or np.isfinite(values).all():
            return values
        return np.where(self.weights > 0.0, values, 0.0)

    def mean(self, values: Array) -> float:
        """Mean of values of shape (draw,)."""
        return self._mean(self.counted(values))

    def estimate(self, values: Array) -> Estimate:
        """Mean of values of shape (draw,), with its MCSE: infinite where a value that counts is."""
        counted = self.counted(values)
        mean = self._mean(counted)
        return Estimate(mean, self.error_of_sum(self._contributions(counted, mean)))

    def mcse(self, values: Array) -> float:
        """Monte Carlo standard error of the mean of values of shape (draw,); infinite where one that counts is."""
        return self.error_of_sum(self.contributions(values))

    def contributions(self, values: Array) -> Array:
        """What each draw adds to the error of the mean of values, to first order; shape (draw,), summing to zero."""
        counted = self.counted(values)
        return self._contributions(counted, self._mean(counted))

    def _mean(self, counted: Array) -> float:
        if self.weights is None:
            return float(counted.mean())
        # not `@`: its threads wait for each other longer than the sum takes, and their number changes the last digits
        return float(np.einsum("i,i->", self.weights, counted))

    def _contributions(self, counted: Array, mean: float) -> Array:
        with np.errstate(invalid="ignore"):  # of an infinite value, what it adds is not known
            deviations = counted - mean
            if self.weights is None:
                deviations /= self.draws
            else:
                deviations *= self.weights
        return deviations

    def error_of_sum(self, contributions: Array) -> float:
        """Standard error of an estimate whose error is, to first order, the sum of its draws' contributions.

        Contributions to several estimates from the same draws add up, whatever the weights of each: the error of
        any difference or sum of them follows. Infinite where a contribution is not finite.
        """
        if self.draws < 2:
            return math.inf
        if self.chains:
            from arviz_stats.base import array_stats

            if not np.isfinite(contributions).all():
                return math.inf
            if np.ptp(contributions) == 0.0:
                return 0.0
            chained = (self.draws * contributions).reshape(self.chains, -1)
            return float(array_stats.mcse(chained, chain_axis=0, draw_axis=1, method="mean"))
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite leaves a sum that is not
            if self.replicates:
                each = contributions.reshape(self.replicates, -1)  # along a short last axis NumPy's sum takes long
                contributions = each[:, 0] + each[:, 1] if each.shape[1] == 2 else each.sum(axis=1)
            parts = contributions.size
            found = float(np.sqrt(np.sum(contributions**2) * parts / (parts - 1))) if parts > 1 else math.inf
        return found if math.isfinite(found) else math.inf

    def apart(self, contributions: Array) -> list[tuple[Weighting, Array]]:
        """Draws that were made together, with what each adds to an estimate's error: these, if they are no mixture."""
        return [(self, contributions)]

    def effective_draws(self, values: Array | None = None) -> float:
        """Number of independent draws worth as much: Kish's for weights, bulk ESS of `values` for chains; or both."""
        counted = float(self.draws if self.weights is None else 1.0 / np.sum(self.weights**2))
        if self.chains and values is not None:
            from arviz_stats.base import array_stats

            chained = values.reshape(self.chains, -1)
            found = float(array_stats.ess(chained, chain_axis=0, draw_axis=1, method="bulk"))
            return found if self.weights is None else found * counted / self.draws
        return counted


class Distribution:
    """The distribution of one variable, as draws stand for it.

    Parameters
    ----------
    values : array of shape (draw,)
        The draws; infinite where something never happens.
    weighting : Weighting
        How they stand for the distribution.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import Distribution, Weighting
    >>> months = Distribution(np.array([6.0, 9.0, 12.0, np.inf]), Weighting(4))
    >>> months.probability_below(10.0).value
    0.5
    """

    def __init__(self, values: Array, weighting: Weighting) -> None:
        self.values = values
        self.weighting = weighting
        self._quantiles: dict[float, Estimate] = {}  # tables, figures and JSON ask for the same ones

    def reweighted(self, weighting: Weighting) -> Distribution:
        """Return the distribution that the same draws stand for with other weights; they are put in order once."""
        other = Distribution(self.values, weighting)
        other._order = self._order
        return other

    def given(self, holds: NDArray[np.bool_]) -> Distribution | None:
        """Return the distribution given that something holds.

        Parameters
        ----------
        holds : array of bool, shape (draw,)
            Whether it does in a draw.

        Returns
        -------
        Distribution or None
            On the same draws, those in which it does not hold having no weight, so that errors are those of a ratio of
            two means over all draws. None where it holds in no draw of any weight.

        Examples
        --------
        >>> import numpy as np
        >>> from catchup.analysis import Distribution, Weighting
        >>> months = Distribution(np.array([1.0, 2.0, 30.0, 40.0]), Weighting(4))
        >>> months.given(months.values > 10.0).mean.value
        35.0
        """
        shares = self.weighting.shares * holds
        total = float(shares.sum())
        return self.reweighted(replace(self.weighting, weights=shares / total)) if total else None

    @cached_property
    def effective_draws(self) -> float:
        """Number of independent draws worth as much."""
        return self.weighting.effective_draws(self.values)

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.values)

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """Values in order, and the cumulative probability at the middle of each."""
        if self.weighting.weights is None:
            ordered = np.sort(self.values)
            return ordered, (np.arange(ordered.size) + 0.5) / ordered.size
        order, weights = self._order, self.weighting.weights[self._order]
        counted = weights > 0.0  # no weight, no say: nothing is interpolated towards such a draw
        if not counted.all():
            order, weights = order[counted], weights[counted]
        return self.values[order], np.cumsum(weights) - 0.5 * weights

    @property
    def mean(self) -> Estimate:
        """Mean, with its MCSE; infinite where some draws that count are."""
        counted = self.weighting.counted(self.values)
        if not np.isfinite(counted).all():
            return Estimate(math.inf, math.inf)
        return self.weighting.estimate(counted)

    @property
    def sd(self) -> float:
        """Standard deviation; infinite where some draws that count are."""
        counted = self.weighting.counted(self.values)
        if not np.isfinite(counted).all():
            return math.inf
        centre = self.weighting.mean(counted)
        return math.sqrt(self.weighting.mean((counted - centre) ** 2))

    def quantile_value(self, p: float) -> float:
        """Quantile alone, without its MCSE."""
        return float(self.quantile_values(np.array([p]))[0])

    def quantile_values(self, p: Array) -> Array:
        """Quantiles at many probabilities, without their MCSEs; of the shape of `p`."""
        ordered, cumulative = self._sorted
        position = np.minimum(np.searchsorted(cumulative, p), ordered.size - 1)
        with np.errstate(invalid="ignore"):
            between = np.interp(p, cumulative, ordered)
        # half-way to a date that never comes is never
        return np.where(np.isfinite(ordered[position]) | (position == 0), between, ordered[position])

    def density(self, p: float) -> float:
        """Density at the quantile p, from the spacing of quantiles around it; 0 where they reach infinity."""
        return density_from_quantiles(self.quantile_value, p, self.effective_draws)

    def quantile_influence(self, p: float) -> Array:
        """Influence of each draw on the quantile p."""
        return quantile_influence(self.values, p, self.quantile_value(p), self.density(p))

    def quantile(self, p: float) -> Estimate:
        """Quantile, with its MCSE; an `InputError` where `p` is no probability."""
        refuse_other_than_probability(p)
        if p not in self._quantiles:
            value = self.quantile_value(p)
            meaningful = self.effective_draws * min(p, 1.0 - p) >= TAIL_DRAWS
            self._quantiles[p] = Estimate(value, self.weighting.mcse(self.quantile_influence(p)), meaningful)
        return self._quantiles[p]

    def probability_below(self, value: float) -> Estimate:
        """Probability of lying strictly below a value."""
        refuse_others("value", value, Real, "a number")
        below = (self.values < value).astype(float)
        return self.weighting.estimate(below)
