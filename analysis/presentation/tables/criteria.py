"""Criteria of public tables: what tables tell so far, and when each will be met, and all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...inference.estimates import Distribution
from ...studies.tables.chosen import origin_of
from ...studies.tables.criteria import Criteria, CriterionReading
from ..json_form import to_json
from ..table import Column, Layout, Table
from ..text import date_text
from .columns import date_columns, text_column

ALL = "all of them"


@dataclass(frozen=True)
class _Row:
    """A criterion, or all of them."""

    id: str
    title: str
    reading: CriterionReading | None
    met: Distribution | None


def layout(result: Criteria) -> Layout:
    """Lay out criteria."""
    rows = [_Row(each.id, each.criterion.title, each, each.met) for each in result.readings]
    whole = [_Row("all-of-them", ALL, None, result.all_of_them)] if len(rows) > 1 else []
    table = Table("When a Chinese model meets each criterion", _columns(result), [*rows, *whole], lines=_lines(result))
    question = result.question
    head = f"model {question.assumptions.model}, as of {date_text(question.as_of)}: the frontier's records, and no race"
    return Layout(tables=(table,), json=lambda: _as_json(result, table), head=(head,))


def _columns(result: Criteria) -> list[Column[_Row]]:
    return [
        Column(path=("id",), value=lambda row: row.id),
        text_column("Criterion", ("title",), lambda row: row.title),
        Column(title="So far", text=lambda row: _so_far(row.reading)),
        Column(path=("open",), value=lambda row: row.met is not None),
        Column(path=("resolved",), value=lambda row: _resolved(row.reading)),
        *date_columns(result.question, lambda row: row.met),
    ]


def _so_far(reading: CriterionReading | None) -> str:
    if reading is None:
        return ""
    found, criterion = reading.resolution, reading.criterion
    if found.day is None:
        return "no table of that day has a Chinese model"
    of = f" of {criterion.of:g}" if criterion.of else ""
    best = f"{found.value:g}{of}"
    if found.open:
        return f"{best}, where {criterion.at_least:g} is asked, on {date_text(found.day)}"
    return f"met by {found.model} ({best}) on {date_text(found.day)}"


def _resolved(reading: CriterionReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    found = reading.resolution
    return {
        "model": found.model,
        "date": None if found.open or found.day is None else found.day.isoformat(),
        "not_by": found.day.isoformat() if found.open and found.day is not None else None,
        "value": found.value,
        "at_least": reading.criterion.at_least,
        "of": reading.criterion.of,
        "table": reading.criterion.table,
        "vintage": None if found.vintage is None else found.vintage.isoformat(),
    }


def _lines(result: Criteria) -> list[str]:
    lines = [
        f"As of {date_text(result.question.as_of)}: each lag, from release to release, is one of the population that "
        f"the records of {result.records.name} of {date_text(result.records.vintage)} show; what nobody had met when "
        f"somebody last looked counts{_and_met(result)}."
    ]
    untested = [each.id for each in result.readings if each.resolution.day is None]
    if untested:
        lines.append(f"Told by nothing yet, since no table of that day holds a Chinese model: {', '.join(untested)}.")
    return lines


def _and_met(result: Criteria) -> str:
    met = any(each.has_lag for each in result.readings)
    return ", and so does the lag of what has been met" if met else ""


def _as_json(result: Criteria, table: Table[_Row]) -> dict[str, Any]:
    rows = to_json(table)
    count = len(result.readings)
    whole = {"all_of_them": {"quantiles": rows[count].get("quantiles")}} if len(rows) > count else {}
    return {
        "schema": 1,
        "as_of": result.question.as_of.isoformat(),
        "records": origin_of(result.records),
        "criteria": rows[:count],
        **whole,
    }
