"""What stands in the way besides compute: how likely each obstacle is to bind, what it adds, the date without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...inference.json_values import number, significant
from ...inference.probabilities import QUANTILES, SHIFTED
from ...studies.obstacles import BINDING, Held, ObstacleResult, Obstacles
from ..json_form import dates_as_json, mean_is_meaningful, share_as_json, shares_as_json, shift_as_json, to_json
from ..table import ABSENT, Cell, Column, Layout, Span, Table
from ..text import chance_text, day_text, quantile_text
from .columns import asked_text, date_columns, ids_text, text_column
from .forecast import alone_text, not_by_text, ready_text

ADDED = (
    "What an obstacle adds is worked out draw by draw: its median is that of what is added to each draw, and quantiles "
    "of the date move by other amounts."
)
HOLDS_NONE = "This model holds no obstacles: in it, compute alone decides."
TOUCHES_NONE = "No obstacle of this model stands in the way to this event: compute alone decides."


def layout(result: Obstacles) -> Layout:
    """Lay out what stands in the way."""
    table = obstacle_table(result)
    if not result.obstacles:
        holds = TOUCHES_NONE if result.question.assumptions.obstacles else HOLDS_NONE
        return Layout(tables=(), json=lambda: _as_json(result, table), head=(holds,))
    return Layout(
        tables=(table,),
        json=lambda: _as_json(result, table),
        head=(
            *_dates(result),
            f"{asked_text(result.question)}; months that each adds to the date, and how likely it is to bind (to add "
            f"more than {BINDING:g})",
        ),
        foot=(ids_text(row.id for row in table.rows if row.id in result.question.assumptions.obstacles),),
    )


def obstacle_table(result: Obstacles) -> Table[ObstacleResult]:
    """Each obstacle, and all of them together."""
    columns: list[Column[ObstacleResult]] = [
        Column(path=("id",), value=lambda row: row.id),
        text_column("Obstacle", ("title",), lambda row: row.title),
        Column(
            title="Binds",
            text=lambda row: chance_text(row.held.binds.value),
            path=("binds",),
            value=lambda row: share_as_json(row.held.binds),
            figure=True,
            share=lambda row: row.held.binds.value,
        ),
        Column(path=("mcse",), value=lambda row: significant(row.held.binds.mcse)),
        *_before_columns(result),
        *(_months_column(p) for p in QUANTILES),
        *_mean_columns(("adds",), lambda row: row.held),
        *date_columns(result.question, lambda row: row.without, ("without", "quantiles"), shown=()),
        Column(
            title="Median without it",
            text=lambda row: day_text(result.question, row.without.quantile_value(0.5)),
            figure=True,
        ),
    ]
    return Table(
        f"What stands in the way besides compute; an obstacle binds where the date would be earlier by more than "
        f"{BINDING:g} month without it",
        columns,
        [*result.obstacles, result.together],
        lines=_lines(result),
        sources=sorted({name for each in _rows(result) for name in each.references}),
    )


def _rows(result: Obstacles) -> list[Any]:
    return [result.question.assumptions.obstacles[each.id] for each in result.obstacles]


def _before_columns(result: Obstacles) -> list[Column[ObstacleResult]]:
    """Before any evidence: the same probability and mean, and how far evidence has moved them."""
    title = "before evidence" if result.evidence else ""
    return [
        Column(
            title=title,
            text=(lambda row: chance_text(row.before.binds.value)) if title else None,
            path=("before_evidence", "binds"),
            value=lambda row: share_as_json(row.before.binds),
            figure=True,
        ),
        Column(path=("before_evidence", "mcse"), value=lambda row: significant(row.before.binds.mcse)),
        *_mean_columns(("before_evidence",), lambda row: row.before),
        Column(
            path=("moved_by_evidence",),
            value=lambda row: {
                "binds": number(row.binds_moved.value, 5),
                "binds_mcse": significant(row.binds_moved.mcse),
                "mean": number(row.mean_moved.value),
                "mean_mcse": significant(row.mean_moved.mcse),
                **({} if _mean_moved_is_meaningful(row) else {"mean_meaningful": False}),
            },
        ),
    ]


def _mean_columns(path: tuple[str, ...], held: Callable[[ObstacleResult], Held]) -> list[Column[ObstacleResult]]:
    """Mean of what is added, months, for programs."""
    return [
        Column(path=(*path, "mean"), value=lambda row: number(held(row).adds.mean.value)),
        Column(path=(*path, "mean_mcse"), value=lambda row: significant(held(row).adds.mean.mcse)),
        Column(
            path=(*path, "mean_meaningful"),
            value=lambda row: ABSENT if mean_is_meaningful(held(row).adds) else False,
        ),
    ]


def _mean_moved_is_meaningful(row: ObstacleResult) -> bool:
    return all(mean_is_meaningful(held.adds) for held in (row.held, row.before))


def _months_column(p: float) -> Column[ObstacleResult]:
    """Quantile of what is added, months."""
    read = p in SHIFTED
    return Column(
        title=f"adds, {quantile_text(p)}" if read else "",
        text=(lambda row: f"{row.held.adds.quantile_value(p):.1f}") if read else None,
        path=("adds", "quantiles", f"{p:g}"),
        value=lambda row: shift_as_json(row.held.adds.quantile(p)),
        figure=True,
    )


def _dates(result: Obstacles) -> list[Cell]:
    """Say the date with all of it, and on compute alone."""
    around, interval = ready_text(result.question, result.ready).split(" (", 1)
    answer = Span(f"With all that stands in the way: {around}", role="strong")
    return [(answer, f" ({interval}"), alone_text(result.question, result.compute_alone)]


def _lines(result: Obstacles) -> list[Cell]:
    return [ADDED, *moved_text(result), not_by_text(result.not_by)]


def moved_text(result: Obstacles) -> list[str]:
    """Say which obstacles evidence has made likelier to bind, and which less likely, by more than the noise."""
    if not result.evidence:
        return []
    told = [each for each in result.obstacles if not each.binds_moved.noise]
    likelier = [each for each in told if each.binds_moved.value > 0.0]
    less = [each for each in told if each.binds_moved.value < 0.0]
    said = [
        f"{word}: {', '.join(_moved(each) for each in sorted(some, key=lambda each: -abs(each.binds_moved.value)))}"
        for word, some in (("likelier to bind", likelier), ("less likely", less))
        if some
    ]
    return (
        [f"Evidence has made {'; '.join(said)}"]
        if said
        else ["Evidence has made none likelier or less likely to bind by more than chance explains"]
    )


def _moved(each: ObstacleResult) -> str:
    return f"{each.title} ({chance_text(each.before.binds.value)} to {chance_text(each.held.binds.value)})"


def _as_json(result: Obstacles, table: Table[ObstacleResult]) -> dict[str, Any]:
    *each, together = to_json(table)
    question = result.question
    return {
        **result.origin.as_json(),
        "binding_months": BINDING,
        "obstacles": each,
        "together": together,
        **shares_as_json("not_by", {day.isoformat(): chance for day, chance in result.not_by}),
        **shares_as_json(
            "not_by_on_compute_alone", {day.isoformat(): chance for day, chance in result.not_by_on_compute_alone}
        ),
        "all_of_it": {"quantiles": dates_as_json(result.ready, question, QUANTILES)},
        "compute_alone": {"quantiles": dates_as_json(result.compute_alone, question, QUANTILES)},
    }
