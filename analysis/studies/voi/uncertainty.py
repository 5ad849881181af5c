"""How uncertain a date is, with all draws and without each group of them.

Every figure of value of information is a function of weighted draws. It is worked out on all of them and once
without each of some independent groups; the jackknife then takes off the bias of order one over the draws (a variance
measured on few draws is too small, and the best of several actions looks better than it is on the draws it was chosen
with) and gives the Monte Carlo error, whatever the draws are.

References
----------
.. [1] Shao and Tu, The Jackknife and Bootstrap (1995), sections 2.3 (groups, quantiles) and 9.4 (dependent draws).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...inference.diagnostics import FEWEST_DRAWS
from ...inference.estimates import Array, Estimate, Weighting
from ...inference.weighting import draws_behind_variance

GROUPS = 20
LEVELS = (0.5, 0.9)  # of the central intervals
POINTS, FINE = 1_024, 16_384  # that a distribution is gathered into at most, those of dates far from all others aside
FAR = 10.0  # times the width of the central half from its middle: where light tails have no date in a hundred thousand
TINY, ROUNDING = 1e-300, 1e-12

Labels = NDArray[np.int64]


class Loss(Protocol):
    """What a decision needs to say of a distribution of the date."""

    def best_loss(self, gathered: Gathered) -> Array:
        """Expected loss of the best action under each row's distribution, shape (1 + group,)."""


@dataclass(frozen=True)
class Gathered:
    """Distributions over the same months: with all groups of draws, and without each.

    Attributes
    ----------
    months : array, shape (point,)
        In ascending order, since t = 0.
    scatter : array, shape (point,)
        Variance of what is gathered in a point.
    shares : array, shape (1 + group, point)
        Share of each row that a point holds.
    mass : array, shape (1 + group,)
        What each row weighs.
    """

    months: Array
    scatter: Array
    shares: Array
    mass: Array

    @classmethod
    def of_groups(cls, months: Array, scatter: Array, masses: Array) -> Gathered:
        """Take the masses of each group, shape (group, point)."""
        rows = np.empty((1 + masses.shape[0], masses.shape[1]))
        masses.sum(axis=0, out=rows[0])
        np.subtract(rows[0], masses, out=rows[1:])
        mass = rows.sum(axis=1)
        rows /= np.maximum(mass, TINY)[:, None]
        return cls(months, scatter, rows, mass)

    @cached_property
    def _cumulative(self) -> Array:
        """Cumulative share at the middle of each point."""
        return np.cumsum(self.shares, axis=1) - 0.5 * self.shares

    def mean(self, values: Array) -> Array:
        """Mean under each row of values of shape (point,) or (1 + group, point)."""
        if values.ndim == 1:
            return np.asarray(self.shares @ values)
        return np.asarray(np.einsum("gp,gp->g", self.shares, values))

    def variance(self) -> Array:
        """Variance under each row, months squared."""
        centred = self.months - self.months.mean()
        return np.asarray(self.mean(centred**2 + self.scatter) - self.mean(centred) ** 2)

    def quantiles(self, p: Array) -> Array:
        """Quantiles at some probabilities under each row, shape (1 + group, probability)."""
        return np.array([np.interp(p, row, self.months) for row in self._cumulative])


@dataclass(frozen=True)
class Uncertainty:
    """How uncertain the date is; every array has shape (1 + group,).

    Attributes
    ----------
    mass : array
        Weight of the draws that it rests on.
    variance : array
        Months squared.
    rests_on : float
        Number of points that it rests on: few where some dates are far beyond all others.
    widths : mapping of float to array
        By level, months between the ends of the central interval.
    loss : array
        Expected loss of the best action.
    median : array
        Months since t = 0.
    """

    mass: Array
    variance: Array
    rests_on: float
    widths: dict[float, Array]
    loss: Array
    median: Array


@dataclass(frozen=True)
class Narrowing:
    """By how much the date becomes less uncertain, on average over what may be learnt.

    Attributes
    ----------
    variance_share : Estimate
        Share of the variance that is expected to go; not meaningful where the variance rests on a few draws.
    sd : Estimate
        Months: the standard deviation now, less the root of the expected variance; as meaningful.
    widths : mapping of float to Estimate
        By level, months that the central interval is expected to lose.
    loss : Estimate
        Expected loss that learning saves, in the decision's unit.
    """

    variance_share: Estimate
    sd: Estimate
    widths: dict[float, Estimate]
    loss: Estimate


def group_labels(weighting: Weighting) -> Labels:
    """Number the independent groups that draws fall into, shape (draw,): consecutive, as chains and replicates are."""
    return weighting.grouped(GROUPS)


