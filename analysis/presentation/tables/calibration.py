"""Calibration: whether each quantity's ranks are uniform, and its intervals hold what they promise."""

from __future__ import annotations

from typing import Any

from ...inference.json_values import significant
from ...inference.probabilities import INTERVALS
from ...studies.calibration.result import LEVEL, Calibration, Coverage, Verdict
from ..json_form import to_json
from ..table import KEY, Cell, Column, Layout, Span, Table
from ..text import date_text


def layout(result: Calibration) -> Layout:
    """Lay out a calibration."""
    table, plan = _table(result), result.plan
    return Layout(
        tables=(table,),
        json=lambda: _as_json(result, table),
        head=(
            f"{len(result.fits):,} data sets simulated from the {plan.truths_from} as of "
            f"{date_text(plan.question.as_of)} and fitted by {plan.engine}; "
            f"{plan.ranked_draws} draws of each fit ranked",
        ),
    )


def _table(result: Calibration) -> Table[Verdict]:
    columns: list[Column[Verdict]] = [
        Column(title="Quantity", text=lambda row: Span(row.name, "name")),
        Column(title="Ranks", text=_ranks, path=(KEY, "passed"), value=lambda row: row.passed, figure=True),
        Column(path=(KEY, "inside_own_band"), value=lambda row: row.inside),
        Column(
            title="p-value",
            text=lambda row: f"{row.p_value:.3f}",
            path=(KEY, "p_value"),
            value=lambda row: significant(row.p_value),
            figure=True,
        ),
        *map(_coverage_column, range(len(INTERVALS))),
    ]
    return Table(
        "Ranks of the truths among the draws",
        columns,
        result.verdicts,
        lines=[_on_bands(result), _on_fits(result)],
        key=lambda row: row.name,
    )


def _ranks(row: Verdict) -> Cell:
    return "uniform" if row.passed else Span("not uniform", "strong")


def _coverage_column(place: int) -> Column[Verdict]:
    return Column(
        title=f"{INTERVALS[place]:.0%} intervals hold",
        text=lambda row: f"{row.coverages[place].share:.1%}",
        path=(KEY, "coverage", f"{INTERVALS[place]:g}"),
        value=lambda row: _coverage_as_json(row.coverages[place]),
        figure=True,
    )


def _coverage_as_json(coverage: Coverage) -> dict[str, float]:
    return {
        "share": round(coverage.share, 4),
        "low": round(coverage.low, 4),
        "high": round(coverage.high, 4),
    }


def _on_bands(result: Calibration) -> str:
    alone = sum(not verdict.inside for verdict in result.verdicts)
    return (
        "A p-value is one quantity's alone; ranks are called not uniform where they leave a band that right ones, all "
        f"{len(result.verdicts)} quantities together, leave in one calibration of a hundred. One quantity's own such "
        f"band is left by {alone or 'none'}, and by {len(result.verdicts) / 100:.1f} on average if all is right."
    )


def _on_fits(result: Calibration) -> str:
    diagnostics = result.diagnostics()
    if result.plan.engine == "nuts":
        return (
            f"Effective draws of a fit: {diagnostics['ess_min']:,.0f} at least; divergences: "
            f"{diagnostics['divergences']}; fits with fewer than are ranked: {diagnostics['fits_short_of_draws']}"
        )
    exact = "" if result.plan.posterior else "; their ranks are exact all the same"
    return (
        f"Effective draws of a fit: {diagnostics['ess_median']:,.0f} in the middle, {diagnostics['ess_min']:,.0f} at "
        f"least. Of {_examined(diagnostics['fits_examined'])} examined a forecast would leave "
        f"{diagnostics['fits_left_to_nuts']} to NUTS, and refuse to answer {diagnostics['fits_refused']} by importance "
        f"(k-hat){exact}"
    )


def _examined(fits: int) -> str:
    return "1 fit that was" if fits == 1 else f"{fits} fits that were"


def _as_json(result: Calibration, table: Table[Verdict]) -> dict[str, Any]:
    plan = result.plan
    return {
        "schema": 1,
        "model": plan.question.assumptions.model,
        "event": plan.question.event,
        "as_of": plan.question.as_of.isoformat(),
        "engine": plan.engine,
        "draws": plan.question.draws if plan.engine == "importance" else None,
        "seed": plan.question.seed,
        "evidence": [item.id for item in plan.items],
        "fits": len(result.fits),
        "ranked_draws": plan.ranked_draws,
        "truths": plan.truths_from,
        "spread": plan.spread,
        "level": LEVEL,
        "passed": not result.failed,
        "failed": result.failed,
        "quantities": to_json(table),
        "diagnostics": result.diagnostics(),
        "notes": list(result.notes),
    }
