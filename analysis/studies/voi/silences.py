"""Silence to come, and claims to come, about an event of which silences, doubted reports and claims are counted.

What is learnt from a silence is what the longer one says beyond the one so far, both beside the doubted reports and
claims that are counted: where a report is genuine the silence ends, and silence through the day of a report or a claim,
or later, says that it was none. A claim to come is of what becomes known after the silence so far.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ....evidence.kinds.milestone import Milestone
from ....evidence.rumours import Claimed, is_doubted
from ....evidence.schema import Item
from ...inference.draws import Values
from ...inference.estimates import Array
from ...inference.likelihoods import Raced, predictions_of
from ...inference.question import Question
from ...inference.silence import Silence, silences_in
from .disclosures import Disclosure

SO_FAR, READINESS = "/so-far", "/readiness"  # end columns of a silence to come: the silence so far, and the date


@dataclass(frozen=True)
class ComingSilence:
    """What a silence to come is about: all that passes after the silence which is counted, not only what is to come.

    Attributes
    ----------
    event, asked : str
        Event that it is about, and that of the question.
    as_of, through : date
        Day of the question, and the last day of the silence.
    counted : date or None
        Day through which silence so far is counted; None where none is.
    """

    event: str
    asked: str
    as_of: datetime.date
    through: datetime.date
    counted: datetime.date | None

    @property
    def begins_today(self) -> bool:
        """Whether the silence so far is counted up to the day of the question."""
        return self.counted is not None and self.counted >= self.as_of

    @classmethod
    def of(cls, question: Question, pending: Item | None, items: Sequence[Item]) -> ComingSilence | None:
        """Of what may be learnt beside counted items; None where that is no silence."""
        through = None if pending is None else pending.kind.counted_through(pending.observed, question.clock)
        if pending is None or through is None:
            return None
        so_far = silence_so_far(question, items, pending.event)
        counted = None if so_far is None else so_far.counted
        return cls(pending.observed.event, question.event, question.as_of, through, counted)


def silence_so_far(question: Question, items: Sequence[Item], event: str | None) -> Silence | None:
    """Longest silence about an event that is counted; None where none is."""
    about = [silence for silence in silences_in(question, items) if silence.event == event]
    return max(about, key=lambda silence: silence.counted, default=None)


def ended_by(pending: Item | None, items: Sequence[Item]) -> Item | None:
    """The believed report, counted, after which a silence or a first report to come cannot be; None where none is."""
    if pending is None or not (pending.kind.is_silence or pending.kind.reports_event):
        return None
    reports = (item for item in items if item.kind.reports_event and item.event == pending.event)
    return next((report for report in reports if not is_doubted(report)), None)


def doubted_reports(items: Sequence[Item], silences: Sequence[Item]) -> list[Item]:
    """Doubted reports and claims, counted, of events that silences to come are about."""
    events = {silence.event for silence in silences}
    about = [item for item in items if item.event in events]
    return [item for item in about if item.kind.claims_event or (item.kind.reports_event and is_doubted(item))]


def claimed_after(question: Question, pending: Item, items: Sequence[Item]) -> Item | None:
    """A claim to come, given the silence so far of its event; None where it is no claim, or no silence is counted."""
    so_far = silence_so_far(question, items, pending.event) if pending.kind.claims_event else None
    if so_far is None:
        return None
    counted = next(item for item in items if item.id == so_far.item)
    return Claimed(pending, counted, question.as_of).after(question.clock)  # as if it had come


def beside(question: Question, disclosure: Disclosure, items: Sequence[Item]) -> dict[str, Item]:
    """What is predicted beside a silence or claim to come, by column.

    Beside a silence when the event is ready, and the silence so far; beside a claim what it is given that silence.
    """
    pending, name = disclosure.item, disclosure.column

    def named(part: str, item: Item) -> Item:
        return replace(item, text=item.text.model_copy(update={"id": name + part}))

    claimed = None if pending is None else claimed_after(question, pending, items)
    if claimed is not None:
        return {name + SO_FAR: named(SO_FAR, claimed)}
    if pending is None or not pending.kind.is_silence:
        return {}
    found = {name + READINESS: named(READINESS, replace(pending, kind=Milestone()))}
    so_far = silence_so_far(question, items, pending.event)
    if so_far is not None:
        # The ledger's own words and doubt say whether it denies a report; the delay is that of the silence to come.
        counted = next(item for item in items if item.id == so_far.item)
        told = replace(pending, observed=counted.observed, doubt=counted.doubt)
        weighed = told.text.model_copy(update={"weight": counted.text.weight})
        found[name + SO_FAR] = named(SO_FAR, replace(told, text=weighed))
    return found


def predicted_apart(
    question: Question, values: Values, pending: Sequence[Item], reports: Sequence[Item], raced: Raced
) -> Mapping[str, Array]:
    """What the model says of what is to come: of silences beside the reports that are counted, and beside no other."""
    silences = [item for item in pending if item.kind.is_silence]
    others = [item for item in pending if not item.kind.is_silence]
    alone = predictions_of(question, values, others, raced)[2]
    return {**alone, **(predictions_of(question, values, [*silences, *reports], raced)[2] if silences else {})}