def points_of(months: Array, most: int = POINTS) -> Labels:
    """Number the point that each of some dates in ascending order is gathered into, shape (draw,).

    Neighbours go together where there are more than `most`, as many in one point as in any other. A date far from all
    others stays alone: it may carry most of a mean, and then its group must not be confused with a neighbour's.
    """
    first, middle, third = months[np.array([1, 2, 3]) * months.size // 4]
    alone = np.abs(months - middle) > FAR * (third - first) if third > first else np.zeros(months.size, dtype=bool)
    even = np.arange(months.size) * min(most, months.size) // months.size
    return np.concatenate([[0], np.cumsum((np.diff(even) > 0) | alone[1:] | alone[:-1])])


def gather(months: Array, weights: Array, labels: Labels, groups: int, most: int = POINTS) -> Gathered:
    """Gather weighted draws of numbered groups into points, as `points_of` puts them."""
    order = np.argsort(months)
    months, weights, labels = months[order], weights[order], labels[order]
    point = points_of(months, most)
    points = int(point[-1]) + 1
    own = weights + weights.mean() * 1e-12 + TINY  # a point that weighs nothing still lies somewhere
    whole = np.bincount(point, own)
    centres = np.bincount(point, own * months) / whole
    scatter = np.bincount(point, own * (months - centres[point]) ** 2) / whole
    masses = np.bincount(labels * points + point, weights, groups * points)
    return Gathered.of_groups(centres, scatter, masses.reshape(groups, points))


def uncertainty(gathered: Gathered, decision: Loss) -> Uncertainty:
    """Measure how uncertain gathered distributions are."""
    ends = np.array([p for level in LEVELS for p in (0.5 - 0.5 * level, 0.5 + 0.5 * level)])
    *quantiles, median = gathered.quantiles(np.append(ends, 0.5)).T
    return Uncertainty(
        gathered.mass,
        gathered.variance(),
        draws_behind_variance(gathered.months, gathered.shares[0]),
        {level: quantiles[2 * i + 1] - quantiles[2 * i] for i, level in enumerate(LEVELS)},
        decision.best_loss(gathered),
        median,
    )


def expected(parts: Iterable[Uncertainty]) -> Uncertainty:
    """Average over what may be learnt, each outcome by its mass."""
    parts = list(parts)
    masses = np.array([part.mass for part in parts])
    shares = masses / np.maximum(masses.sum(axis=0), TINY)

    def average(rows: Iterable[Array]) -> Array:
        return np.asarray((shares * np.array(list(rows))).sum(axis=0))

    return Uncertainty(
        masses.sum(axis=0),
        average(part.variance for part in parts),
        min(part.rests_on for part in parts),
        {level: average(part.widths[level] for part in parts) for level in LEVELS},
        average(part.loss for part in parts),
        average(part.median for part in parts),
    )


def narrowing(before: Uncertainty, after: Uncertainty, freedom: float) -> Narrowing:
    """Compare what is uncertain before learning with what is expected after it; `freedom` is `jackknife`'s."""
    known = before.rests_on >= FEWEST_DRAWS
    share = jackknife(_fall(before.variance, after.variance) / np.maximum(before.variance, TINY), freedom=freedom)
    sd = jackknife(_fall(np.sqrt(before.variance), np.sqrt(after.variance)), freedom=freedom)
    return Narrowing(
        replace(share, meaningful=known),
        replace(sd, meaningful=known),
        {level: jackknife(_fall(before.widths[level], after.widths[level]), smooth=False) for level in LEVELS},
        jackknife(_fall(before.loss, after.loss), freedom=freedom),
    )


def _fall(before: Array, after: Array) -> Array:
    """What is lost; none at all where it is of the order of rounding."""
    fall = before - after
    return np.where(np.abs(fall) <= ROUNDING * np.abs(before), 0.0, fall)


def jackknife(replicates: Array, *, smooth: bool = True, freedom: float = 1.0) -> Estimate:
    r"""Estimate with its MCSE, from its value on all groups and without each, shape (1 + group,).

    Parameters
    ----------
    replicates : array
        The values.
    smooth : bool, default True
        Take the bias off. A quantile's is small, and steps from draw to draw: taking it off would multiply its noise.
    freedom : float
        About how many free parameters the bias comes from, each adding as much.

    Notes
    -----
    Where what is estimated is zero its error is of second order: that of a sum of `freedom` squares with the bias b as
    its mean, whose standard deviation is :math:`b \sqrt{2 / \mathrm{freedom}}`. The jackknife's standard error is then
    too large on average (by the root of 2 for what is smooth, about twofold for widths), yet vanishes where the squares
    happen to: it is not taken to be below that.
    """
    whole, without = float(replicates[0]), replicates[1:]
    groups = without.size
    mean = float(without.mean())
    error = math.sqrt((groups - 1) / groups * float(np.sum((without - mean) ** 2)))
    if not smooth:
        return Estimate(whole, error)
    bias = (groups - 1) * (mean - whole)
    return Estimate(whole - bias, max(error, abs(bias) * math.sqrt(2.0 / max(freedom, 1.0))))
