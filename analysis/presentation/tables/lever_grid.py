"""Every lever under every commitment of compute."""

from __future__ import annotations

from typing import Any

from ...inference.probabilities import DELAYED, QUANTILES, SHIFTED
from ...studies.lever_grid import Grid
from ..json_form import dates_as_json, estimate_as_json, shift_as_json
from ..table import Column, Layout, Table
from ..text import chance_text, date_text, day_text, quantile_text, shift_text
from .counterfactuals import acting_text, in_force_lines, unmoved_text

NO_REGIME = "As the forecast has it"


def layout(result: Grid) -> Layout:
    """Lay out every lever under every regime."""
    return Layout(
        tables=tuple(_table(result, p) for p in SHIFTED),
        json=lambda: _as_json(result),
        head=(acting_text(result.question, result.acting_from),),
        foot=(_unmoved_text(result), *in_force_lines(result.question, result.acting_from)),
    )


def _table(result: Grid, p: float) -> Table[str | None]:
    """Rows of levers, columns of regimes: the regime's date at a quantile, and by how much each lever delays it."""
    regimes: list[tuple[str | None, str]] = [(None, NO_REGIME), *result.regimes.items()]
    columns: list[Column[str | None]] = [
        Column(title="Lever", text=lambda lever: "(no lever)" if lever is None else result.levers[lever]),
        *(_regime_column(result, regime, title, p) for regime, title in regimes),
    ]
    quantile = quantile_text(p)
    day, quantile = date_text(result.acting_from), f"{quantile[0].upper()}{quantile[1:]}"
    title = f"{quantile} by commitment of compute, and how far each lever delays it, from {day}"
    return Table(title, columns, [None, *result.levers])


def _regime_column(result: Grid, regime: str | None, title: str, p: float) -> Column[str | None]:
    def text(lever: str | None) -> str:
        if lever is None:
            return day_text(result.question, result.dates[None, regime].quantile_value(p))
        return shift_text(result.bought(lever, regime, p))

    return Column(title=title, text=text, figure=True)


def _unmoved_text(result: Grid) -> str:
    """Say which share of the draws each lever leaves as they are, whatever the regime."""

    def share(lever: str) -> str:
        found = [result.effect(lever, regime).unmoved.value for regime in (None, *result.regimes)]
        least, most = chance_text(min(found)), chance_text(max(found))
        return f"{result.levers[lever]} {least if least == most else f'{least} to {most}'}"

    return unmoved_text([share(lever) for lever in result.levers], result.past, ", by commitment")


def _as_json(result: Grid) -> dict[str, Any]:
    pairs = []
    for lever, regime in result.dates:
        entry: dict[str, Any] = {"lever": lever, "regime": regime}
        entry["quantiles"] = dates_as_json(result.dates[lever, regime], result.question, QUANTILES)
        if lever is not None:
            row = result.effect(lever, regime)
            unmoved = estimate_as_json(row.unmoved)
            entry["shift"] = {f"{p:g}": shift_as_json(row.shift(p)) for p in DELAYED}
            entry |= {"unmoved": unmoved["value"], "unmoved_mcse": unmoved["mcse"]}
            entry["shift_movable"] = shift_as_json(row.shift_movable)
        pairs.append(entry)
    past = estimate_as_json(result.past)
    return {**result.origin.as_json(), "from": result.acting_from.isoformat(), "past": past, "grid": pairs}
