"""One-at-a-time sensitivity: the date when one quantity is low or high and every other is at its median."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ....model.assumptions import Assumptions
from ....model.events import describe_quantity
from ....priors.families import Family
from ...inference.draws import DrawSource, Values
from ...inference.estimates import Array, Distribution, Estimate, Weighting
from ...inference.outcomes import ready_under
from ...inference.posterior import Posterior
from ...inference.quantiles import quantile_influence
from ...inference.question import Question

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
MOST_SHOWN = 12  # quantities that people are shown at once, in tables and in pictures alike
MFU_ANTHROPIC, MFU_CHINA = "mfu_anthropic", "mfu_china"
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
    correlated_with : tuple of str
        Quantities that it depends on by the prior, and that stay at their medians all the same.
    """

    quantity: str
    description: str
    unit: str
    low: Setting
    high: Setting
    span: Estimate
    part_of: str | None = None
    correlated_with: tuple[str, ...] = ()


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

    @property
    def whole(self) -> tuple[Swing, ...]:
        """Those that people are told of, the widest first: what one entry moves together stands in it."""
        return tuple(swing for swing in self.swings if swing.part_of is None)

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Quantities for which an entry stands, by that entry."""
        found: dict[str, tuple[str, ...]] = {}
        for swing in sorted(self.swings, key=lambda swing: swing.quantity):
            if swing.part_of is not None:
                found[swing.part_of] = (*found.get(swing.part_of, ()), swing.quantity)
        return found


def one_at_a_time(posterior: Posterior) -> OneAtATime:
    r"""Set each quantity to its own 10th and 90th percentile, all others at their medians.

    Others are held even where the prior correlates them with the one that moves: the swing is what that quantity
    does by itself, not what learning it would say of the date. Those whose numbers it gives move with it: each keeps
    the rank that it has among what is believed of it.

    The date depends on the two MFUs through their ratio alone (it scales both what the gate asks for and the
    length of the run). Moving them together therefore means setting
    :math:`\mathrm{MFU}_\mathrm{Anthropic} = \rho\,\mathrm{MFU}_\mathrm{China}`, the latter at its median, with
    :math:`\rho` at the 10th and 90th percentile of its own distribution. Where Chinese firms share no MFU there is no
    such ratio.

    Parameters
    ----------
    posterior : Posterior
        Or a prior, whose percentiles come from its quantile functions; a posterior's, the ratio's, and those of a
        quantity whose numbers others give, from draws.
    """
    question, source = posterior.question, posterior.source
    marginals = _marginals(question, source, uncertain_quantities(question), exact=not posterior.conditioned)
    middle = {name: marginal.values[MIDDLE] for name, marginal in marginals.items() if name != MFU_RATIO}
    moves = [(name, p) for name in marginals for p in (LOW, HIGH)]
    points = [middle, *(_moved(question, middle, name, marginals[name].values[p]) for name, p in moves)]
    dates = _evaluator(question)(points).tolist()
    noise = _Noise(question, source.weighting, marginals)
    influences = noise.influences(points, [{}, *({name: p} for name, p in moves)])
    centre = Estimate(dates[0], noise.mcse(next(influences)))
    partners = question.assumptions.relatives
    swings = []
    for index, name in enumerate(marginals):
        pair = [(points[at][name], dates[at], next(influences)) for at in (2 * index + 1, 2 * index + 2)]
        low, high = (Setting(value, Estimate(months, noise.mcse(influence))) for value, months, influence in pair)
        span = Estimate(high.months.value - low.months.value, noise.mcse(_difference(pair[1][2], pair[0][2])))
        part_of, held = _part_of(question, name, marginals), tuple(each for each in partners(name) if each in middle)
        swings.append(Swing(name, *_wording(question, name), low, high, span, part_of, held))
    swings.sort(key=lambda swing: math.inf if math.isnan(swing.span.value) else -abs(swing.span.value))
    return OneAtATime(centre, tuple(swings))


def _moved(question: Question, middle: Coordinates, name: str, value: float) -> Coordinates:
    """Coordinates with one quantity elsewhere; what hangs on it keeps its rank among what is then believed of it."""
    if name == MFU_RATIO:
        return {**middle, name: value}
    beliefs = question.assumptions.beliefs
    followers = {other for other in middle if name in beliefs[other].parents}
    found = {**middle, name: value}
    for other in middle:
        if other in followers or followers.intersection(beliefs[other].parents):
            followers.add(other)
            rank = float(beliefs[other].given(middle).cdf(middle[other]))
            found[other] = float(beliefs[other].given(found).quantile(rank))
    return found


def mfu_pair(assumptions: Assumptions) -> tuple[str, ...]:
    """Names of the MFU of Anthropic's run and of that which all Chinese firms share; none where they share none.

    They share what each of them has, or else ``mfu_china`` where each has one of its own that hangs on it.
    """
    own = list(dict.fromkeys(firm.mfu for firm in assumptions.race.firms.values()))
    shared = own[0] if len(own) == 1 else MFU_CHINA
    everywhere = all(shared in assumptions.with_parents([name]) for name in own)
    return (MFU_ANTHROPIC, shared) if everywhere and shared != MFU_ANTHROPIC else ()


def uncertain_quantities(question: Question) -> list[str]:
    """Names of the quantities that the event's date depends on and that are not fixed; what others hang on first."""
    assumptions = question.assumptions
    names = assumptions.with_parents(assumptions.needed([question.event]))
    return [name for name in names if not assumptions.beliefs[name].certain]


