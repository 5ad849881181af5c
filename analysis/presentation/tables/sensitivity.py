"""Sensitivity: what the date depends on, one quantity at a time, by shares of variance and by rank correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...inference.estimates import Estimate
from ...inference.json_values import number, rounded, significant
from ...inference.question import Question
from ...studies.sensitivity.one_at_a_time import MOST_SHOWN, Setting, Swing
from ...studies.sensitivity.study import RankCorrelation, Sensitivity
from ...studies.sensitivity.variance import METHODS, SobolIndex
from ..json_form import date_as_json, to_json
from ..table import Column, Layout, Span, Table
from ..text import and_text, day_text, with_error
from .columns import asked_text

if TYPE_CHECKING:
    from ...studies.sensitivity.power_scaling import PowerScaling

STRONGEST = 3


def layout(result: Sensitivity) -> Layout:
    """Lay out what the date depends on."""
    swings = _swing_table(result)
    middle = day_text(result.question, result.one_at_a_time.months.value)
    return Layout(
        tables=(swings,),
        json=lambda: _as_json(result, swings),
        head=(f"{asked_text(result.question)}: {middle} with every quantity at its median",),
    )


def _swing_table(result: Sensitivity) -> Table[Swing]:
    question = result.question
    shares = {index.quantity: index.total or index.first for index in result.sobol}
    ranks = {row.quantity: row.value for row in result.rank_correlations}
    columns: list[Column[Swing]] = [
        Column(
            title="Quantity",
            text=lambda row: Span(row.quantity, "name"),
            path=("quantity",),
            value=lambda row: row.quantity,
        ),
        Column(path=("description",), value=lambda row: row.description),
        Column(path=("unit",), value=lambda row: row.unit),
        Column(path=("part_of",), value=lambda row: row.part_of),
        Column(path=("correlated_with",), value=lambda row: list(row.correlated_with)),
        Column(
            title="if low (10%)",
            text=lambda row: day_text(question, row.low.months.value),
            path=("low",),
            value=lambda row: _setting_as_json(row.low, question),
            figure=True,
        ),
        Column(
            title="if high (90%)",
            text=lambda row: day_text(question, row.high.months.value),
            path=("high",),
            value=lambda row: _setting_as_json(row.high, question),
            figure=True,
        ),
        Column(
            title="months",
            text=lambda row: f"{row.span.value:+z.2f}",
            path=("swing",),
            value=lambda row: {"months": number(row.span.value), "mcse": significant(row.span.mcse)},
            figure=True,
        ),
        Column(title="variance", text=lambda row: _share_text(shares.get(row.quantity)), figure=True),
        Column(title="rank corr.", text=lambda row: _figure(ranks.get(row.quantity), "+"), figure=True),
    ]
    swings = result.one_at_a_time.swings
    return Table(
        "One quantity at a time, low and high, all others at their medians",
        columns,
        swings,
        lines=_lines(result),
        shown=result.one_at_a_time.whole[:MOST_SHOWN],
    )


def _share_text(share: Estimate | None) -> str:
    """Write a share of the variance; where that rests on a few draws, none can be told from nothing."""
    return _figure(share, "") if share is None or share.meaningful else "within noise"


def _figure(value: Estimate | None, sign: str) -> str:
    return "" if value is None else f"{value.value:{sign}z.2f}"  # what rounds to nothing has no minus


def _lines(result: Sensitivity) -> list[str]:
    hidden = len(result.one_at_a_time.whole) - MOST_SHOWN
    lines = [f"and {hidden} more that move it less (--json lists all)"] if hidden > 0 else []
    lines += [f"{whole} stands for {and_text(parts)}" for whole, parts in result.one_at_a_time.parts.items()]
    if result.power_scaling:
        whole, *parts = result.power_scaling
        if not whole.defined:
            return [*lines, f"Power-scaling of the date: {whole.diagnosis}: it does not vary, or may never come"]
        alone = [row for row in parts if row.component != "all"][:STRONGEST]
        strongest = ", ".join(f"{row.component} {with_error(row.prior or row.likelihood)}" for row in alone)
        lines.append(
            f"Power-scaling of the date: prior {with_error(whole.prior)}, likelihood {with_error(whole.likelihood)} "
            f"({whole.diagnosis}); alone: {strongest}"
        )
    return lines


def _setting_as_json(at: Setting, question: Question) -> dict[str, Any]:
    return {"value": significant(at.value, 6), **date_as_json(at.months, question)}


def _as_json(result: Sensitivity, swings: Table[Swing]) -> dict[str, Any]:
    return {
        **result.origin.as_json(),
        "baseline": date_as_json(result.one_at_a_time.months, result.question),
        "one_at_a_time": to_json(swings),
        "sobol_method": {"id": result.sobol_method, "description": METHODS[result.sobol_method]},
        "sobol": [_sobol_as_json(index) for index in result.sobol],
        "rank_correlation": [_rank_as_json(row) for row in result.rank_correlations],
        "power_scaling": [_power_scaling_as_json(row) for row in result.power_scaling],
        "notes": list(result.notes),
    }


def _sobol_as_json(index: SobolIndex) -> dict[str, Any]:
    total = index.total
    entry = {
        "quantity": index.quantity,
        "first": number(index.first.value),
        "first_mcse": significant(index.first.mcse),
        "total": None if total is None else number(total.value),
        "total_mcse": None if total is None else significant(total.mcse),
    }
    return entry if index.first.meaningful else {**entry, "meaningful": False}


def _rank_as_json(row: RankCorrelation) -> dict[str, Any]:
    return {"quantity": row.quantity, "value": number(row.value.value), "mcse": significant(row.value.mcse)}


def _power_scaling_as_json(row: PowerScaling) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, estimate in (("prior", row.prior), ("likelihood", row.likelihood)):
        figures[name] = None if estimate is None else rounded(estimate.value, 4)
        figures[f"{name}_mcse"] = None if estimate is None else significant(estimate.mcse)
    return {"quantity": row.quantity, "component": row.component, **figures, "diagnosis": row.diagnosis}
