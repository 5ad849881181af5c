"""Events: when each reading of "a model like Mythos" comes."""

from __future__ import annotations

from typing import Any

from ...inference.estimates import Distribution
from ...inference.probabilities import HEADLINE
from ...studies.readings.events import EventReading, Events
from ..json_form import spread_as_json, to_json
from ..table import Column, Layout, Room, Span, Table
from ..text import figure
from .columns import asked_text, ready_columns, text_column


def layout(result: Events) -> Layout:
    """Lay out all events side by side."""
    table = _table(result)
    return Layout(tables=(table,), json=lambda: _as_json(result, table), head=(asked_text(result.question),))


def _table(result: Events) -> Table[EventReading]:
    columns: list[Column[EventReading]] = [
        Column(title="Event", text=lambda row: Span(row.id, "name"), path=("id",), value=lambda row: row.id),
        text_column(
            "What it is",
            ("title",),
            lambda row: row.title,
            room=Room.PAGE,
            instead=tuple(f"{row.id}: {row.title}." for row in result.events),
        ),
        Column(
            title="part of Mythos's compute",
            text=lambda row: _range(row.multiple),
            path=("multiple",),
            value=lambda row: spread_as_json(row.multiple),
            figure=True,
        ),
        *ready_columns(result.question, lambda row: row.ready),
    ]
    return Table(
        "The same race to each part of Mythos's pre-training compute",
        columns,
        result.events,
        sources=[reference for row in result.events for reference in row.references],
    )


def _range(spread: Distribution) -> str:
    low, middle, high = (figure(spread.quantile_value(p)) for p in HEADLINE)
    return middle if low == high else f"{middle} ({low} to {high})"


def _as_json(result: Events, table: Table[EventReading]) -> dict[str, Any]:
    return {
        **result.origin.as_json(),
        "events": to_json(table),
    }
