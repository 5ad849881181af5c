"""One-at-a-time sensitivity: the date when one quantity is low or high and every other is at its median."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .estimates import Array, Distribution, Estimate, Weighting
from .question import DrawSource, PriorDraws, Question, Values, ready_under

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
MFU_PAIR = ("mfu_anthropic", "mfu_china")
MFU_RATIO = "mfu_ratio"
DERIVATIVE_STEP = 1e-3  # of the distance between the low and the high percentile

Coordinates = dict[str, float]


@dataclass(frozen=True)
class Setting:
    """A quantity set to a percentile, and the date that follows.

    Attributes
    ----------
    value : float
        In the quantity's unit.
    months : Estimate
        Months since t = 0. Its MCSE is that of the percentiles it was worked out at: zero where they
        are the prior's, which are known exactly.
    """

    value: float
    months: Estimate


@dataclass(frozen=True)
class Swing:
    """What one quantity does to the date, all others at their medians.

    Attributes
    ----------
    quantity : str
        Its name, or ``mfu_ratio`` for the two MFUs moved together.
    description, unit : str
        As in the prior table.
    low, high : Setting
        At its 10th and 90th percentile.
    span : Estimate
        Months between the two dates, high minus low; negative where more of it brings the date forward.
    part_of : str or None
        The entry that moves this quantity together with another.
    """

    quantity: str
    description: str
    unit: str
    low: Setting
    high: Setting
    span: Estimate
    part_of: str | None = None


@dataclass(frozen=True)
class OneAtATime:
    """The date with everything at its median, and every quantity's swing around it.

    Attributes
    ----------
    months : Estimate
        Months since t = 0 with every quantity at its median.
    swings : tuple of Swing
        The widest first.
    """

    months: Estimate
    swings: tuple[Swing, ...]


def one_at_a_time(question: Question, source: DrawSource) -> OneAtATime:
    r"""Set each quantity to its own 10th and 90th percentile, all others at their medians.

    The date depends on the two MFUs through their ratio alone (it scales both what the gate asks for and the
    length of the run). Moving them together therefore means setting
    :math:`\mathrm{MFU}_\mathrm{Anthropic} = \rho\,\mathrm{MFU}_\mathrm{China}`, the latter at its median, with
    :math:`\rho` at the 10th and 90th percentile of its own distribution.

    Parameters
    ----------
    question : Question
        What is asked.
    source : DrawSource
        Draws from the prior or a posterior. A prior's percentiles come from its quantile functions; a
        posterior's, and the ratio's, from draws.
    """
    names = uncertain_quantities(question)
    marginals = _marginals(question, source, names)
    evaluate = _evaluator(question)
    middle = {name: marginal.value(MIDDLE) for name, marginal in marginals.items() if name != MFU_RATIO}
    points = [middle]
    for name, marginal in marginals.items():
        points += [middle | {name: marginal.value(p)} for p in (LOW, HIGH)]
    dates = evaluate(points).tolist()
    noise = _Noise(question, source.weighting, marginals)
    centre = noise.influence(middle, {})
    swings = []
    for index, name in enumerate(marginals):
        low, high = 2 * index + 1, 2 * index + 2
        influences = [noise.influence(points[at], {name: p}) for at, p in ((low, LOW), (high, HIGH))]
        ends = [
            Setting(points[at][name], Estimate(dates[at], noise.mcse(influence)))
            for at, influence in zip((low, high), influences, strict=True)
        ]
        span = Estimate(dates[high] - dates[low], noise.mcse(_difference(influences[1], influences[0])))
        swings.append(Swing(name, *_wording(question, name), ends[0], ends[1], span, _part_of(name, marginals)))
    swings.sort(key=lambda swing: -abs(swing.span.value) if math.isfinite(swing.span.value) else 0.0)
    return OneAtATime(Estimate(dates[0], noise.mcse(centre)), tuple(swings))


def uncertain_quantities(question: Question) -> list[str]:
    """Names of the quantities that the event's date depends on and that are not fixed."""
    beliefs = question.assumptions.beliefs
    return [name for name in question.assumptions.needed([question.event]) if beliefs[name].base is not None]


def describe_quantity(question: Question, name: str) -> tuple[str, str]:
    """Return description and unit of a quantity, or of an event's multiple."""
    quantities = question.assumptions.table.quantities
    if name in quantities:
        return quantities[name].text.description, quantities[name].text.unit
    return "Multiple of Mythos's pre-training compute that the event asks for", "1"


