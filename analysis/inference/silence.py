"""Silences that an answer counts, and how long ago somebody last looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from .question import Question

if TYPE_CHECKING:
    from ...evidence.schema import Item

STALE = timedelta(days=14)  # after the last confirmation, from which on an answer says how old it is


@dataclass(frozen=True)
class Silence:
    """A silence that is counted.

    Attributes
    ----------
    item, event : str
        Whose, and about what.
    as_of : date
        Day of the question.
    confirmed : date or None
        Last day, up to that of the question, on which somebody looked; None where the item does not say.
    counted : date
        Day through which it is counted.
    reported : bool
        Whether a report that may be genuine stands beside it: then somebody may have said so.
    dated : bool
        Whether it is a finding of a given day, which nobody confirms again.
    """

    item: str
    event: str
    as_of: date
    confirmed: date | None
    counted: date
    reported: bool = False
    dated: bool = False

    @property
    def stale(self) -> bool:
        """Whether the last confirmation is more than `STALE` old."""
        return self.confirmed is not None and self.as_of - self.confirmed > STALE

    @property
    def text(self) -> str:
        """What is said of a stale one, in a line."""
        if self.confirmed is None:
            return f"{self.item}: silence is counted through {self.counted}"
        days = (self.as_of - self.confirmed).days
        said = f"{self.item}: silence was last confirmed through {self.confirmed}, {days} days before {self.as_of}"
        if self.counted > self.confirmed:
            return f"{said}, and is read to the day of the question all the same, as in the published reading"
        if self.dated:
            return f"{said}, and is counted no further; whoever has looked since adds an item of that day"
        return f"{said}, and is counted no further; whoever has looked since runs {how_to_confirm(self.item)}"


def how_to_confirm(item: str) -> str:
    """Say what makes a silence count further; the command itself says how the file that it writes is counted."""
    return f"catchup evidence confirm {item} --through DATE (with --ledger, if the item is of one's own)"


def silences_in(question: Question, items: Iterable[Item]) -> tuple[Silence, ...]:
    """Return the silences among some items that are counted."""
    items = list(items)
    if not any(item.kind.is_silence for item in items):
        return ()
    from ...evidence.rumours import reports_among, rumours_in

    beside = rumours_in(items, question.as_of)
    reported = {name for name, rumours in beside.items() if not all(each.denied for each in reports_among(rumours))}
    return tuple(
        _silence(question, item, counted, item.id in reported)
        for item in items
        if (counted := item.kind.counted_through(item.observed, question.clock)) is not None
    )


def stale_ones(silences: Iterable[Silence]) -> list[Silence]:
    """Return silences whose last confirmation is old, but for those of whose event another is counted further."""
    every = list(silences)
    furthest = {each.event: max(other.counted for other in every if other.event == each.event) for each in every}
    return [silence for silence in every if silence.stale and silence.counted == furthest[silence.event]]


def stale_lines(silences: Iterable[Silence]) -> list[str]:
    """Say of each silence whose last confirmation is old that it is, in a line."""
    return [silence.text for silence in stale_ones(silences)]


def confirmed_through(question: Question, silences: Iterable[Silence]) -> date | None:
    """Latest day through which silence about the question's event was confirmed; None where none is counted."""
    days = [each.confirmed or each.counted for each in silences if each.event == question.event]
    return max(days, default=None)


def silent_day(question: Question, silences: Iterable[Silence]) -> date | None:
    """Last day through which silence about the question's event is counted; None beside a report, or without any."""
    about = [each for each in silences if each.event == question.event]
    return None if any(each.reported for each in about) else max((each.counted for each in about), default=None)


def silent_through(question: Question, silences: Iterable[Silence]) -> bool:
    """Whether silence about the question's event, and no report beside it, is counted through the question's day."""
    through = silent_day(question, silences)
    return through is not None and through >= question.as_of


def counted_month(question: Question, silences: Iterable[Silence]) -> float | None:
    """Month through which silence about the question's event is counted; None where none is."""
    days = [each.counted for each in silences if each.event == question.event]
    return question.clock.months(max(days)) if days else None


def _silence(question: Question, item: Item, counted: date, reported: bool) -> Silence:
    stated = item.observed.date or item.observed.confirmed_through
    confirmed = None if stated is None else min(stated, question.as_of)
    dated = item.observed.date is not None
    return Silence(item.id, item.observed.event, question.as_of, confirmed, counted, reported, dated)
