"""Trends: when measured lags, carried forward, come to the event, as stated and on the evidence, beside the race."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ....model.trend import load_trends
from ...inference.estimates import Distribution
from ...inference.json_values import number, rounded
from ...studies.readings.trend import Carried, Trends
from ..json_form import spread_as_json, to_json
from ..table import ABSENT, Column, Layout, Room, Table
from ..text import date_text
from .columns import asked_text, ready_columns


@dataclass(frozen=True)
class _Row:
    """The race, or one trend carried forward."""

    title: str
    ready: Distribution
    evidence: tuple[str, ...]
    carried: Carried | None = None


def layout(result: Trends) -> Layout:
    """Lay out trends."""
    table = trend_table(result)
    return Layout(tables=(table,), json=lambda: _as_json(result, table), head=(asked_text(result.question),))


def trend_table(result: Trends) -> Table[_Row]:
    """The race, then each trend as stated and on the evidence."""
    counted = [
        f"{row.id}: counts {', '.join(row.conditioned.evidence)}"
        for row in result.trends
        if row.conditioned is not None
    ]
    columns: list[Column[_Row]] = [
        Column(title="Reached by", text=lambda row: row.title),
        *ready_columns(result.question, lambda row: row.ready),
        Column(
            title=f"months behind on {date_text(result.question.as_of)}",
            text=lambda row: "" if row.carried is None else f"{row.carried.lag.quantile_value(0.5):.1f}",
            path=("lag_on_the_day",),
            value=lambda row: ABSENT if row.carried is None else spread_as_json(row.carried.lag),
            figure=True,
        ),
        Column(
            title="Evidence counted",
            text=lambda row: ", ".join(row.evidence),
            path=("evidence",),
            value=lambda row: ABSENT if row.carried is None else list(row.carried.evidence),
            room=Room.PAGE,
            instead=tuple(counted),
        ),
        Column(value=_diagnostics_as_json),
    ]
    texts = load_trends(result.question.assumptions)
    return Table(
        "When measured lags, carried forward, come to the event",
        columns,
        list(_rows(result)),
        lines=[
            f"{row.title}, on the evidence: no answer ({row.refused.on_command_line})"
            for row in result.trends
            if row.refused
        ],
        sources=[reference for row in result.trends for reference in texts[row.id].references],
    )


def _rows(result: Trends) -> Iterator[_Row]:
    yield _Row("The race for compute", result.compute, result.evidence)
    for row in result.trends:
        yield _Row(f"{row.title}, as stated", row.stated.ready, row.stated.evidence, row.stated)
        if row.conditioned is not None:
            title = f"{row.title}, on the evidence"
            yield _Row(title, row.conditioned.ready, row.conditioned.evidence, row.conditioned)


def _diagnostics_as_json(row: _Row) -> Any:
    if row.carried is None:
        return ABSENT
    found = row.carried.diagnostics
    return {
        "log_evidence": number(row.carried.log_evidence.value),
        "ess": number(found.ess, 1),
        "khat": rounded(found.khat, 3),
    }


def _as_json(result: Trends, table: Table[_Row]) -> dict[str, Any]:
    rows = iter(to_json(table))
    return {
        **result.origin.as_json(),
        "compute": next(rows),
        "trends": [
            {
                "id": row.id,
                "title": row.title,
                "stated": next(rows),
                "conditioned": None if row.conditioned is None else next(rows),
                "refused": None if row.refused is None else row.refused.on_command_line,
                "set_aside": {aside.item: aside.reason for aside in row.set_aside},
            }
            for row in result.trends
        ],
    }