@dataclass(frozen=True)
class _Marginal:
    """Percentiles of one quantity: exact from a prior's quantile function, else from draws."""

    value: Callable[[float], float]
    influence: Callable[[float], Array] | None = None
    scale: float = field(default=1.0)


def _marginals(question: Question, source: DrawSource, names: Sequence[str]) -> dict[str, _Marginal]:
    beliefs, exact = question.assumptions.beliefs, isinstance(source, PriorDraws)
    pair = all(name in question.assumptions.needed([question.event]) for name in MFU_PAIR)
    pair = pair and any(name in names for name in MFU_PAIR)

    def keep(values: Values) -> Values:
        kept = {} if exact else {name: values[name] for name in names}
        return kept | ({MFU_RATIO: values[MFU_PAIR[0]] / values[MFU_PAIR[1]]} if pair else {})

    drawn = source.map(keep) if pair or not exact else {}
    marginals = {}
    for name in [*names, *([MFU_RATIO] if pair else [])]:
        if name in drawn:
            distribution = Distribution(drawn[name], source.weighting)
            value, influence = distribution.quantile_value, distribution.quantile_influence
            marginals[name] = _Marginal(value, influence, value(HIGH) - value(LOW))
        else:
            family = beliefs[name]
            marginals[name] = _Marginal(lambda p, family=family: float(family.quantile(p)))  # type: ignore[misc]
    return marginals


def _evaluator(question: Question) -> Callable[[Sequence[Coordinates]], Array]:
    """Return a function from coordinates (quantities by name, perhaps the MFU ratio) to months."""
    assumptions = question.assumptions
    fixed = {
        name: float(assumptions.beliefs[name].quantile(MIDDLE))
        for name in assumptions.needed([question.event])
        if assumptions.beliefs[name].base is None
    }

    def evaluate(points: Sequence[Coordinates]) -> Array:
        rows = [fixed | point for point in points]
        for row in rows:
            if MFU_RATIO in row:
                row[MFU_PAIR[0]] = row.pop(MFU_RATIO) * row[MFU_PAIR[1]]
        return ready_under(question, {name: np.array([row[name] for row in rows]) for name in rows[0]})

    return evaluate


class _Noise:
    """Monte Carlo error of a date worked out at percentiles that draws estimate, by the delta method."""

    def __init__(self, question: Question, weighting: Weighting, marginals: dict[str, _Marginal]) -> None:
        # In continuous time: a date on a grid of launches does not change smoothly.
        self._evaluate = _evaluator(replace(question, launch_grid=None))
        self._weighting = weighting
        self._marginals = {name: marginal for name, marginal in marginals.items() if marginal.influence}
        self._known: dict[tuple[str, float], Array] = {}

    def influence(self, point: Coordinates, percentiles: dict[str, float]) -> Array | None:
        """Influence of each draw on the date at a point; None where the point is known exactly."""
        moved = [name for name in self._marginals if name in point]
        if not moved:
            return None
        steps = {name: DERIVATIVE_STEP * self._marginals[name].scale for name in moved}
        shifted = [point | {name: point[name] + sign * steps[name]} for name in moved for sign in (1.0, -1.0)]
        dates = self._evaluate(shifted).tolist()
        total = np.zeros(self._weighting.draws)
        for index, name in enumerate(moved):
            slope = (dates[2 * index] - dates[2 * index + 1]) / (2.0 * steps[name])
            if slope != 0.0:
                total += slope * self._quantile_influence(name, percentiles.get(name, MIDDLE))
        return total

    def mcse(self, influence: Array | None) -> float:
        """MCSE of what has this influence."""
        return 0.0 if influence is None else self._weighting.mcse(influence)

    def _quantile_influence(self, name: str, p: float) -> Array:
        known = self._marginals[name].influence
        if known is None:  # pragma: no cover - exact marginals are left out above
            raise KeyError(name)
        if p != MIDDLE:  # used by one entry alone
            return known(p)
        if (name, p) not in self._known:
            self._known[name, p] = known(p)
        return self._known[name, p]


def _difference(one: Array | None, other: Array | None) -> Array | None:
    if one is None or other is None:
        return one if other is None else -other
    return one - other


def _wording(question: Question, name: str) -> tuple[str, str]:
    if name == MFU_RATIO:
        return "MFU of Anthropic's run over that of Chinese firms, moved together", "1"
    return describe_quantity(question, name)


def _part_of(name: str, marginals: dict[str, _Marginal]) -> str | None:
    return MFU_RATIO if name in MFU_PAIR and MFU_RATIO in marginals else None