@dataclass(frozen=True)
class _Marginal:
    """Percentiles of one quantity, and how each draw acts on them: not at all where they are a prior's own."""

    values: Mapping[float, float]
    draws: Array | None = None
    densities: Mapping[float, float] = field(default_factory=dict)

    @classmethod
    def exact(cls, family: Family) -> _Marginal:
        return cls({p: float(family.quantile(p)) for p in (LOW, MIDDLE, HIGH)})

    @classmethod
    def drawn(cls, draws: Array, weighting: Weighting) -> _Marginal:
        distribution = Distribution(draws, weighting)
        return cls(
            {p: distribution.quantile_value(p) for p in (LOW, MIDDLE, HIGH)},
            draws,
            {p: distribution.density(p) for p in (LOW, MIDDLE, HIGH)},
        )

    @property
    def scale(self) -> float:
        return self.values[HIGH] - self.values[LOW] or abs(self.values[MIDDLE]) or 1.0

    def influence(self, p: float) -> Array:
        if self.draws is None:
            raise ValueError("an exact percentile rests on no draws")
        return quantile_influence(self.draws, p, self.values[p], self.densities[p])


def _marginals(question: Question, source: DrawSource, names: Sequence[str], *, exact: bool) -> dict[str, _Marginal]:
    beliefs = question.assumptions.beliefs
    mfus = mfu_pair(question.assumptions)
    pair = any(name in names for name in mfus)

    drawn_names = [name for name in names if not exact or beliefs[name].parents]

    def keep(values: Values) -> Values:
        kept = {name: values[name] for name in drawn_names}
        if pair:
            ours, theirs = mfus
            kept[MFU_RATIO] = values[ours] / values[theirs]
        return kept

    drawn = source.map(keep) if pair or drawn_names else {}
    return {
        name: _Marginal.drawn(drawn[name], source.weighting) if name in drawn else _Marginal.exact(beliefs[name])
        for name in [*names, *([MFU_RATIO] if pair else [])]
    }


def _evaluator(question: Question) -> Callable[[Sequence[Coordinates]], Array]:
    """Return a function from coordinates (quantities by name, perhaps the MFU ratio) to months."""
    assumptions, mfus = question.assumptions, mfu_pair(question.assumptions)
    fixed = {
        name: float(assumptions.beliefs[name].quantile(MIDDLE))
        for name in assumptions.with_parents(assumptions.needed([question.event]))
        if assumptions.beliefs[name].certain
    }

    def evaluate(points: Sequence[Coordinates]) -> Array:
        rows = [fixed | point for point in points]
        for row in rows:
            if MFU_RATIO in row:
                ours, theirs = mfus
                row[ours] = row.pop(MFU_RATIO) * row[theirs]
        return ready_under(question, {name: np.array([row[name] for row in rows]) for name in rows[0]})

    return evaluate


class _Noise:
    """Monte Carlo error of a date worked out at percentiles that draws estimate, by the delta method."""

    def __init__(self, question: Question, weighting: Weighting, marginals: Mapping[str, _Marginal]) -> None:
        # In continuous time: a date on a grid of launches does not change smoothly.
        self._evaluate = _evaluator(replace(question, launch_grid=None))
        self._weighting = weighting
        self._marginals = {name: marginal for name, marginal in marginals.items() if marginal.draws is not None}

    def influences(
        self, points: Sequence[Coordinates], percentiles: Sequence[Mapping[str, float]]
    ) -> Iterator[Array | None]:
        """Yield each draw's influence on the date at each point; None where a point is known exactly.

        `percentiles` says which percentile a point's coordinate is; the median where it does not.
        """
        steps = {name: DERIVATIVE_STEP * marginal.scale for name, marginal in self._marginals.items()}
        moves = [[name for name in steps if name in point] for point in points]
        shifted = [
            {**point, name: point[name] + side * steps[name]}
            for point, moved in zip(points, moves, strict=True)
            for name in moved
            for side in (1.0, -1.0)
        ]
        dates = iter(self._evaluate(shifted).tolist() if shifted else [])
        for moved, percentile in zip(moves, percentiles, strict=True):
            total = None
            for name in moved:
                slope = (next(dates) - next(dates)) / (2.0 * steps[name])
                if slope != 0.0:
                    influence = slope * self._marginals[name].influence(percentile.get(name, MIDDLE))
                    total = influence if total is None else total + influence
            yield total

    def mcse(self, influence: Array | None) -> float:
        """MCSE of what has this influence."""
        return 0.0 if influence is None else self._weighting.mcse(influence)


def _difference(one: Array | None, other: Array | None) -> Array | None:
    if one is None or other is None:
        return one if other is None else -other
    return one - other


def _wording(question: Question, name: str) -> tuple[str, str]:
    if name == MFU_RATIO:
        return "MFU of Anthropic's run over that of Chinese firms, moved together", "1"
    return describe_quantity(question.assumptions.table, name)


def _part_of(question: Question, name: str, marginals: Mapping[str, _Marginal]) -> str | None:
    return MFU_RATIO if MFU_RATIO in marginals and name in mfu_pair(question.assumptions) else None
