"""The bridge: what leads from the published forecast to this one, step by step; as a table, and in words."""

from __future__ import annotations

from typing import Any

from ....model.models import GROUPS, group_file
from ...inference.estimates import Distribution, Estimate
from ...inference.probabilities import ENDS, QUANTILES
from ...inference.question import Question
from ...studies.bridge import Bridge, BridgeStep
from ...studies.reproduction.claims import load_claims
from ..json_form import dates_as_json, shifts_as_json, to_json
from ..table import Column, Layout, Room, Table
from ..text import SMALLEST_SHIFT, day_text
from .columns import MOVES, asked_text, date_columns, shift_column, source_names, text_column

TITLE = "From the published forecast to this one; each shift is against the row above, the last one against the first"


def layout(result: Bridge) -> Layout:
    """Lay out a bridge."""
    table = bridge_table(result)
    return Layout(
        tables=(table,),
        json=lambda: {**result.origin.as_json(), **bridge_as_json(result)},
        head=[asked_text(result.question)],
    )


def bridge_table(result: Bridge) -> Table[BridgeStep]:
    """Date after every step, and how far the step moved it."""
    start = BridgeStep("published", "As published: half-month grid, no evidence", result.published, {})
    whole = BridgeStep("whole", "All steps together", result.ready, result.whole)

    def shift(p: float) -> Any:
        return lambda step: step.shifts.get(p)

    columns: list[Column[BridgeStep]] = [
        Column(path=("id",), value=lambda step: step.id),
        text_column("Step", ("title",), lambda step: step.title),
        Column(
            title="Items",
            text=lambda step: ", ".join(step.items),
            room=Room.PAGE,
            path=("items",),
            value=lambda step: list(step.items),
        ),
        *date_columns(result.question, lambda step: step.ready, wide=ENDS),
        shift_column(shift(0.5), ("shift", "0.5"), MOVES[0.5]),
        shift_column(shift(0.05), ("shift", "0.05")),
        shift_column(shift(0.75), ("shift", "0.75")),
        shift_column(shift(0.95), ("shift", "0.95"), MOVES[0.95], room=Room.WIDE),
    ]
    return Table(
        TITLE,
        columns,
        result.steps,
        lines=[bridge_text(result)],
        shown=(start, *result.steps, whole),
        sources=_sources(result),
    )


def quantities_of_group(group: str, question: Question) -> list[str]:
    """Quantities that a group of `current`'s rows brings in, or believes otherwise."""
    layers = [layer for layer in question.assumptions.layers if layer.file == group_file(group)]
    return [name for layer in layers for name in layer.tables.get("quantity", {})]


def _sources(result: Bridge) -> list[str]:
    groups = [step.id for step in result.steps if step.id in GROUPS]
    named = [name for group in groups for name in quantities_of_group(group, result.question)]
    return list(dict.fromkeys([load_claims().run.source, *source_names(result.question, named)]))


def bridge_text(result: Bridge) -> str:
    """Say in words what moves the published median to this one's."""
    question = result.question
    said = ". ".join(f"{step.title}: {moved_text(step.shift(0.5))}" for step in result.steps)
    return (
        f"As published, the median is {day_text(question, result.published.quantile_value(0.5))} here. {said}. "
        f"Together {moved_text(result.whole[0.5])}: {day_text(question, result.ready.quantile_value(0.5))}."
    )


def moved_text(shift: Estimate) -> str:
    """Say how far something moves a date, in words."""
    if shift.value == 0.0 and shift.mcse == 0.0:
        return "no change"
    if shift.noise or abs(shift.value) < SMALLEST_SHIFT:
        return "no change beyond noise"
    decimals = 2 if shift.mcse >= SMALLEST_SHIFT else 3
    size = f"{abs(shift.value):.{decimals}f} ± {shift.mcse:.{decimals}f}"
    return f"{size} months {'later' if shift.value > 0.0 else 'earlier'}"


def bridge_as_json(result: Bridge) -> dict[str, Any]:
    """Return a bridge as JSON, without what was asked."""

    def dates(ready: Distribution) -> dict[str, Any]:
        return dates_as_json(ready, result.question, QUANTILES)

    return {
        "published": {"quantiles": dates(result.published)},
        "steps": to_json(bridge_table(result)),
        "whole": {"shift": shifts_as_json(result.whole), "quantiles": dates(result.ready)},
    }
