"""What each assumption about measured lags does to the date."""

from __future__ import annotations

from ...studies.readings.lag_assumptions import STEPS, LagAssumption, LagAssumptions
from ..json_form import to_json
from ..table import Column, Layout, Table
from ..text import error_text
from .columns import asked_text, ready_columns, text_column


def layout(result: LagAssumptions) -> Layout:
    """Lay out assumptions about measured lags."""
    table = lag_assumption_table(result)
    return Layout(
        tables=(table,),
        json=lambda: {
            **result.origin.as_json(),
            "assumptions": to_json(table),
            "not_made": list(result.not_made),
        },
        head=(asked_text(result.question),),
    )


def lag_assumption_table(result: LagAssumptions) -> Table[LagAssumption]:
    """The date, one assumption after another."""
    columns: list[Column[LagAssumption]] = [
        Column(path=("id",), value=lambda row: row.id),
        text_column("Assumed", ("title",), lambda row: row.title),
        *ready_columns(result.question, lambda row: row.ready),
        Column(
            title="median's Monte Carlo error",
            text=lambda row: error_text(result.question, row.ready.quantile(0.5).mcse),
            figure=True,
        ),
        Column(path=("engine",), value=lambda row: row.engine),
    ]
    lines = []
    if result.not_made:
        titles = ", ".join(STEPS[name][0].removeprefix("... ") for name in result.not_made)
        lines.append(
            f"Not made by this model, so that nothing changes with them: {titles}. The world as it stands makes them "
            "(--model current)."
        )
    return Table("What each assumption about measured lags does to the date", columns, result.rows, lines=lines)
