"""What moved between two forecasts, and why: the shift taken apart into steps that add up to it.

The steps lead from one forecast to the other, changing one thing at a time: first the random numbers, then the day of
the question (time passing), then the priors, then items removed, changed and added, each by itself in the order in
which they became known. Items that only one of two models reads come and go with the priors, and one that another takes
the place of with that one. What a step moves depends on what was changed before it, so the order is part of the answer
(`attribution_plan` says why it is this one); that the steps add up does not.

Between two steps stands a forecast as any other: a posterior, with its diagnostics. Where one cannot be trusted, the
steps on both sides of it are told as one. Neighbouring forecasts share their draws or, where each needs draws from a
proposal of its own, their random numbers, so that a step's Monte Carlo error is that of a difference. A step within its
error is called noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..inference.differences import probability_shift, quantile_shift
from ..inference.estimates import ZERO, Estimate
from ..inference.posterior import Posterior
from ..inference.probabilities import HEADLINE
from ..inference.snapshot import Snapshot
from .attribution_plan import Planned, on_numbers_of, plan
from .attribution_states import State, end_state, on_draws_of, state_on
from .attribution_steps import UNEXPLAINED
from .attribution_steps import Change as Change
from .attribution_steps import Step as Step
from .reasons import version_text, with_reasons

ROUNDING = 1e-4  # months; what is published is rounded to this
CHANCE = 4.0  # standard errors that random numbers explain


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
        Day by whose end a probability is followed.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from datetime import date
    >>> from catchup.analysis import Question
    >>> from catchup.analysis.inference.inputs import inputs_of
    >>> from catchup.analysis.inference.snapshot import Snapshot
    >>> from catchup.analysis.studies.attribution import attribute
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 1), draws=1_000)
    >>> before = Snapshot(question, {}, inputs_of(question.assumptions, ()), "1.0")
    >>> after = replace(before, question=replace(question, as_of=date(2026, 11, 21)))
    >>> [step.id for step in attribute(before, after).steps]
    ['time']
    """

    before: Mapping[float, float]
    after: Mapping[float, float]
    total: Step
    steps: tuple[Step, ...]
    reference_day: date


def attribute(before: Snapshot, after: Snapshot, drawn: Posterior | None = None) -> Attribution:
    """Take the shift between two forecasts apart.

    Parameters
    ----------
    before, after : Snapshot
        The two forecasts.
    drawn : Posterior, optional
        The later one's, where it is at hand.

    Returns
    -------
    Attribution
        Steps whose shifts add up to the shift between the published quantiles.

    Raises
    ------
    UntrustworthyError
        If one of the two cannot be worked out by importance with draws that can be trusted.
    """
    before = _on_common_ground(before, after)
    first, last = end_state(before), end_state(after, drawn)
    day = year_end(after.question.as_of)
    month = after.question.assumptions.calendar.months_by(day)
    steps = [
        *_left_over(before, first, "before", after),
        *_steps(before, after, first, last, month),
        *_left_over(after, last, "after", before),
    ]
    return Attribution(
        {p: value.value for p, value in _published(before, first).items()},
        {p: value.value for p, value in _published(after, last).items()},
        _whole(before, after, first, last, month),
        tuple(with_reasons(steps, before, after)),
        day,
    )


def _on_common_ground(before: Snapshot, after: Snapshot) -> Snapshot:
    """Let equal priors and items be the same objects, so that forecasts on them can share their draws."""
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


def _steps(before: Snapshot, after: Snapshot, first: State, last: State, month: float) -> list[Step]:
    """Work out the steps from the earlier forecast to the later one, beginning with the last.

    The forecast before a step stands on the draws of the one after it where they serve it as well.
    """
    start = on_numbers_of(after.question, before.question)
    changes = list(plan(before, after))
    places = [(start, before.items), *((change.question, change.items) for change in changes)]
    later, together, steps = last, list[Planned](), list[Step]()
    for change, (question, items) in zip(reversed(changes), reversed(places[:-1]), strict=True):
        together.insert(0, change)
        state = on_draws_of(later, question, items)
        if state is None:
            state = first if question is start and start == before.question else state_on(question, items)
        if state is not None:
            steps.insert(0, _step(together, state, later, month))
            later, together = state, []
    if together:
        return [_step(together, first, later, month), *steps]
    return [*_by_chance(_shift((Change("noise"),), "Monte Carlo noise (other draws)", first, later, month)), *steps]


