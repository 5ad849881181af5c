"""Caveats of the sources: what holds each, and what is left out all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..caveats import Caveat, Caveats
from ..json_form import to_json
from ..table import Cell, Column, Layout, Span, Table
from .columns import text_column

WORDS = {
    "quantities": ("quantity", "quantities"),
    "obstacles": ("obstacle", "obstacles"),
    "events": ("event", "events"),
    "levers": ("lever", "levers"),
    "regimes": ("regime", "regimes"),
    "scenarios": ("scenario", "scenarios"),
    "worlds": ("world", "worlds"),
    "overlays": ("overlay", "overlays"),
    "items": ("item", "items"),
    "trends": ("trend", "trends"),
    "observables": ("to watch", "to watch"),
    "commands": ("command", "commands"),
    "rivals": ("rival", "rivals"),
}
"""By kind of what holds a caveat, what one and several are called."""

MOST_NAMED = 6  # of a kind, where the documentation's page does not have them all

PLACES = {
    "quantities": "priors.md",
    "obstacles": "priors.md",
    "events": "events.md",
    "levers": "how-to/levers-from-their-day.md",
    "regimes": "priors.md#commitment-regimes",
    "scenarios": "scenarios.md#{}",
    "worlds": "worlds.md#{}",
    "overlays": "how-to/swap-a-prior.md",
    "items": "evidence.md#{}",
    "trends": "readings/trend.md",
    "observables": "how-to/what-to-watch.md",
    "commands": "commands.md",
}
"""By kind, where the documentation tells of a name."""

NOT_MODELLED = "not modelled"
FULL, PART, NONE = "Held in full", "Held in part", "Not modelled"


def layout(result: Caveats) -> Layout:
    """Lay out all caveats."""
    return Layout(
        tables=[table for table in caveat_tables(result) if table.rows],
        json=lambda: {"schema": 1, "caveats": to_json(_table("Caveats", list(result.rows.items()), linked=False))},
    )


def caveat_tables(result: Caveats, *, linked: bool = False) -> list[Table[tuple[str, Caveat]]]:
    """Caveats that nothing holds, that are held in part, and in full.

    Parameters
    ----------
    result : Caveats
        All of them.
    linked : bool
        Whether names lead to the documentation's pages.
    """
    rows = list(result.rows.items())
    parts = {
        NONE: [row for row in rows if not row[1].modelled],
        PART: [row for row in rows if row[1].modelled and row[1].left],
        FULL: [row for row in rows if row[1].modelled and not row[1].left],
    }
    return [_table(title, part, linked=linked) for title, part in parts.items()]


def _table(title: str, rows: Sequence[tuple[str, Caveat]], *, linked: bool) -> Table[tuple[str, Caveat]]:
    columns: list[Column[tuple[str, Caveat]]] = [
        Column(path=("id",), value=lambda row: row[0]),
        text_column("Caveat", ("text",), lambda row: row[1].text),
        Column(
            title="Said by",
            text=lambda row: _said_by(row[1], linked=linked),
            path=("sources",),
            value=lambda row: list(row[1].sources),
        ),
        Column(
            title="Held by" if any(row[1].modelled for row in rows) else "",
            text=lambda row: _held(row[1], linked=linked),
            path=("held",),
            value=_held_as_json,
        ),
        text_column("Left out" if any(row[1].left for row in rows) else "", ("left",), lambda row: row[1].left),
    ]
    return Table(
        title,
        [column for column in columns if column.title or column.text is None],
        rows,
        sources=list(dict.fromkeys(source for _, row in rows for source in row.sources)),
    )


def _said_by(row: Caveat, *, linked: bool) -> Cell:
    spans: list[str | Span] = []
    for name in row.sources:
        spans += [", ", Span(name, address="priors.md#sources" if linked else None)]
    return tuple(spans[1:])


def _held(row: Caveat, *, linked: bool) -> Cell:
    if not row.modelled:
        return NOT_MODELLED
    spans: list[str | Span] = []
    for kind, words in WORDS.items():
        names = getattr(row.held, kind)
        shown = names if linked or len(names) <= MOST_NAMED + 1 else names[:MOST_NAMED]
        for place, name in enumerate(shown):
            before = "; " if place == 0 else ", "
            spans += [f"{before}{words[len(names) > 1]} " if place == 0 else before, _name(kind, name, linked=linked)]
        if len(shown) < len(names):
            spans.append(f" and {len(names) - len(shown)} more")
    return (str(spans[0]).removeprefix("; "), *spans[1:])


def _name(kind: str, name: str, *, linked: bool) -> Span:
    address = PLACES[kind].format(name) if linked and kind in PLACES else None
    return Span(name, "name", address)


def _held_as_json(row: tuple[str, Caveat]) -> dict[str, Any]:
    return {kind: list(getattr(row[1].held, kind)) for kind in WORDS if getattr(row[1].held, kind)}
