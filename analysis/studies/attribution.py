"""What moved between two forecasts, and why: the shift taken apart into steps that add up to it.

The steps lead from one forecast to the other, changing one thing at a time: first the day of the question
(time passing), then items removed, changed and added, each by itself in the order in which they became known,
then the priors, then the random numbers. What a step moves depends on what was changed before it, so the
order is part of the answer; that the steps add up does not.

Every step is asked of the same random numbers, so that its Monte Carlo error is that of a difference. A step
within its error is called noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from ...evidence.confirmation import confirms
from ...evidence.latents import with_latents
from ...evidence.schema import Item
from ..inference.draws import Values
from ..inference.estimates import Array, Distribution, Estimate, Weighting
from ..inference.importance import smooth_weights
from ..inference.inputs import Inputs
from ..inference.likelihoods import likelihoods_of, prior_for, total
from ..inference.outcomes import READY, ready_column
from ..inference.question import Question

QUANTILES = (0.05, 0.5, 0.95)
ROUNDING = 1e-4  # months; what is published is rounded to this


@dataclass(frozen=True)
class State:
    """A forecast, as far as its steps need it.

    Attributes
    ----------
    ready : Distribution
        Months since t = 0.
    streams : tuple
        What its random numbers hang on: equal ones share their draws.
    """

    ready: Distribution
    streams: tuple[Any, ...]


@dataclass(frozen=True)
class Step:
    """One change on the way from a forecast to another.

    Attributes
    ----------
    id, title : str
        What changed.
    shifts : mapping of float to Estimate
        By probability, how far it moved that quantile, months.
    probability : Estimate
        How far it moved the probability of being ready by the reference day.
    """

    id: str
    title: str
    shifts: Mapping[float, Estimate]
    probability: Estimate

    @property
    def noise(self) -> bool:
        """Whether the median's shift is within its Monte Carlo error."""
        return self.shifts[0.5].noise


@dataclass(frozen=True)
class Attribution:
    """A shift between two forecasts, taken apart.

    Attributes
    ----------
    before, after : dict of float to float
        Quantiles, months.
    total : Step
        The whole shift.
    steps : tuple of Step
        In order; their shifts add up to the whole.
    reference_day : date
        Day whose probability is followed.
    """

    before: Mapping[float, float]
    after: Mapping[float, float]
    total: Step
    steps: tuple[Step, ...]
    reference_day: date


@dataclass(frozen=True)
class Snapshot:
    """A forecast's question and inputs, to be worked out again.

    Attributes
    ----------
    question : Question
        What was asked.
    items : mapping of str to Item
        What was counted.
    inputs : Inputs
        Where both came from.
    version : str
        Version of the model that answered.
    recorded : mapping of float to float
        Quantiles that it published, if it did.
    """

    question: Question
    items: Mapping[str, Item]
    inputs: Inputs
    version: str
    recorded: Mapping[float, float] = field(default_factory=dict)


def attribute(before: Snapshot, after: Snapshot, workshop: Workshop | None = None) -> Attribution:
    """Take the shift between two forecasts apart.

    Parameters
    ----------
    before, after : Snapshot
        The two forecasts.
    workshop : Workshop, optional
        Keeps draws and likelihoods between calls that share them.

    Returns
    -------
    Attribution
        Steps whose shifts add up to the shift between the published quantiles.
    """
    shop = workshop or Workshop()
    before = _on_common_ground(before, after)
    day = after.question.as_of
    reference = after.question.assumptions.calendar.months(_year_end(day))
    plan = list(_plan(before, after))
    states = [shop.state(before.question, before.items)]
    steps: list[Step] = []
    for name, title, question, items in plan:
        states.append(shop.state(question, items))
        steps.append(_step(name, title, states[-2], states[-1], reference))
    published, reached = _published(before, states[0]), _published(after, states[-1])
    steps = _with_rest(steps, before, after, published, reached, states)
    total = _whole(steps, published, reached)
    return Attribution(published, reached, total, tuple(steps), _year_end(day))