def _step(planned: Sequence[Planned], before: State, after: State, month: float) -> Step:
    title = ", ".join(each.title for each in planned)
    if len(planned) > 1:
        title += " (together: what lies between cannot be trusted)"
    return _shift(tuple(change for each in planned for change in each.changes), title, before, after, month)


def _shift(changes: tuple[Change, ...], title: str, before: State, after: State, month: float) -> Step:
    shifts = {p: quantile_shift(after.ready, before.ready, p) for p in HEADLINE}
    probability = probability_shift(after.ready, before.ready, month)
    return Step(changes, title, shifts, probability, after.ess, after.khat)


def _left_over(snapshot: Snapshot, state: State, end: str, other: Snapshot) -> list[Step]:
    """How what a forecast published differs from what it gives when it is worked out again; by nothing, as a rule."""
    published, again = _published(snapshot, state), state.quantiles
    shifts = {p: _difference(published[p], again[p], -1.0 if end == "before" else 1.0) for p in HEADLINE}
    if end == "before" and _of_another_program(snapshot, other):
        return [Step((Change("version"),), version_text(snapshot, other), shifts, ZERO)] if _any_shift(shifts) else []
    by = "NUTS, and worked out again by importance" if snapshot.engine == "nuts" else "worked out again"
    return _by_chance(Step((Change(f"noise-{end}"),), f"Monte Carlo noise ({by})", shifts, ZERO))


def _of_another_program(one: Snapshot, other: Snapshot) -> bool:
    """Whether another program answered; one whose code was not kept is told by its version."""
    return one.version != other.version or bool(one.code and other.code and one.code != other.code)


def _by_chance(step: Step) -> list[Step]:
    """Return a step that random numbers explain, if it is one; called unexplained where they do not."""
    if not _any_shift(step.shifts):
        return []
    if all(shift.nothing or abs(shift.value) <= CHANCE * shift.mcse for shift in step.shifts.values()):
        return [step]
    unexplained = tuple(Change(f"{UNEXPLAINED}{change.kind}") for change in step.changes)
    return [replace(step, changes=unexplained, title=f"not explained: more than {step.title}")]


def _any_shift(shifts: Mapping[float, Estimate]) -> bool:
    return not all(shift.nothing for shift in shifts.values())


def _difference(published: Estimate, again: Estimate, sign: float) -> Estimate:
    if published is again:
        return ZERO
    return Estimate(sign * (published.value - again.value), math.hypot(published.mcse, again.mcse))


def _published(snapshot: Snapshot, state: State) -> dict[float, Estimate]:
    """Quantiles as published, or as worked out again where that differs by no more than rounding."""
    again = state.quantiles
    return {
        p: snapshot.recorded[p]
        if p in snapshot.recorded and abs(snapshot.recorded[p].value - again[p].value) > ROUNDING
        else again[p]
        for p in HEADLINE
    }


def _whole(before: Snapshot, after: Snapshot, first: State, last: State, month: float) -> Step:
    """The whole shift, whose error is that of a difference where both were published as they are worked out again."""
    whole = _shift((Change("total"),), "in all", first, last, month)
    published, reached = _published(before, first), _published(after, last)
    shifts = {
        p: shift
        if published[p] is first.quantiles[p] and reached[p] is last.quantiles[p]
        else _difference(reached[p], published[p], 1.0)
        for p, shift in whole.shifts.items()
    }
    return replace(whole, shifts=shifts)


def year_end(day: date) -> date:
    """The last day of the year, or of the next where that is less than half a year away."""
    year = day.year if day.month <= 6 else day.year + 1
    return date(year, 12, 31)
