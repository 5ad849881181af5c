"""Levers and regimes: the date under each, beside the baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ....model.enacted import spent
from ...inference.estimates import Distribution, Estimate
from ...inference.question import Question
from ...studies.counterfactuals import Comparison, Counterfactual
from ..json_form import estimate_as_json, shares_as_json, shift_as_json, to_json
from ..table import ABSENT, Column, Layout, Room, Table
from ..text import chance_text, date_text, leader_text
from .columns import SHIFTED, asked_text, date_columns, delay_columns, ids_text

HEADINGS = {"levers": "Lever", "regimes": "Regime"}
TITLES = {
    "levers": "What each lever would change, pulled on",
    "regimes": "What each commitment of compute would change, begun on",
}


@dataclass(frozen=True)
class _Row:
    """The baseline, or one counterfactual beside it."""

    ready: Distribution
    changed: Counterfactual | None = None

    def shift(self, p: float) -> Estimate | None:
        return None if self.changed is None else self.changed.shift(p)


def layout(result: Comparison) -> Layout:
    """Lay out levers or regimes."""
    table = _table(result)
    return Layout(
        tables=(table,),
        json=lambda: _as_json(result, table),
        head=(acting_text(result.question, result.acting_from),),
        foot=(ids_text(row.changed.id for row in table.rows if row.changed),),
    )


def acting_text(question: Question, day: date) -> str:
    """Say what was asked, and from which day it acts."""
    return f"{asked_text(question)}, acting from {date_text(day)}; {SHIFTED}"


def _table(result: Comparison) -> Table[_Row]:

    def firsts(row: _Row) -> Mapping[str, Estimate]:
        return result.first_firm if row.changed is None else row.changed.first_firm

    columns: list[Column[_Row]] = [
        Column(path=("id",), value=_of_changed(lambda row: row.id)),
        Column(
            title=HEADINGS[result.kind],
            text=lambda row: row.changed.title if row.changed else "(no change)",
            path=("title",),
            value=_of_changed(lambda row: row.title),
        ),
        *date_columns(result.question, lambda row: row.ready),
        *delay_columns(lambda row, p: row.shift(p)),
        Column(
            title="Draws unmoved",
            text=lambda row: chance_text(row.changed.unmoved.value) if row.changed else "",
            path=("unmoved",),
            value=_of_changed(lambda row: estimate_as_json(row.unmoved)["value"]),
            figure=True,
            room=Room.PAGE,
            instead=(_unmoved_text(result),),
        ),
        Column(path=("unmoved_mcse",), value=_of_changed(lambda row: estimate_as_json(row.unmoved)["mcse"])),
        Column(path=("shift_movable",), value=_of_changed(lambda row: shift_as_json(row.shift_movable))),
        Column(
            title="Most often first",
            text=lambda row: leader_text(result.question, firsts(row)),
            value=lambda row: shares_as_json("first_firm", firsts(row)),
            room=Room.PAGE,
        ),
        *_levers_columns(result),
    ]
    rows = [_Row(result.baseline), *(_Row(row.ready, row) for row in result.counterfactuals)]
    lines = in_force_lines(result.question, result.acting_from) if result.kind == "levers" else ()
    return Table(f"{TITLES[result.kind]} {date_text(result.acting_from)}; {SHIFTED}", columns, rows, lines=lines)


def in_force_since(question: Question, by: date) -> dict[str, date]:
    """Levers of which policies leave nothing to decide on a day, with the day since which that holds."""
    assumptions = question.assumptions
    months = spent(assumptions.enacted, assumptions.levers, assumptions.race)
    days = {name: assumptions.calendar.day(month) for name, month in months.items()}
    return {name: day for name, day in days.items() if day is not None and day <= by}


def in_force_lines(question: Question, by: date) -> tuple[str, ...]:
    """Say of which levers nothing is left to decide: a table would else call them useless."""
    levers = question.assumptions.levers
    named = [f"{levers[name].title} (since {date_text(day)})" for name, day in in_force_since(question, by).items()]
    return (f"Of these nothing is left to pull, as policies in force do as much: {', '.join(named)}.",) if named else ()


def _levers_columns(result: Comparison) -> list[Column[_Row]]:
    """What a government would pull each lever by, and since when it need not; a commitment has no such thing."""
    if result.kind != "levers":
        return []
    since = {name: day.isoformat() for name, day in in_force_since(result.question, result.acting_from).items()}
    named = [f"{row.title}: {', '.join(row.instruments)}" for row in result.counterfactuals if row.instruments]
    return [
        Column(
            title="By what",
            text=lambda row: ", ".join(row.changed.instruments) if row.changed else "",
            path=("instruments",),
            value=_of_changed(lambda row: list(row.instruments)),
            room=Room.PAGE,
            instead=(f"What a government would pull them by: {'; '.join(named)}.",) if named else (),
        ),
        Column(path=("in_force_since",), value=_of_changed(lambda row: since.get(row.id))),
    ]


def _unmoved_text(result: Comparison) -> str:
    """Say which share of the draws each counterfactual leaves as they are, and in which share a run is past it."""
    return unmoved_text(
        [f"{row.title} {chance_text(row.unmoved.value)}" for row in result.counterfactuals], result.past
    )


def unmoved_text(shares: Sequence[str], past: Estimate, among: str = "") -> str:
    """Say which shares of the draws are not moved by what acts from a day, and in which a run is past it."""
    ended = f"by that day a run has ended pre-training in {chance_text(past.value)} of the draws"
    return f"Draws that are not moved, being past it or indifferent to it{among}: {', '.join(shares)}; {ended}."


def _of_changed(value: Callable[[Counterfactual], Any]) -> Callable[[_Row], Any]:
    """Make a column's value of a counterfactual alone: the baseline has none."""
    return lambda row: ABSENT if row.changed is None else value(row.changed)


def _as_json(result: Comparison, table: Table[_Row]) -> dict[str, Any]:
    baseline, *rows = to_json(table)
    return {
        **result.origin.as_json(),
        "from": result.acting_from.isoformat(),
        "past": estimate_as_json(result.past),
        "baseline": baseline,
        result.kind: rows,
    }
