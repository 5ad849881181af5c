r"""Variance-based sensitivity: the share of the date's variance that each quantity accounts for.

The first-order index of a quantity X is :math:`S = \mathrm{Var}(E[Y \mid X]) / \mathrm{Var}(Y)`: how much
the variance of the date Y would shrink, on average, if X became known. The total index adds every
interaction of X with the others; it is defined only where quantities are independent.

References
----------
.. [1] Saltelli et al., Variance based sensitivity analysis of model output (2010).
.. [2] Plischke, Borgonovo and Smith, Global sensitivity measures from given data (2013).
.. [3] Williamson et al., Nonparametric variable importance assessment (2021): the index's influence function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....priors.families import Family
from ....priors.scores import LARGEST_UNIFORM, SMALLEST_UNIFORM
from ...inference.estimates import Array, Estimate, Weighting
from ...inference.processes import shared_out

SALTELLI = "saltelli-2010"
GIVEN_DATA = "given-data"
REPLICATES = 8  # independently scrambled designs, whose spread is the Monte Carlo error
DESIGN_POINTS = 1_024  # points of each design's two base matrices, a power of two
BINS_POWER = 0.4  # of the effective draws: fine enough for the conditional mean, each bin still with many draws
MOST_LEVERAGE = 0.9
TINY = 1e-300

METHODS = {
    SALTELLI: "Independent quantities: Saltelli's 2010 estimators on Sobol designs, MCSE from independent scrambles",
    GIVEN_DATA: "Dependent or weighted draws: conditional mean by lines in bins of equal weight, less their own noise; "
    "the first-order index alone is defined, and those of dependent quantities need not add up to at most 1",
}


@dataclass(frozen=True)
class SobolIndex:
    """One quantity's share of the date's variance.

    Attributes
    ----------
    quantity : str
        Its name.
    first : Estimate
        First-order index.
    total : Estimate or None
        Total index; None where quantities depend on each other.
    """

    quantity: str
    first: Estimate
    total: Estimate | None = None

    def as_chance(self) -> SobolIndex:
        """Return it marked as not meaningful, for a variance that rests on a few draws."""
        total = None if self.total is None else replace(self.total, meaningful=False)
        return replace(self, first=replace(self.first, meaningful=False), total=total)


def sobol_from_design(
    evaluate: Callable[[dict[str, Array]], Array],
    beliefs: dict[str, Family],
    rng: np.random.Generator,
    *,
    points: int = DESIGN_POINTS,
) -> list[SobolIndex]:
    """Sobol indices of a function of independent quantities.

    Parameters
    ----------
    evaluate : callable
        From quantity values, each of shape (draw,), to what varies, shape (draw,); finite.
    beliefs : dict of str to Family
        Distribution of each quantity, none fixed.
    rng : numpy.random.Generator
        Scrambles the designs, `REPLICATES` of them.
    points : int
        Points of a design, a power of two: (number of quantities + 2) times as many evaluations.

    Returns
    -------
    list of SobolIndex
        In the order of `beliefs`.
    """
    names = list(beliefs)
    if len(names) == 1:
        return [_alone(evaluate, names[0], beliefs[names[0]], points)]
    from scipy.stats import sobol_indices

    marginals = [_QuantileFunction(family) for family in beliefs.values()]

    def function(values: Array) -> Array:
        return evaluate(dict(zip(names, values, strict=True)))

    designs = [sobol_indices(func=function, n=points, dists=marginals, rng=stream) for stream in rng.spawn(REPLICATES)]
    first = np.array([np.atleast_1d(design.first_order) for design in designs])
    total = np.array([np.atleast_1d(design.total_order) for design in designs])
    return [
        SobolIndex(name, _over_replicates(first[:, index]), _over_replicates(total[:, index]))
        for index, name in enumerate(names)
    ]


def _alone(evaluate: Callable[[dict[str, Array]], Array], name: str, belief: Family, points: int) -> SobolIndex:
    """One quantity alone explains all variance there is: without it, it has no effect."""
    outcome = evaluate({name: belief.quantile((np.arange(points) + 0.5) / points)})
    share = Estimate(1.0 if np.ptp(outcome) > 0.0 else 0.0, 0.0)
    return SobolIndex(name, share, share)


def first_order_from_draws(quantities: dict[str, Array], outcome: Array, weighting: Weighting) -> list[SobolIndex]:
    """First-order indices from draws alone, however the quantities depend on each other.

    Parameters
    ----------
    quantities : dict of str to array of shape (draw,)
        Their draws.
    outcome : array, shape (draw,)
        What varies; finite.
    weighting : Weighting
        How the draws stand for the distribution.

    Returns
    -------
    list of SobolIndex
        In the order of `quantities`, without totals.
    """
    keep, thinned = _nearly_independent(outcome, weighting)
    tasks = [partial(_first_order_in, keep, values, outcome, thinned) for values in quantities.values()]
    return [SobolIndex(*pair) for pair in zip(quantities, shared_out(tasks), strict=True)]


def _nearly_independent(outcome: Array, weighting: Weighting) -> tuple[NDArray[np.intp], Weighting]:
    """Thin chains to their effective draws: neighbours' noise would not average out within a bin."""
    positions = np.arange(weighting.draws)
    effective = weighting.effective_draws(outcome)
    if not weighting.chains or not effective > 0.0:
        return positions, weighting
    step = max(round(weighting.draws / effective), 1)
    kept = positions.reshape(weighting.chains, -1)[:, ::step].ravel()
    return kept, replace(weighting, draws=kept.size)


