"""What moved since the run before: a sentence a contribution, news apart from corrections, adding up."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ....evidence.selected import place_taken_by
from ...archive.moved import Moved, moved_of
from ...archive.reading import DIFF, REFUSED, Run
from ...inference.estimates import Estimate
from ...studies.attribution import Step
from ...studies.attribution_steps import FOLLOWING
from ...studies.news import Kind, by_kind
from ..harmless import harmless
from ..tables.attribution import finding, known_finding, signed, signed_months, unseen
from ..tables.evidence import NOT_OPENED
from ..text import date_text, with_days
from .lives import entries_of, was_opened

HEADINGS: Mapping[Kind, str] = {
    "news": "News",
    "correction": "Corrections",
    "chance": "Chance, and what is not explained",
    "together": "News and corrections that cannot be told apart",
}
NO_EARLIER_RUN = "There is no earlier run about this event that is whole and may be trusted, to compare this one with."
REASONS = 3  # entries of the changelog that a sentence quotes
LONGEST = 300  # characters of each


@dataclass(frozen=True)
class Group:
    """Contributions of one kind.

    Attributes
    ----------
    kind : str
        ``news``, ``correction``, ``chance`` or ``together``.
    heading : str
        Its name for people.
    steps : tuple of Step
        The contributions.
    sentences : tuple of str
        One a contribution, signed, with its Monte Carlo error.
    """

    kind: Kind
    heading: str
    steps: tuple[Step, ...]
    sentences: tuple[str, ...]

    @property
    def months(self) -> float:
        """How far all of them move the median."""
        return sum(step.shifts[0.5].value for step in self.steps)


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
        return Story(_why_untold(run))
    about_items = any(step.items for step in moved.attribution.steps)
    return story(moved, {entry["id"]: entry for entry in entries_of(run)} if about_items else {})


def _why_untold(run: Run) -> str:
    """Why a run does not say what moved; one of earlier programs does not say why."""
    refused, previous = run.section(REFUSED), run.manifest.previous
    reason = refused.get(DIFF) if isinstance(refused, dict) else None
    if reason is not None and previous:
        return untold_since(harmless(previous), harmless(str(reason)))
    if previous == "":
        return NO_EARLIER_RUN
    return "There is no earlier run to compare this one with, or it could not be compared."


def untold_since(previous: str, reason: str) -> str:
    """Say why it cannot be told what moved since a run."""
    return f"What moved since run {previous} cannot be told: {reason}."


def story(moved: Moved, items: Mapping[str, Mapping[str, Any]]) -> Story:
    """Tell what moved.

    Parameters
    ----------
    moved : Moved
        The shift, taken apart.
    items : mapping of str to mapping
        By id, items that the later run knows of, as JSON.
    """
    groups = tuple(_group(kind, steps, items) for kind, steps in by_kind(moved.attribution).items())
    total = moved.attribution.total.shifts[0.5]
    found = f"{finding(total, moved.against)} {known_finding(moved.attribution.known)}".rstrip()
    return Story(found, groups, _sum(groups, total), moved)


def _group(kind: Kind, steps: Sequence[Step], items: Mapping[str, Mapping[str, Any]]) -> Group:
    return Group(kind, HEADINGS[kind], tuple(steps), tuple(_sentence(step, items) for step in steps))


def _sentence(step: Step, items: Mapping[str, Mapping[str, Any]]) -> str:
    shift = step.shifts[0.5]
    about = [change.item for change in step.changes if change.item in items and change.kind not in FOLLOWING]
    sources = "".join(_source(items[name]) for name in about)
    what = harmless(with_days(step.title)) + sources
    if not math.isfinite(shift.value):
        return f"Beyond all that is followed: {what}."
    if unseen(shift):
        return f"No change: {what}."
    what += _why_gone(step, items) + _reasons(step)
    noise = ", within noise" if shift.noise else ", later" if shift.value > 0 else ", earlier"
    return f"{signed(shift)} months{noise}: {what}."


def _why_gone(step: Step, items: Mapping[str, Mapping[str, Any]]) -> str:
    """What the run says of items in whose place it counts another; of one taken back, the step itself says why."""
    gone = [change.item for change in step.changes if change.kind == "removed" and change.item in items]
    uses = {name: str(items[name].get("use", "")) for name in gone}
    return "".join(f"; {harmless(use)}" for name, use in uses.items() if use in _replaced(name, items))


def _replaced(name: str, items: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a run says of an item in whose place it counts another, for each that may be that."""
    return [place_taken_by(other) for other, item in items.items() if name in item.get("replaces", ())]


def _reasons(step: Step) -> str:
    """What the changelog says of a step; of many entries the first."""
    if not step.reasons:
        return ""
    said = " ".join(textwrap.shorten(harmless(entry), LONGEST, placeholder=" ...") for entry in step.reasons[:REASONS])
    more = f" And {len(step.reasons) - REASONS} more entries." if len(step.reasons) > REASONS else ""
    return f" (the changelog says: {said}{more})"


def _source(item: Mapping[str, Any]) -> str:
    source = item["sources"][0]
    seen = f"{source['title']}; {source['publisher']}, {date_text(date.fromisoformat(source['date']))}"
    where = f"Seen in: {seen}" if was_opened(source) else f"Seen quoted: {seen}, {NOT_OPENED}"
    return harmless(f" ({item['title']}{_acting(item)}. {where})")


def _acting(item: Mapping[str, Any]) -> str:
    """From when a lever that has been enacted acts."""
    observed = item["observed"]
    return f", acting from {date_text(date.fromisoformat(observed['date']))}" if "lever" in observed else ""


def _sum(groups: Sequence[Group], total: Estimate) -> str:
    if not groups or not all(math.isfinite(group.months) for group in groups) or not math.isfinite(total.value):
        return ""
    parts = ", ".join(
        f"{group.heading[:1].lower()}{group.heading[1:]} {signed_months(group.months)}" for group in groups
    )
    return f"In months of the median: {parts}; in all {signed(total)}."
