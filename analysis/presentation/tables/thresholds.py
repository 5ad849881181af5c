"""Thresholds: the stock that a firm needs to meet each criterion."""

from __future__ import annotations

from typing import Any

from ...inference.estimates import FEW
from ...inference.json_values import number, significant
from ...studies.thresholds.criteria import ReadyBy
from ...studies.thresholds.stock_search import Threshold
from ...studies.thresholds.study import Thresholds
from ..json_form import date_as_json, to_json
from ..table import Column, Layout, Table
from ..text import and_text, day_text, share_text, stock_text, the_firm, with_days
from .columns import asked_text


def layout(result: Thresholds) -> Layout:
    """Lay out the thresholds of a firm."""
    table = threshold_table(result)
    under = "" if result.scenario is None else f", under {result.scenario}"
    return Layout(
        tables=(table,),
        json=lambda: _as_json(result, table),
        head=(f"{result.stock} ({result.unit}) {_whose(result)}{under}", asked_text(result.question)),
    )


def threshold_table(result: Thresholds) -> Table[Threshold]:
    """A row a criterion and budget."""
    question = result.question

    def ready(row: Threshold) -> str:
        return "" if row.stock is None or row.ready is None else day_text(question, row.ready.value)

    columns: list[Column[Threshold]] = [
        Column(path=("id",), value=lambda row: f"{result.firm}-{row.criterion.id}-budget-{row.budget_factor:g}x"),
        Column(path=("budget_factor",), value=lambda row: row.budget_factor),
        Column(
            title=f"So that {_who(result)}",
            text=lambda row: with_days(row.criterion.title),
            path=("criterion",),
            value=_criterion_as_json,
        ),
        Column(title="Budget", text=lambda row: f"{row.budget_factor:g}x"),
        Column(
            title="needs",
            text=stock_text,
            path=("stock",),
            value=lambda row: _stock_as_json(row, result.unit),
            figure=True,
        ),
        Column(title="first in", text=_win, path=("first",), value=_win_as_json, figure=True),
        Column(
            title="median date",
            text=ready,
            path=("median",),
            value=lambda row: date_as_json(row.ready, question) if _is_solved(row) and row.ready else None,
            figure=True,
        ),
        Column(
            path=("firm_median",),
            value=lambda row: date_as_json(row.own, question) if _is_solved(row) and row.own else None,
        ),
    ]
    return Table(f"{result.unit} that {_who(result)} needs", columns, result.thresholds)


def _whose(result: Thresholds) -> str:
    """Whose stock it is: the firm's, or what several draw on, and then what it comes to for the firm."""
    race = result.question.assumptions.race
    others = [the_firm(result.question, name) for name in race.firms_on({result.stock}) if name != result.firm]
    shared = f", on which {and_text(others)} draw{'s' if len(others) == 1 else ''} as well" if others else ""
    return f"of {_who(result)}{shared}"


def _who(result: Thresholds) -> str:
    return the_firm(result.question, result.firm, result.scenario)


def _is_solved(row: Threshold) -> bool:
    return row.win is not None and row.ready is not None and row.own is not None


def _win(row: Threshold) -> str:
    return "" if row.stock is None or row.win is None else share_text(row.win.value)


def _win_as_json(row: Threshold) -> dict[str, Any] | None:
    if row.win is None or not _is_solved(row):
        return None
    return {"value": number(row.win.value, 5), "mcse": significant(row.win.mcse)}


def _criterion_as_json(row: Threshold) -> dict[str, Any]:
    criterion = row.criterion
    named: dict[str, Any] = {"id": criterion.id, "title": criterion.title}
    if isinstance(criterion, ReadyBy):
        named |= {"by": criterion.day.isoformat(), "probability": criterion.probability}
    return named


def _stock_as_json(row: Threshold, unit: str) -> dict[str, Any]:
    if row.stock is None:
        return {"value": None, "mcse": None, "unit": unit}
    decimals = 2 if row.stock.value < FEW else 0
    return {"value": number(row.stock.value, decimals), "mcse": significant(row.stock.mcse), "unit": unit}


def _as_json(result: Thresholds, table: Table[Threshold]) -> dict[str, Any]:
    return {
        **result.origin.as_json(),
        "scenario": result.scenario,
        "firm": result.firm,
        "stock": result.stock,
        "budget": result.budget,
        "thresholds": to_json(table),
        "notes": list(result.notes),
    }
