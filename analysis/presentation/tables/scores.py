"""Scores: runs and rival views judged by what is known of the date."""

from __future__ import annotations

from ...archive.scores import INTERVALS, Score, Scores
from ...inference.json_values import number
from ..json_form import to_json
from ..table import Column, Layout, Table

HELD = {True: "yes", False: "no", None: "open"}
OWN = "this model"


def layout(result: Scores) -> Layout:
    """Lay out scores."""
    table, outcome = _table(result), result.outcome
    while_open = "; while the question is open, scores count only what is decided" if outcome.open else ""
    return Layout(
        tables=(table,),
        json=lambda: {
            "schema": 1,
            "outcome": {"date": outcome.day.isoformat(), "open": outcome.open},
            "scores": to_json(table),
        },
        head=(f"lower is better{while_open}",),
    )


def _table(result: Scores) -> Table[Score]:
    still_open = " to 1" if result.outcome.open else ""
    columns: list[Column[Score]] = [
        Column(title="Forecast", text=lambda row: row.id if row.title.startswith(OWN) else row.title),
        Column(path=("id",), value=lambda row: row.id),
        Column(path=("title",), value=lambda row: row.title),
        Column(
            title="of",
            text=lambda row: row.as_of.isoformat(),
            path=("as_of",),
            value=lambda row: row.as_of.isoformat(),
        ),
        Column(
            title="CRPS, months",
            text=lambda row: f"{row.crps:.2f}",
            path=("crps",),
            value=lambda row: number(row.crps),
            figure=True,
        ),
        Column(
            title="log score",
            text=lambda row: f"{row.log_score:.2f}",
            path=("log_score",),
            value=lambda row: number(row.log_score),
            figure=True,
        ),
        Column(
            title="PIT",
            text=lambda row: f"{row.pit[0]:.2f}{still_open}",
            path=("pit",),
            value=lambda row: [number(value, 5) for value in row.pit],
            figure=True,
        ),
        *map(_covered_column, INTERVALS),
    ]
    return Table("Forecasts judged by what is known of the date", columns, result.scores)


def _covered_column(level: float) -> Column[Score]:
    return Column(
        title=f"{level:.0%}",
        text=lambda row: HELD[row.covered[level]],
        path=("covered", f"{level:g}"),
        value=lambda row: row.covered[level],
        figure=True,
    )
