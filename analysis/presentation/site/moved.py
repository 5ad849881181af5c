"""What moved since the run before: a sentence a contribution, news apart from corrections, adding up."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ....evidence.schema import Item
from ...archive.moved import Moved, moved_of
from ...archive.reading import Run
from ...inference.estimates import Estimate
from ...studies.attribution import Step
from ...studies.news import Kind, by_kind
from ..text import date_text, harmless

HEADINGS: Mapping[Kind, str] = {
    "news": "News",
    "correction": "Corrections",
    "chance": "Chance, and what is not explained",
    "together": "News and corrections that cannot be told apart",
}
ITEM = re.compile(r"(?:added|changed|removed):([a-z0-9-]+)")
SAME = 5e-4  # months: what is smaller is written as nothing


@dataclass(frozen=True)
class Group:
    """Contributions of one kind.

    Attributes
    ----------
    kind : str
        ``news``, ``correction``, ``chance`` or ``together``.
    heading : str
        Its name for people.
    sentences : tuple of str
        One a contribution, signed, with its Monte Carlo error.
    months : float
        How far all of them move the median.
    """

    kind: Kind
    heading: str
    sentences: tuple[str, ...]
    months: float


@dataclass(frozen=True)
class Story:
    """What moved.

    Attributes
    ----------
    finding : str
        The whole shift in a sentence.
    groups : tuple of Group
        Of each kind that there is.
    sum : str
        How the groups add up to the whole; empty where there is nothing to add.
    moved : Moved or None
        What it is told from.
    """

    finding: str
    groups: tuple[Group, ...] = ()
    sum: str = ""
    moved: Moved | None = None


def story_of(run: Run) -> Story:
    """Tell what moved since the run before.

    Raises
    ------
    CatchupError, KeyError, TypeError, ValueError
        If what the run has recorded of it is damaged.
    """
    moved = moved_of(run)
    if moved is None:
        return Story("There is no earlier run to compare this one with, or it could not be compared.")
    groups = tuple(_group(kind, steps, run) for kind, steps in by_kind(moved.attribution).items())
    total = moved.attribution.total.shifts[0.5]
    return Story(_finding(total, moved.against), groups, _sum(groups, total), moved)


def _finding(total: Estimate, against: str) -> str:
    since = f"since run {harmless(against)}"
    if not math.isfinite(total.value):
        return f"{since[:1].upper()}{since[1:]} the median has come from, or gone to, beyond all that is followed."
    if total.noise:
        return f"The median has not moved beyond its Monte Carlo error {since} ({signed(total)} months)."
    direction = "later" if total.value > 0 else "earlier"
    return f"The median is {abs(total.value):.2f} ± {total.mcse:.2f} months {direction} {since}."


def _group(kind: Kind, steps: Sequence[Step], run: Run) -> Group:
    items = {item.id: item for item in run.inputs.evidence()} if any(map(ITEM.search, _ids(steps))) else {}
    sentences = tuple(_sentence(step, items) for step in steps)
    return Group(kind, HEADINGS[kind], sentences, sum(step.shifts[0.5].value for step in steps))


def _ids(steps: Sequence[Step]) -> list[str]:
    return [step.id for step in steps]


def _sentence(step: Step, items: Mapping[str, Item]) -> str:
    shift = step.shifts[0.5]
    what = harmless(step.title) + "".join(_source(items[name]) for name in ITEM.findall(step.id) if name in items)
    if not math.isfinite(shift.value):
        return f"Beyond all that is followed: {what}."
    if abs(shift.value) < SAME and shift.mcse < SAME:
        return f"No change: {what}."
    noise = ", within its Monte Carlo error" if shift.noise else ", later" if shift.value > 0 else ", earlier"
    return f"{signed(shift)} months{noise}: {what}."


def _source(item: Item) -> str:
    source = item.text.sources[0]
    seen = f"{source.title}; {source.publisher}, {date_text(source.date)}"
    return harmless(f" ({item.text.title}. Seen in: {seen})")


def _sum(groups: Sequence[Group], total: Estimate) -> str:
    if not groups or not all(math.isfinite(group.months) for group in groups) or not math.isfinite(total.value):
        return ""
    parts = ", ".join(f"{group.heading[:1].lower()}{group.heading[1:]} {plain(group.months)}" for group in groups)
    return f"In months of the median: {parts}; in all {signed(total)}."


def signed(shift: Estimate) -> str:
    """Write a shift with its sign and its Monte Carlo error, to a thousandth of a month."""
    return f"{plain(shift.value)} ± {shift.mcse:.3f}"


def plain(months: float) -> str:
    """Write a shift with its sign; one that rounds to nothing has none."""
    return "0.000" if abs(months) < SAME else f"{months:+.3f}"
