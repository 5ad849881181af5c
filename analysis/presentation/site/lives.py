"""Each item's life, as the runs tell it: known, first counted, silence confirmed, revised, retracted, last counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ....evidence.confirmation import ENTRY as CONFIRMED
from ....evidence.revisions import describe_value
from ...archive.reading import Run
from ..table import Span
from ..tables.columns import web_link
from ..tables.evidence import COUNTED, HELD_OUT, IN_PRIOR, NOT_OPENED, item_as_json
from ..text import with_days
from .addresses import run_page

NO_LONGER_KNOWN = "of an earlier run, not known to the newest"
OF_USES = {COUNTED: "Counted", HELD_OUT: "Held out as checks", IN_PRIOR: "Used to set a prior"}
"""Headings by use; any other use is a reason for setting an item aside, in words that may begin with anything."""
RETRACTED, REST = "Retracted", "Not counted"
HEADINGS = (OF_USES[COUNTED], RETRACTED, OF_USES[HELD_OUT], OF_USES[IN_PRIOR], REST)


class Event(NamedTuple):
    """Something that happened to an item: when, what, and the page that shows it."""

    day: str
    text: str
    address: str | None = None


@dataclass(frozen=True)
class Life:
    """An item's life.

    Attributes
    ----------
    id, title, kind, use : str
        The item, and what the newest run does with it.
    events : tuple of Event
        In order.
    sources : tuple of tuple of str or Span
        Where it was seen.
    unopened : bool
        Whether it rests on a source that nobody opened.
    """

    id: str
    title: str
    kind: str
    use: str
    events: tuple[Event, ...]
    sources: tuple[tuple[str | Span, ...], ...]
    unopened: bool = False


def lives(runs: Sequence[Run]) -> list[tuple[str, list[Life]]]:
    """Tell the life of every item that runs about one event know of.

    Parameters
    ----------
    runs : sequence of Run
        Newest first; one at least.

    Returns
    -------
    list of tuple of str and list of Life
        By heading; headings without any item are left out.
    """
    newest = runs[0]
    entries = {entry["id"]: entry for entry in entries_of(newest)}
    for run in runs[1:]:
        if set(run.manifest.evidence) - set(entries):
            gone = (entry for entry in entries_of(run) if entry["id"] not in entries)
            entries |= {entry["id"]: {**entry, "use": NO_LONGER_KNOWN} for entry in gone if entry["use"] == COUNTED}
    found: dict[str, list[Life]] = {heading: [] for heading in HEADINGS}
    for entry in entries.values():
        found[_heading(entry)].append(_life(entry, runs))
    return [(heading, group) for heading, group in found.items() if group]


def entries_of(run: Run) -> Sequence[Mapping[str, Any]]:
    """Items that a run knows of, as JSON; of a run that has not kept the others, those that it counts."""
    return run.known_items or [{**item_as_json(item), "use": COUNTED} for item in run.inputs.evidence()]


def _heading(entry: Mapping[str, Any]) -> str:
    set_aside = RETRACTED if entry.get("retracted_on") else REST
    return OF_USES.get(entry["use"], set_aside)


def _life(entry: Mapping[str, Any], runs: Sequence[Run]) -> Life:
    counting = [run for run in runs if entry["id"] in run.manifest.evidence]
    events = [Event(entry["known_since"], "known")]
    if counting:
        events.append(_counted(counting[-1], "first counted"))
        events += _confirmed(entry, counting)
    for change in entry.get("revised") or ():
        was, is_now = (describe_value(change[key]) for key in ("old", "new"))
        events.append(Event(change["day"], with_days(f"revised: {change['key']} {was} to {is_now} ({change['why']})")))
    if counting and counting[0] is not runs[0]:
        events.append(_counted(counting[0], "last counted"))
    if entry.get("retracted_on"):
        events.append(Event(entry["retracted_on"], f"retracted: {entry['retracted_why']}"))
    sources = tuple(_source(source) for source in entry["sources"])
    unopened = not all(map(was_opened, entry["sources"]))
    ordered = sorted(events, key=lambda event: event.day[:10])
    told = tuple(event._replace(day=with_days(event.day)) for event in ordered)
    return Life(entry["id"], entry["title"], entry["kind"], with_days(entry["use"]), told, sources, unopened)


def _confirmed(entry: Mapping[str, Any], counting: Sequence[Run]) -> Iterator[Event]:
    """Days through which somebody had looked and found nothing, each as the first run after it counts it."""
    if CONFIRMED not in entry["observed"]:
        return
    last = ""
    for run in reversed(counting):
        known = next((item for item in run.known_items if item["id"] == entry["id"]), entry)
        through = known["observed"].get(CONFIRMED) or ""
        if last < through <= run.manifest.as_of.isoformat():  # a run of a day before asks what was known by then
            yield Event(through, f"silence confirmed, first counted by run {run.name}", run_page(run.name))
            last = through


def _counted(run: Run, what: str) -> Event:
    return Event(run.manifest.as_of.isoformat(), f"{what} by run {run.name}", run_page(run.name))


def was_opened(source: Mapping[str, Any]) -> bool:
    """Whether somebody opened a source; unsaid where somebody has, and in runs of before that was asked."""
    return bool(source.get("opened", True))


def _source(source: Mapping[str, Any]) -> tuple[str | Span, ...]:
    opened = was_opened(source)
    spans: list[str | Span] = [
        "Seen in: " if opened else "Seen quoted: ",
        web_link(source["address"], source["title"]),
        with_days(f", {source['publisher']}, {source['date']}") + ("" if opened else f", {NOT_OPENED}"),
    ]
    quoted = source["quoted_in"]
    return (*spans, ", quoted in ", web_link(quoted, quoted)) if quoted else tuple(spans)
