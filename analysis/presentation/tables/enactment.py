"""Levers by the day of their enactment."""

from __future__ import annotations

from typing import Any

from ...inference.estimates import Estimate
from ...inference.probabilities import QUANTILES
from ...studies.enactment import ByDay, Enactment
from ..json_form import dates_as_json, estimate_as_json, shift_as_json, to_json
from ..table import Column, Layout, Room, Table
from ..text import chance_text, date_text, shift_text
from .columns import SHIFTED, asked_text, delay_columns
from .counterfactuals import in_force_lines


def layout(result: ByDay) -> Layout:
    """Lay out what each lever buys, by the day on which it is enacted."""
    tables = {name: _table(result, name) for name in result.levers}
    return Layout(
        tables=tuple(tables.values()),
        json=lambda: _as_json(result, tables),
        head=(f"{asked_text(result.question)}; {SHIFTED}",),
        foot=in_force_lines(result.question, result.question.as_of),
    )


def _table(result: ByDay, lever: str) -> Table[Enactment]:
    """One lever, a row a day of enactment."""
    columns: list[Column[Enactment]] = [
        Column(
            title="Enacted on",
            text=lambda row: date_text(row.acting_from),
            path=("from",),
            value=lambda row: row.acting_from.isoformat(),
        ),
        *delay_columns(lambda row, p: row.effect.shift(p), late=Room.NARROW),
        Column(
            title="Draws unmoved",
            text=lambda row: chance_text(row.effect.unmoved.value),
            path=("unmoved",),
            value=lambda row: estimate_as_json(row.effect.unmoved)["value"],
            figure=True,
        ),
        Column(
            title="A run has ended pre-training",
            text=lambda row: chance_text(row.past.value),
            path=("past",),
            value=lambda row: estimate_as_json(row.past)["value"],
            figure=True,
        ),
        Column(path=("past_mcse",), value=lambda row: estimate_as_json(row.past)["mcse"]),
        Column(path=("unmoved_mcse",), value=lambda row: estimate_as_json(row.effect.unmoved)["mcse"]),
        Column(
            title="Mean of draws moved",
            text=lambda row: _of_the_others(row.effect.shift_movable),
            path=("shift_movable",),
            value=lambda row: shift_as_json(row.effect.shift_movable),
            figure=True,
        ),
    ]
    title = f"{result.levers[lever][0].effect.title}: months bought by the day of its enactment"
    return Table(title, columns, result.levers[lever])


def _of_the_others(shift: Estimate) -> str:
    return shift_text(shift) if shift.meaningful else "too few draws"


def _as_json(result: ByDay, tables: dict[str, Table[Enactment]]) -> dict[str, Any]:
    baseline = {"quantiles": dates_as_json(result.baseline, result.question, QUANTILES)}
    levers = [
        {
            "id": name,
            "title": enacted[0].effect.title,
            "instruments": list(enacted[0].effect.instruments),
            "by_day": to_json(tables[name]),
        }
        for name, enacted in result.levers.items()
    ]
    return {**result.origin.as_json(), "baseline": baseline, "levers": levers}