def _on_common_ground(before: Snapshot, after: Snapshot) -> Snapshot:
    """Let equal priors and items be the same objects, so that what hangs on them is worked out once."""
    question = before.question
    if before.inputs.priors_hash() == after.inputs.priors_hash():
        question = replace(question, assumptions=after.question.assumptions)
    items = {
        name: after.items[name]
        if name in after.items and before.inputs.item_hash(name) == after.inputs.item_hash(name)
        else item
        for name, item in before.items.items()
    }
    return replace(before, question=question, items=items)


class Workshop:
    """Works forecasts out again, keeping what neighbouring ones share: draws and each item's likelihood."""

    def __init__(self, keep: int = 2) -> None:
        self._keep = keep
        self._ready: dict[tuple[Any, ...], Array] = {}
        self._columns: dict[tuple[Any, ...], Array] = {}
        self._states: dict[tuple[Any, ...], State] = {}

    def state(self, question: Question, items: Mapping[str, Item]) -> State:
        """Work out the forecast of a question on some items, by importance."""
        streams = (id(question.assumptions), question.draws, question.seed, question.event, question.launch_grid)
        key = (*streams, question.as_of, *((name, id(item)) for name, item in sorted(items.items())))
        if key not in self._states:
            self._states[key] = State(self._distribution(question, items, streams), streams)
        return self._states[key]

    def _distribution(self, question: Question, items: Mapping[str, Item], streams: tuple[Any, ...]) -> Distribution:
        counted = list(items.values())
        asked = replace(question, quasi_random=False, assumptions=with_latents(question.assumptions, counted))
        moves = any(firm.decision == "as-of" for firm in question.assumptions.race.firms.values())
        base = (*streams, question.as_of) if moves else streams
        missing = [item for item in counted if self._column_key(base, question, item) not in self._columns]
        if base not in self._ready or missing:
            source = prior_for(asked, counted)

            def evaluate(values: Values) -> Values:
                return {**ready_column(asked, values), **likelihoods_of(asked, values, missing)}

            columns = source.map(evaluate)
            self._ready[base] = columns.pop(READY)
            for item in missing:
                self._columns[self._column_key(base, question, item)] = columns[item.id]
        ready = self._ready[base]
        if not counted:
            return Distribution(ready, Weighting(ready.size))
        smoothed = smooth_weights(
            total({item.id: self._columns[self._column_key(base, question, item)] for item in counted})
        )
        return Distribution(ready, Weighting(ready.size, weights=smoothed.weights))

    @staticmethod
    def _column_key(base: tuple[Any, ...], question: Question, item: Item) -> tuple[Any, ...]:
        """A likelihood is the same on another day, unless the item is about the day itself."""
        return (*base, id(item), question.as_of if item.text.kind == "not_yet" else None)


def _plan(before: Snapshot, after: Snapshot) -> Any:
    """Yield the changes, one at a time: id, title, and the question and items once it is made."""
    question = replace(before.question, as_of=after.question.as_of)
    items = dict(before.items)
    if question.as_of != before.question.as_of:
        yield "time", f"time passing, {before.question.as_of} to {question.as_of}", question, dict(items)
    for name in sorted(set(before.items) - set(after.items)):
        del items[name]
        yield f"removed:{name}", f"item removed: {name}", question, dict(items)
    common = sorted(set(before.items) & set(after.items))
    for name in common:
        if before.inputs.item_hash(name) != after.inputs.item_hash(name):
            items[name] = after.items[name]
            yield f"changed:{name}", _change_text(before.items[name], after.items[name]), question, dict(items)
    added = sorted(set(after.items) - set(before.items), key=lambda name: (after.items[name].text.known_since, name))
    for name in added:
        items[name] = after.items[name]
        yield f"added:{name}", f"item added: {name}", question, dict(items)
    if before.inputs.priors_hash() != after.inputs.priors_hash() or before.question.event != after.question.event:
        question = replace(
            question,
            assumptions=after.question.assumptions,
            event=after.question.event,
            launch_grid=after.question.launch_grid,
        )
        yield "priors", "priors changed", question, dict(items)


