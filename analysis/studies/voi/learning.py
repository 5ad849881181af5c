r"""What learning something does to the date on average, from the draws at hand.

With Y the date and X what is learnt, everything here estimates :math:`E_X[T(Y \mid X)]` for measures T of
uncertainty, in one of two ways:

- X is a quantity, drawn with Y: draws are put in the order of X and cut into slices of equal weight, in each of which
  they stand for the distribution given X. So that a slice's width does not count as uncertainty, draws are first
  moved along a smooth trend of Y on X to the middle of their slice. It is fitted to dates of which those far beyond all
  others are brought near: a few of them would set it, and all others would be spread along it.
- X is an observation to come, with a likelihood: its axis is cut into equal steps, at each of which all draws are
  reweighted by the likelihood, as if it had been observed. Where the likelihood is too sharp for that, one observation
  is simulated for each draw, and the first way taken.

References
----------
.. [1] Strong, Oakley and Brennan, Estimating multiparameter partial expected value of perfect information from a
   probabilistic sensitivity analysis sample, Medical Decision Making 34 (2014).
.. [2] Strong, Oakley, Brennan and Breeze, Estimating the expected value of sample information using the
   probabilistic sensitivity analysis sample, Medical Decision Making 35 (2015).
.. [3] Raiffa and Schlaifer, Applied Statistical Decision Theory (1961), chapter 5: preposterior analysis.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...inference.estimates import Array
from ...inference.resampling import systematic
from ...inference.weighting import kish_number
from .date_draws import DateDraws
from .uncertainty import (
    Gathered,
    Labels,
    Narrowing,
    Uncertainty,
    expected,
    gather,
    narrowing,
    points_of,
    uncertainty,
)

SLICES_PER_KNOT = 2  # of the trend: a finer one would follow noise within slices
STEPS = (64, 128, 256)  # of an observation's axis
MOST_OUTCOMES = 8  # up to which an observation is taken for one of several possibilities
MARGIN = 0.1  # of the simulated range, added to it on either side
SIMULATED, REPEATED = 4_096, 16  # draws that observations are simulated from, and how often from each
PROBED = 512  # draws whose likelihood must add up to one over the steps
INEXACT = 5e-3  # mean relative deviation from that, above which the steps are too wide


@dataclass(frozen=True)
class Outcome:
    """One thing that may be learnt, and how uncertain the date is then.

    Attributes
    ----------
    value : float
        In the unit of what is learnt.
    uncertainty : Uncertainty
        Given it; its mass is the outcome's probability.
    """

    value: float
    uncertainty: Uncertainty


@dataclass(frozen=True)
class Learning:
    """All that may be learnt of one thing.

    Attributes
    ----------
    before, after : Uncertainty
        Without it, and expected with it.
    outcomes : tuple of Outcome
        In ascending order of what is learnt.
    method : str
        ``slices``, ``reweighting`` or ``branches``.
    freedom : float
        About how many parameters of the date's distribution were estimated in its course.
    """

    before: Uncertainty
    after: Uncertainty
    outcomes: tuple[Outcome, ...]
    method: str
    freedom: float

    @property
    def narrowing(self) -> Narrowing:
        """By how much the date becomes less uncertain on average."""
        return narrowing(self.before, self.after, self.freedom)


def learn_exactly(draws: DateDraws, values: Array) -> Learning:
    """Learn a quantity exactly.

    Parameters
    ----------
    draws : DateDraws
        The date.
    values : array, shape (draw,)
        The quantity in the same draws.
    """
    order = np.argsort(values, kind="stable")
    weights = draws.weights[order]
    position = (np.cumsum(weights) - 0.5 * weights) / weights.sum()
    trend = _trend(values[order], draws.near[order], weights, position, max(draws.slices // SLICES_PER_KNOT, 2))
    ends = np.concatenate([[0], np.searchsorted(position, draws.cuts), [values.size]])
    outcomes = []
    for first, last in itertools.pairwise(ends):
        inside, own = order[first:last], weights[first:last]
        if not own.sum() > 0.0:
            continue
        offsets = trend[first:last]
        middle = own @ offsets / own.sum()
        labels, months = draws.labels[inside], draws.months[inside]
        moved = gather(months - offsets + middle, own, labels, draws.groups)
        known = uncertainty(moved, draws.decision)
        if not draws.decision.follows_trend:
            known = replace(known, loss=draws.decision.best_loss(gather(months, own, labels, draws.groups)))
        outcomes.append(Outcome(float(own @ values[inside] / own.sum()), known))
    return Learning(
        draws.uncertainty,
        expected(outcome.uncertainty for outcome in outcomes),
        tuple(outcomes),
        "slices",
        draws.slices,
    )


def observe(
    draws: DateDraws,
    simulate: Callable[[Array], Array],
    log_density: Callable[[Array | float, Array], Array],
    predicted: Array,
    rng: np.random.Generator,
) -> Learning:
    """Observe something whose likelihood is known.

    Parameters
    ----------
    draws : DateDraws
        The date.
    simulate : callable
        From predictions to an observation of each.
    log_density : callable
        Log density (or probability) of observations given predictions; both broadcast.
    predicted : array, shape (draw,)
        What the observation is about, in the same draws.
    rng : numpy.random.Generator
        Chooses the draws that observations are simulated from.
    """
    chosen = predicted[systematic(draws.weights, SIMULATED, rng)]
    simulated = simulate(np.tile(chosen, REPEATED))
    possible = np.unique(simulated)
    if possible.size <= MOST_OUTCOMES:
        return _reweight(draws, log_density, predicted, possible, step=1.0)[0]
    for steps in STEPS:
        axis, step = _axis(simulated, steps)
        density = np.exp(log_density(axis[:, None], chosen[None, :: SIMULATED // PROBED])).sum(axis=0)
        if np.mean(np.abs(density / density.mean() - 1.0)) <= INEXACT:
            learnt, counted = _reweight(draws, log_density, predicted, axis, step=step)
            if counted >= draws.effective / draws.slices:
                return learnt
            break
    return learn_exactly(draws, simulate(predicted))


def choose(draws: DateDraws, branches: dict[float, Array], probabilities: dict[float, float]) -> Learning:
    """Learn which of several branches the world takes.

    Parameters
    ----------
    draws : DateDraws
        Weights and decision; the date itself follows from the branches.
    branches : dict of float to array, shape (draw,)
        The date in each branch.
    probabilities : dict of float to float
        Of each branch; adding up to one.
    """
    months = np.concatenate(list(branches.values()))
    weights = np.concatenate([probabilities[branch] * draws.weights for branch in branches])
    labels = np.tile(draws.labels, len(branches))
    mixed = uncertainty(gather(months, weights, labels, draws.groups), draws.decision)
    outcomes = tuple(
        Outcome(
            branch,
            uncertainty(
                gather(dates, probabilities[branch] * draws.weights, draws.labels, draws.groups), draws.decision
            ),
        )
        for branch, dates in sorted(branches.items())
    )
    return Learning(mixed, expected(outcome.uncertainty for outcome in outcomes), outcomes, "branches", 1.0)


def _reweight(
    draws: DateDraws,
    log_density: Callable[[Array | float, Array], Array],
    predicted: Array,
    axis: Array,
    *,
    step: float,
) -> tuple[Learning, float]:
    """Reweight all draws by each observation on an axis; also return the effective draws expected to be left."""
    gathered = draws.gathered
    groups, points = draws.groups, gathered.months.size
    cell = _cells(draws, points)
    outcomes, mixture, counted = [], np.zeros((groups, points)), 0.0
    for value in axis:
        weights = draws.weights * np.exp(log_density(float(value), predicted)) * step
        mass = weights.sum()
        if mass == 0.0:
            continue
        counted += mass * kish_number(weights)
        masses = np.bincount(cell, weights, groups * points).reshape(groups, points)
        mixture += masses
        outcomes.append(
            Outcome(
                float(value), uncertainty(Gathered.of_groups(gathered.months, gathered.scatter, masses), draws.decision)
            )
        )
    # The whole is what the steps add up to, not the draws as they were: what the steps cannot resolve cancels.
    before = uncertainty(Gathered.of_groups(gathered.months, gathered.scatter, mixture), draws.decision)
    after = expected(outcome.uncertainty for outcome in outcomes)
    counted /= float(mixture.sum())
    return Learning(before, after, tuple(outcomes), "reweighting", draws.effective / counted - 1.0), counted


def _cells(draws: DateDraws, points: int) -> Labels:
    """Number the group and the point that each draw is gathered into, as `gather` does."""
    order, point = np.argsort(draws.months), np.empty(draws.months.size, dtype=np.int64)
    point[order] = points_of(draws.months[order])
    return np.asarray(draws.labels * points + point)


def _axis(simulated: Array, steps: int) -> tuple[Array, float]:
    low, high = float(simulated.min()), float(simulated.max())
    margin = MARGIN * (high - low)
    axis = np.linspace(low - margin, high + margin, steps)
    return axis, float(axis[1] - axis[0])


def _trend(values: Array, months: Array, weights: Array, position: Array, knots: int) -> Array:
    """Fit a broken line to the date on a quantity, everything in the quantity's order; evaluate it at each draw."""
    inner = np.searchsorted(position, np.arange(1, knots) / knots).clip(max=values.size - 1)
    at = np.unique(values[np.concatenate([[0], inner, [values.size - 1]])])
    if at.size < 2:
        return np.zeros(values.size)
    segment = np.searchsorted(at[1:-1], values, side="right")
    ahead = (values - at[segment]) / np.diff(at)[segment]
    # the line's heights at its knots, by weighted least squares on the two hat functions that each draw lies under
    gram, moment = np.zeros((at.size, at.size)), np.zeros(at.size)
    hats = ((0, 1.0 - ahead), (1, ahead))
    for one, hat in hats:
        moment += np.bincount(segment + one, weights * hat * months, at.size)
        for other, beside in hats:
            product = np.bincount(segment, weights * hat * beside, at.size - 1)
            gram[np.arange(at.size - 1) + one, np.arange(at.size - 1) + other] += product
    heights = np.linalg.lstsq(gram, moment, rcond=1e-12)[0]
    return np.asarray(np.interp(values, at, heights))
