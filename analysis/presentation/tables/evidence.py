"""Evidence: every item, what it is, whether it is counted and where it was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ..json_form import to_json
from ..table import Cell, Column, Layout, Room, Span, Table
from ..text import date_text, with_days
from .columns import web_link

if TYPE_CHECKING:  # which a forecast without evidence does not load
    from ....evidence.schema import Item
    from ....evidence.selected import Selection
    from ....evidence.sources import Source

COUNTED = "counted"
HELD_OUT = "held out as a check"
IN_PRIOR = "in the prior"
NOT_OPENED = "not opened"
UNOPENED = "†"
"""Marks an item that rests on a source that nobody opened."""
EXPLAINED = f"{UNOPENED} Seen quoted: its source was not opened."


@dataclass(frozen=True)
class Evidence:
    """Items, and what a forecast as of a day does with each.

    Attributes
    ----------
    day : date
        Of the question.
    items : sequence of Item
        In the order of their ledger.
    uses : mapping of str to str
        By id, whether the item is counted, and why not.
    """

    day: date
    items: Sequence[Item]
    uses: Mapping[str, str]

    @property
    def day_text(self) -> str:
        """Heading of the column that says what is done with each."""
        return f"On {date_text(self.day)}"


def uses_of(selection: Selection) -> dict[str, str]:
    """Say of each item whether it is counted, and why not."""
    return {
        **{item.id: COUNTED for item in selection.counted},
        **{item.id: HELD_OUT for item in selection.checks},
        **{item.id: IN_PRIOR for item in selection.priors},
        **{aside.item.id: aside.reason for aside in selection.set_aside},
    }


def evidence_of(day: date, selection: Selection) -> Evidence:
    """Take every item that a question as of a day knows of, counted or not."""
    return Evidence(day, (*selection.counted, *not_counted(selection)), uses_of(selection))


def not_counted(selection: Selection) -> list[Item]:
    """Items that a question knows of and leaves out, or holds out, or has in its prior."""
    return [*selection.checks, *selection.priors, *(aside.item for aside in selection.set_aside)]


def layout(result: Evidence) -> Layout:
    """Lay out the items."""
    table = evidence_table(result)
    return Layout(
        tables=(table,),
        json=lambda: {"schema": 1, "as_of": result.day.isoformat(), "items": to_json(table)},
    )


def evidence_table(result: Evidence, *, linked: bool = False) -> Table[Item]:
    """A row an item, those that are counted first; `linked` to the sections of the page that are named after them."""
    uses = result.uses
    columns: list[Column[Item]] = [
        Column(title="Item", text=lambda item: _marked(item, linked=linked)),
        Column(title="What it is", text=lambda item: item.text.title, room=Room.PAGE),
        Column(title="Kind", text=lambda item: item.text.kind),
        Column(title=result.day_text, text=lambda item: with_days(uses[item.id])),
        Column(title="Known since", text=lambda item: date_text(item.text.known_since)),
        *_revised(result),
        Column(title="Source", text=_sources, room=Room.PAGE),
        Column(value=item_as_json),
        Column(path=("use",), value=lambda item: uses[item.id]),
    ]
    ordered = sorted(result.items, key=lambda item: (uses[item.id] != COUNTED, uses[item.id], item.id))
    explained = [EXPLAINED] if any(item.unopened for item in result.items) else []
    return Table("Items of evidence, and what is done with each", columns, result.items, shown=ordered, lines=explained)


def counted_lines(ids: Sequence[str], unopened: Sequence[str]) -> list[str]:
    """Say which items are counted, and mark those that rest on a source which nobody opened."""
    if not ids:
        return []
    names = (f"{name}{UNOPENED}" if name in unopened else name for name in ids)
    return [f"Evidence counted: {', '.join(names)}", *([EXPLAINED] if unopened else [])]


def _marked(item: Item, *, linked: bool) -> Cell:
    name = Span(item.id, "name", f"#{item.id}" if linked else None)
    return (name, UNOPENED) if item.unopened else name


def _revised(result: Evidence) -> list[Column[Item]]:
    """The column of revisions, where there are any."""
    if not any(item.text.revised for item in result.items):
        return []

    def days(item: Item) -> Cell:
        return ", ".join(date_text(entry.day) for entry in item.text.revised)

    def whole(item: Item) -> Cell:
        return with_days("; ".join(map(str, item.text.revised)))

    return [Column(title="Revised", text=days, full=whole)]


def item_layout(item: Item, use: str | None = None, asked: str = "") -> Layout:
    """Lay out one item in full; with what is done with it by default, and where that was asked, if it can be told."""
    told = {} if use is None else {"use": use}
    return Layout(
        tables=(),
        json=lambda: {"schema": 1, **item_as_json(item), **told},
        head=_in_full(item, use and f"{asked}: {use}"),
    )


def _in_full(item: Item, use: str | None) -> list[Cell]:
    text = item.text
    lines: list[Cell] = [
        (Span(item.id, "strong"), f": {text.title}"),
        f"{text.kind}, role {text.role}, known since {date_text(text.known_since)}   [{item.file}]",
    ]
    lines += [with_days(use)] if use else []
    for name, part in (("observed", item.observed.model_dump()), ("likelihood", item.stated_likelihood)):
        numbers = ", ".join(f"{key} = {value}" for key, value in part.items() if value is not None)
        lines.append(f"{name}: {numbers or 'nothing'}")
    if text.weight != 1:
        lines.append(f"weight {text.weight:g}: {text.weight_reason}")
    lines += [f"Revised: {with_days(str(entry))}" for entry in text.revised]
    if text.retracted_on is not None:
        lines.append((Span(f"Retracted on {date_text(text.retracted_on)}", "fail"), f": {text.retracted_why}"))
    for source in text.sources:
        lines.append(f"Source: {source.title} ({source.publisher}, {date_text(source.date)}; {_place(source)})")
    if text.shares:
        lines.append(f"Rests on: {', '.join(text.shares)}")
    if text.replaces:
        lines.append(f"Takes the place of: {', '.join(text.replaces)}")
    if text.notes:
        lines.append(" ".join(text.notes.split()))
    return lines


def _place(source: Source) -> str:
    """Where a source is to be found: all that is known of it, and whether somebody has been there."""
    known = [
        source.address,
        None if source.opened else NOT_OPENED,
        source.quoted_in and f"quoted in {source.quoted_in}",
    ]
    return ", ".join(part for part in known if part)


def _sources(item: Item) -> Cell:
    spans: list[str | Span] = []
    for source in item.text.sources:
        spans += ["; "] * bool(spans)
        spans += source_spans(source)
    return tuple(spans)


def source_spans(source: Source) -> list[str | Span]:
    """Say where a figure was seen, linked where there is an address."""
    spans: list[str | Span] = [
        web_link(source.address, source.title),
        f", {source.publisher}, {date_text(source.date)}" + ("" if source.opened else f", {NOT_OPENED}"),
    ]
    return [*spans, ", quoted in ", web_link(source.quoted_in, source.quoted_in)] if source.quoted_in else spans


def item_as_json(item: Item) -> dict[str, Any]:
    """Return an item in full as JSON."""
    return {
        **item.text.model_dump(mode="json", exclude={"observed", "likelihood", "revised"}),
        "revised": [entry.model_dump(mode="json") for entry in item.text.revised],
        "observed": item.observed.model_dump(mode="json"),
        "likelihood": item.stated_likelihood,
        "file": item.file,
    }