def _change_text(before: Item, after: Item) -> str:
    """Say what changed of an item: through which day somebody has looked, or more than that."""
    if not confirms(after, before):
        return f"item changed: {after.id}"
    days = [item.observed.confirmed_through or "not said" for item in (before, after)]
    return f"silence confirmed: {after.id}, through {days[1]} (before: {days[0]})"


def _step(name: str, title: str, before: State, after: State, reference: float) -> Step:
    shifts = {
        p: _shift(before, after, lambda state, p=p: (state.ready.quantile_value(p), state.ready.quantile_influence(p)))
        for p in QUANTILES
    }
    return Step(name, title, shifts, _shift(before, after, lambda state: _probability(state, reference)))


def _probability(state: State, reference: float) -> tuple[float, Array]:
    below = (state.ready.values < reference).astype(float)
    return state.ready.weighting.mean(below), below


def _shift(before: State, after: State, statistic: Any) -> Estimate:
    """Difference of a statistic between two forecasts, with the MCSE of a difference where they share draws."""
    (first, first_influence), (second, second_influence) = statistic(before), statistic(after)
    left = _contributions(before, first_influence)
    right = _contributions(after, second_influence)
    if _shares_draws(before, after):
        error = math.sqrt(float(np.sum((right - left) ** 2)))
    else:
        error = math.sqrt(float(np.sum(left**2) + np.sum(right**2)))
    return Estimate(second - first, error)


def _contributions(state: State, influence: Array) -> Array:
    weighting = state.ready.weighting
    weights = weighting.weights if weighting.weights is not None else np.full(weighting.draws, 1.0 / weighting.draws)
    return weights * (influence - weighting.mean(influence))


def _shares_draws(before: State, after: State) -> bool:
    """Streams are keyed by name: other priors on the same seed still share their uniforms."""
    return before.streams[1:3] == after.streams[1:3]


def _with_rest(
    steps: list[Step],
    before: Snapshot,
    after: Snapshot,
    published: Mapping[float, float],
    reached: Mapping[float, float],
    states: list[State],
) -> list[Step]:
    """Add what the steps leave: another model version, other random numbers or another engine."""
    first = {p: states[0].ready.quantile_value(p) - published[p] for p in QUANTILES}
    last = {p: reached[p] - states[-1].ready.quantile_value(p) for p in QUANTILES}
    nothing = Estimate(0.0, 0.0)

    def own_error(state: State, p: float) -> float:
        return state.ready.quantile(p).mcse

    ends = list(steps)
    if any(abs(value) > 1e-9 for value in first.values()):
        title = "model version" if before.version != after.version else "Monte Carlo noise (worked out again)"
        name = "version" if before.version != after.version else "noise-before"
        shifts = {p: Estimate(first[p], own_error(states[0], p)) for p in QUANTILES}
        ends.insert(0, Step(name, title, shifts, nothing))
    if any(abs(value) > 1e-9 for value in last.values()):
        shifts = {p: Estimate(last[p], own_error(states[-1], p)) for p in QUANTILES}
        ends.append(Step("noise", "Monte Carlo noise", shifts, nothing))
    return ends


def _whole(steps: list[Step], published: Mapping[float, float], reached: Mapping[float, float]) -> Step:
    def error(p: float) -> float:
        return math.sqrt(sum(step.shifts[p].mcse ** 2 for step in steps))

    shifts = {p: Estimate(reached[p] - published[p], error(p)) for p in QUANTILES}
    probability = Estimate(
        sum(step.probability.value for step in steps), math.sqrt(sum(step.probability.mcse**2 for step in steps))
    )
    return Step("total", "in all", shifts, probability)


def _published(snapshot: Snapshot, state: State) -> dict[float, float]:
    """Quantiles as published, or as worked out again where that differs by no more than rounding."""
    again = {p: state.ready.quantile_value(p) for p in QUANTILES}
    return {
        p: value if abs(value - again[p]) > ROUNDING else again[p]
        for p, value in (again | dict(snapshot.recorded)).items()
    }


def _year_end(day: date) -> date:
    """The first of January after the year's end that is at least half a year away."""
    year = day.year if day.month <= 6 else day.year + 1
    return date(year, 12, 31)
