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
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...priors.arrays import Array as Array

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


def kish_number(weights: Array) -> float:
    """Kish's effective number of weights, whatever they add up to: none of none.

    They are divided by the largest first. Where a report leaves next to nothing of some draws, squares of their weights
    are none, and so would be what the square of their sum is divided by.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis.inference.weighting import kish_number
    >>> kish_number(np.full(10, 1e-200))
    10.0
    """
    largest = float(weights.max(initial=0.0))
    if largest == 0.0:
        return 0.0
    relative = weights / largest
    return float(relative.sum() ** 2 / (relative**2).sum())


def draws_behind_variance(values: Array, shares: Array) -> float:
    """Number of draws that the variance of values rests on: the square of its parts' sum over the sum of their squares.

    A third of all draws of a normal distribution; two or three, however many are drawn, where tails are so long that
    there is no variance. With n of them its relative error is about one over the root of n.

    Parameters
    ----------
    values, shares : array of shape (draw,)
        Finite; what share of the whole each stands for.
    """
    parts = shares * (values - float(np.einsum("i,i->", shares, values))) ** 2
    return kish_number(parts) or math.inf


def error_of_total(parts: Sequence[tuple[Weighting, Array]]) -> float:
    """Standard error of a sum of estimates, given what each draw of each adds to its error.

    Of those that have as many draws, the ones at the same place are taken together. If the same random numbers have
    made them, what they have in common is in the sum as often as it should be; if not (one in pairs of antithetic
    draws, one single, for instance), the error is that of independent draws.

    Parameters
    ----------
    parts : sequence of (Weighting, array of shape (draw,))
        Of each estimate; see `Weighting.contributions`.
    """
    found: list[tuple[Weighting, Array]] = []
    for weighting, added in (each for whole, all_of_it in parts for each in whole.apart(all_of_it)):
        for place, (other, before) in enumerate(found):
            if (common := _layout_of_both(other, weighting)) is not None:
                found[place] = common, before + added
                break
        else:
            found.append((weighting, added))
    return math.hypot(*(weighting.error_of_sum(added) for weighting, added in found))


def _layout_of_both(one: Weighting, other: Weighting) -> Weighting | None:
    """How draws follow one another where those of two estimates at the same place are one; None where they are not."""
    if (one.draws, one.replicates, one.chains) == (other.draws, other.replicates, other.chains):
        return one
    units = sorted(each.replicates or each.draws for each in (one, other))
    if one.draws != other.draws or one.chains or other.chains or units[1] % units[0]:
        return None
    return Weighting(one.draws, replicates=units[0])
