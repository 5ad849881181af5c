"""What moved between two forecasts, and why: the shift taken apart into steps that add up to it.

The steps lead from one forecast to the other, changing one thing at a time: first the random numbers, then the day of
the question (time passing), then the priors, then items removed, changed and added, each by itself in the order in
which they became known. Items that only one of two models reads come and go with the priors, and one that another takes
the place of with that one. What a step moves depends on what was changed before it, so the order is part of the answer
(`attribution_plan` says why it is this one); that the steps add up does not.

All of this is worked out by the program that runs. What a forecast published beside what it gives now stands before
the other steps or after them: another state of the program made it, or chance.

Between two steps stands a forecast as any other: a posterior, with its diagnostics. Where one cannot be trusted, the
steps on both sides of it are told as one. Neighbouring forecasts share their draws or, where each needs draws from a
proposal of its own, their random numbers, so that a step's Monte Carlo error is that of a difference. A step within its
error is called noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from ...model.calendar import year_end
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
from .reasons import differ, program_of, running_program, version_text, with_reasons

ROUNDING = 1e-4  # months; what is published is rounded to this
ROUNDING_OF_CHANCES = 1e-5  # and probabilities to this
UNKNOWN = Estimate(math.nan, math.nan)
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
    known : Estimate or None
        How far the median of the date on which it is publicly known moved, months; None where one of the forecasts
        does not tell ready from known, or in both it never is.

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
    known: Estimate | None = None


class Figures(NamedTuple):
    """Quantiles of the date, months, by probability, and the probability of the reference day; or shifts of them."""

    quantiles: Mapping[float, Estimate]
    probability: Estimate


@dataclass(frozen=True)
class End:
    """What a forecast at an end of the way published, and what it gives when it is worked out again.

    Attributes
    ----------
    published, again : Figures
        The same objects where they differ by no more than rounding. No probability is known to have been published of a
        day that the forecast says nothing of, where its quantiles were others.
    """

    published: Figures
    again: Figures

    @classmethod
    def of(cls, snapshot: Snapshot, state: State, day: date, month: float) -> End:
        """Hold what was published against what is worked out again."""
        again = Figures(state.quantiles, state.ready.probability_below(month))
        quantiles = {p: _unless_rounded(snapshot.recorded.get(p), again.quantiles[p], ROUNDING) for p in HEADLINE}
        as_made = all(quantiles[p] is again.quantiles[p] for p in HEADLINE)
        probability = _unless_rounded(snapshot.probabilities.get(day), again.probability, ROUNDING_OF_CHANCES)
        known = as_made or day in snapshot.probabilities
        return cls(Figures(quantiles, probability if known else UNKNOWN), again)

    def left_over(self, sign: float) -> Figures:
        """How what was published differs from what is worked out again, times a sign."""
        quantiles = {p: _difference(self.published.quantiles[p], self.again.quantiles[p], sign) for p in HEADLINE}
        return Figures(quantiles, _difference(self.published.probability, self.again.probability, sign))


def _unless_rounded(published: Estimate | None, again: Estimate, rounding: float) -> Estimate:
    """A figure as published, or as worked out again where that differs by no more than rounding."""
    return published if published is not None and abs(published.value - again.value) > rounding else again


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
        Steps whose shifts add up to the shift between the published quantiles, and between the published probabilities.

    Raises
    ------
    UntrustworthyError
        If one of the two cannot be worked out by importance with draws that can be trusted.
    """
    before = _on_common_ground(before, after)
    first, last = end_state(before), end_state(after, drawn)
    day = year_end(after.question.as_of)
    month = after.question.assumptions.calendar.months_by(day)
    ends = End.of(before, first, day, month), End.of(after, last, day, month)
    leading, trailing = _left_over(before, after, *ends)
    steps = [*leading, *_steps(before, after, first, last, month), *trailing]
    return Attribution(
        {p: value.value for p, value in ends[0].published.quantiles.items()},
        {p: value.value for p, value in ends[1].published.quantiles.items()},
        _whole(first, last, *ends, month),
        tuple(with_reasons(steps, before, after)),
        day,
        _known_shift(before, after, first, last),
    )