def _first_order_in(places: NDArray[np.intp], values: Array, outcome: Array, weighting: Weighting) -> Estimate:
    return _first_order(values[places], outcome[places], weighting)


def _first_order(values: Array, outcome: Array, weighting: Weighting) -> Estimate:
    weights = weighting.shares
    effective = float(weighting.draws) if weighting.weights is None else weighting.effective_draws()
    mean = float(weights @ outcome)
    variance = float(weights @ (outcome - mean) ** 2)
    if variance == 0.0:
        return Estimate(0.0, 0.0)
    expected, leverage = _conditional_mean(values, outcome, weights, int(effective**BINS_POWER))
    # What the fit takes from a draw's own noise would count as variance explained (HC2, as for any regression).
    overfit = weights @ (leverage / (1.0 - leverage) * (outcome - expected) ** 2)
    gap = expected - mean
    index = float(weights @ gap**2 - overfit) / variance
    influence = (2.0 * gap * (outcome - mean) - gap**2 - index * (outcome - mean) ** 2) / variance
    return Estimate(index, weighting.mcse(influence))


def _conditional_mean(values: Array, outcome: Array, weights: Array, bins: int) -> tuple[Array, Array]:
    """Fit a line in each of some bins of equal weight; return the fit at each draw, and the draw's leverage on it."""
    order = np.argsort(values, kind="stable")
    position = np.empty(values.size)
    position[order] = np.cumsum(weights[order]) - 0.5 * weights[order]
    bins = max(bins, 1)
    labels = np.minimum((position * bins).astype(np.int64), bins - 1)

    def within(summand: Array) -> Array:
        return np.asarray(np.bincount(labels, weights * summand, bins))

    mass = np.maximum(within(np.ones(values.size)), TINY)
    gap = values - (within(values) / mass)[labels]
    centre = (within(outcome) / mass)[labels]
    spread = np.maximum(within(gap**2), TINY)
    slope = (within(gap * (outcome - centre)) / spread)[labels]
    leverage = weights * (1.0 / mass[labels] + gap**2 / spread[labels])
    return centre + slope * gap, np.minimum(leverage, MOST_LEVERAGE)


def _over_replicates(values: Array) -> Estimate:
    return Estimate(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size))


@dataclass(frozen=True)
class _QuantileFunction:
    """A family as SciPy's designs expect a distribution."""

    family: Family

    def ppf(self, u: Any) -> Array:
        return self.family.quantile(np.clip(u, SMALLEST_UNIFORM, LARGEST_UNIFORM))


def leading(indices: Sequence[SobolIndex]) -> list[SobolIndex]:
    """Sort by total index where there is one, else by first-order index, the largest first."""
    return sorted(indices, key=lambda index: -(index.total or index.first).value)
