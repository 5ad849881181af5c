"""Mobilisation: when pooled domestic chips would be enough, whether before the others, and how many it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ...studies.readings.mobilisation import SCENARIO, Mobilisation, Mobilised
from ...studies.thresholds.criteria import ReadyBy
from ...studies.thresholds.study import Thresholds
from ..json_form import estimate_as_json, to_json
from ..table import Column, Layout, Room, Span, Table
from ..text import chance_text, date_text, stock_text, the_firm
from .columns import asked_text, ready_columns, text_column
from .thresholds import threshold_table

NO_AMOUNT = "Where no amount does, deciding, training and post-training may take longer whatever the compute."

Needed = tuple[date, dict[tuple[str, float], str]]


def layout(result: Mobilisation) -> Layout:
    """Lay out mobilisation."""
    events = _event_table(result)
    return Layout(
        tables=(events, needed_table({row.event: row.thresholds for row in result.events})),
        json=lambda: _as_json(result, events),
        head=(asked_text(result.question),),
    )


def _event_table(result: Mobilisation) -> Table[Mobilised]:
    columns: list[Column[Mobilised]] = [
        Column(title="Event", text=lambda row: Span(row.event, "name"), path=("event",), value=lambda row: row.event),
        text_column("What it is", ("title",), lambda row: row.title, room=Room.PAGE),
        *ready_columns(result.question, lambda row: row.ready),
        Column(
            title="before the others",
            text=lambda row: chance_text(row.first.value),
            path=("first",),
            value=lambda row: estimate_as_json(row.first),
            figure=True,
        ),
        Column(path=("thresholds",), value=lambda row: to_json(threshold_table(row.thresholds))),
    ]
    return Table(
        f"When {the_firm(result.question, result.events[0].firm, SCENARIO)} itself is ready",
        columns,
        result.events,
        sources=result.question.assumptions.scenarios[SCENARIO].text.references,
    )


def needed_table(found: Mapping[str, Thresholds]) -> Table[Needed]:
    """How much of its own compute a firm needs; a row a day, a column an event and probability.

    Parameters
    ----------
    found : mapping of str to Thresholds
        By event, the stock that one firm needs to be ready by some days.
    """
    needed: dict[date, dict[tuple[str, float], str]] = {}
    for event, thresholds in found.items():
        for threshold in thresholds.thresholds:
            wanted = threshold.criterion
            if isinstance(wanted, ReadyBy):
                needed.setdefault(wanted.day, {})[event, wanted.probability] = stock_text(threshold)
    asked = dict.fromkeys(key for row in needed.values() for key in row)

    def column(event: str, probability: float) -> Column[Needed]:
        return Column(
            title=f"{event}, {probability:.0%}",
            text=lambda row: row[1].get((event, probability), ""),
            figure=True,
        )

    first: Column[Needed] = Column(title="Ready by", text=lambda row: date_text(row[0]))
    some = next(iter(found.values()))
    whose = the_firm(some.question, some.firm, some.scenario)
    title = f"{some.unit} that {whose} needs, to be this sure of being ready by a day"
    return Table(title, [first, *(column(*key) for key in asked)], list(needed.items()), lines=[NO_AMOUNT])


def _as_json(result: Mobilisation, events: Table[Mobilised]) -> dict[str, Any]:
    return {
        **result.origin.as_json(),
        "scenario": SCENARIO,
        "firm": result.events[0].firm,
        "events": to_json(events),
    }