def _on_common_ground(before: Snapshot, after: Snapshot) -> Snapshot:
    """Let equal priors and items be the same objects, so that forecasts on them can share their draws."""
    question = before.question
    if before.inputs.same_priors(after.inputs):
        question = replace(question, assumptions=after.question.assumptions)
    day = max(question.as_of, after.question.as_of)
    items = {
        name: after.items[name]
        if name in after.items and before.inputs.item_on(name, day) == after.inputs.item_on(name, day)
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


def _left_over(before: Snapshot, after: Snapshot, first: End, last: End) -> tuple[list[Step], list[Step]]:
    """How what forecasts published differs from what they give when they are worked out again; by nothing, as a rule.

    What another state of the program made of both is one step, since that is in both, and mostly the same.
    """
    here = running_program()
    ends = {"before": (before, first.left_over(-1.0)), "after": (after, last.left_over(1.0))}
    others = [end for end, (snapshot, _) in ends.items() if differ(program_of(snapshot), here)]
    found: dict[str, list[Step]] = {"before": [], "after": []}
    if others:
        title = version_text(program_of(before), program_of(after), here)
        shifts, probability = _sum(ends[end][1] for end in others)
        found[others[0]] = _unless_nothing(Step((Change("version"),), title, shifts, probability))
    for end in ends.keys() - others:
        snapshot, (shifts, probability) = ends[end]
        by = "NUTS, and worked out again by importance" if snapshot.engine == "nuts" else "worked out again"
        title = f"Monte Carlo noise ({by})"
        found[end] = _by_chance(Step((Change(f"noise-{end}"),), title, shifts, probability))
    return found["before"], found["after"]


def _sum(figures: Iterable[Figures]) -> Figures:
    """Sum up what is known apart, and with its errors."""
    of_all = list(figures)
    return Figures(
        {p: _total([each.quantiles[p] for each in of_all]) for p in HEADLINE},
        _total([each.probability for each in of_all]),
    )


def _total(estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(sum(each.value for each in estimates), math.hypot(*(each.mcse for each in estimates)))


def _by_chance(step: Step) -> list[Step]:
    """Return a step that random numbers explain, if it is one; called unexplained where they do not.

    Quantiles alone decide: of a probability near nothing or one the error is told too small by few draws.
    """
    if not _unless_nothing(step):
        return []
    if all(shift.nothing or abs(shift.value) <= CHANCE * shift.mcse for shift in step.shifts.values()):
        return [step]
    unexplained = tuple(Change(f"{UNEXPLAINED}{change.kind}") for change in step.changes)
    return [replace(step, changes=unexplained, title=f"not explained: more than {step.title}")]


def _unless_nothing(step: Step) -> list[Step]:
    figures = [*step.shifts.values(), step.probability]
    return [] if all(each.nothing for each in figures) else [step]


def _difference(published: Estimate, again: Estimate, sign: float) -> Estimate:
    if published is again:
        return ZERO
    return Estimate(sign * (published.value - again.value), math.hypot(published.mcse, again.mcse))


def _whole(first: State, last: State, before: End, after: End, month: float) -> Step:
    """The whole shift, whose error is that of a difference where both were published as they are worked out again."""
    whole = _shift((Change("total"),), "in all", first, last, month)
    one, other = before.published, after.published
    shifts = {
        p: shift
        if one.quantiles[p] is before.again.quantiles[p] and other.quantiles[p] is after.again.quantiles[p]
        else _difference(other.quantiles[p], one.quantiles[p], 1.0)
        for p, shift in whole.shifts.items()
    }
    if one.probability is before.again.probability and other.probability is after.again.probability:
        return replace(whole, shifts=shifts)
    return replace(whole, shifts=shifts, probability=_difference(other.probability, one.probability, 1.0))


def _known_shift(before: Snapshot, after: Snapshot, first: State, last: State) -> Estimate | None:
    """How far the median of being publicly known moved, between what was published, as `_whole` has it of ready."""
    if first.known is None or last.known is None:
        return None
    again = first.known.quantile(0.5), last.known.quantile(0.5)
    one, other = (
        _unless_rounded(snapshot.known, median, ROUNDING)
        for snapshot, median in zip((before, after), again, strict=True)
    )
    as_made = one is again[0] and other is again[1]
    shift = quantile_shift(last.known, first.known, 0.5) if as_made else _difference(other, one, 1.0)
    return None if math.isnan(shift.value) else shift
