"""Levers and regimes: the date under each, beside the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...inference.estimates import Distribution, Estimate
from ...studies.counterfactuals import SHIFT_QUANTILES, Comparison, Counterfactual
from ..json_form import to_json
from ..table import ABSENT, Column, Layout, Room, Table
from .columns import asked_text, date_columns, shift_column

HEADINGS = {"levers": "Lever", "regimes": "Regime"}
TITLES = {
    "levers": "What each lever would change, pulled on the day of the question; shifts in months ± Monte Carlo error",
    "regimes": "What each commitment of compute would change, begun on the day of the question; shifts in months "
    "± Monte Carlo error",
}
SHIFTS = {0.5: ("median shift", Room.NARROW), 0.95: ("95% shift", Room.WIDE)}


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
        head=(f"{asked_text(result.question, 'acting from')}; shifts in months ± Monte Carlo error",),
    )


def _table(result: Comparison) -> Table[_Row]:
    columns: list[Column[_Row]] = [
        Column(path=("id",), value=lambda row: row.changed.id if row.changed else ABSENT),
        Column(
            title=HEADINGS[result.kind],
            text=lambda row: row.changed.title if row.changed else "(no change)",
            path=("title",),
            value=lambda row: row.changed.title if row.changed else ABSENT,
        ),
        *date_columns(result.question, lambda row: row.ready),
        *(_shift_column(p) for p in SHIFT_QUANTILES),
    ]
    rows = [_Row(result.baseline), *(_Row(row.ready, row) for row in result.counterfactuals)]
    return Table(TITLES[result.kind], columns, rows)


def _shift_column(p: float) -> Column[_Row]:
    title, room = SHIFTS.get(p, ("", Room.NARROW))
    return shift_column(lambda row: row.shift(p), ("shift", f"{p:g}"), title, room=room)


def _as_json(result: Comparison, table: Table[_Row]) -> dict[str, Any]:
    baseline, *rows = to_json(table)
    return {
        **result.origin.as_json(),
        "baseline": baseline,
        result.kind: rows,
    }
