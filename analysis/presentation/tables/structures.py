"""Structures: the date by models of other shapes and by their pools, and what would tell them apart."""

from __future__ import annotations

from typing import Any

from ....model.trend import load_trends
from ...inference.json_values import number
from ...inference.probabilities import QUARTILES
from ...studies.comparison import ComparedModel
from ...studies.readings.mobilisation import SCENARIO
from ...studies.structure_dates import StructureDate
from ...studies.structures import Structures
from ...studies.telling import Telling
from ..json_form import to_json
from ..table import ABSENT, Column, Layout, Room, Table
from ..text import between_text, chance_text, date_text, share_text, telling_lines
from .columns import asked_text, ready_columns, text_column
from .model_comparison import elpd_table, weights_as_json, weights_text
from .structure_spread import left_out_text, refused_as_json, refused_texts

MONTHS_SHOWN = 9


def layout(result: Structures) -> Layout:
    """Lay out structures and their pools."""
    dates, telling = structure_table(result), telling_table(result)
    compared = [comparison_table(result)] if result.comparison.models else []
    return Layout(
        tables=(dates, *compared, telling),
        json=lambda: _as_json(result, dates, telling),
        head=(asked_text(result.question),),
    )


def structure_table(result: Structures) -> Table[StructureDate]:
    """Dates, a row a structure or pool."""
    assumptions = result.question.assumptions
    asked = {row.id for row in result.structures}
    columns: list[Column[StructureDate]] = [
        Column(path=("id",), value=lambda row: row.id),
        text_column("Structure", ("title",), lambda row: row.title),
        *ready_columns(result.question, lambda row: row.ready, wide=QUARTILES),
        Column(path=("duplicate_of",), value=lambda row: row.duplicate_of if row.id in asked else ABSENT),
        Column(
            path=("duplicate_reason",), value=lambda row: (row.duplicate_reason or None) if row.id in asked else ABSENT
        ),
    ]
    trends = load_trends(assumptions).values()
    return Table(
        "The same question asked of every structure, and their pools",
        columns,
        (*result.structures, *result.ensembles),
        lines=_lines(result),
        sources=[
            "substrate-article",
            *assumptions.scenarios[SCENARIO].text.references,
            *(reference for trend in trends for reference in trend.references),
        ],
    )


def comparison_table(result: Structures) -> Table[ComparedModel]:
    """How well each structure predicts the items that all of them predict."""
    return elpd_table(result.comparison, {row.id: row.title for row in result.structures})


def pooling_lines(result: Structures) -> list[str]:
    """Say which structures pools leave out and why, and the weights of stacking or why there are none."""
    titles = {row.id: row.title for row in result.structures}
    weights = result.stacking_weights
    shares = None if weights is None else {titles[name]: weight for name, weight in weights.items()}
    return [
        *(
            f"{row.title} is not pooled, since {titles[row.duplicate_of]} is: {row.duplicate_reason}."
            for row in result.structures
            if row.duplicate_of is not None
        ),
        *([left_out_text(result.left_out, result.question.event)] if result.left_out else []),
        *(f"{said}." for said in refused_texts(refused_as_json(result.refused))),
        weights_text(shares, result.withheld, len(result.stacked_on)),
    ]


def told_apart_text(result: Structures) -> str:
    """Name what is told apart: all structures, or those that are pooled where some are not."""
    return "them" if len(result.pooled) == len(result.structures) else "the pooled structures"


def telling_table(result: Structures) -> Table[Telling]:
    """What being ready by the end of each month, or not, would say of the structures; for a page."""

    def chance(structure: StructureDate) -> Column[Telling]:
        return Column(
            title=structure.id,
            text=lambda row: share_text(row.chances[structure.id]),
            path=("probability_by", structure.id),
            value=lambda row: number(row.chances[structure.id]),
            figure=True,
            room=Room.PAGE,
        )

    columns: list[Column[Telling]] = [
        Column(
            title="By the end of",
            text=lambda row: date_text(row.day),
            path=("date",),
            value=lambda row: row.day.isoformat(),
            room=Room.PAGE,
        ),
        Column(
            title="bits",
            text=lambda row: f"{row.information:.2f}",
            path=("bits",),
            value=lambda row: number(row.information),
            figure=True,
            room=Room.PAGE,
        ),
        *map(chance, result.structures),
    ]
    return Table(
        "What being ready by the end of a month, or not, is expected to say of which structure holds",
        columns,
        result.telling,
        shown=result.telling[:MONTHS_SHOWN],
    )


def _lines(result: Structures) -> list[str]:
    def chances(row: Telling) -> str:
        return "; ".join(f"{each.title} {chance_text(row.chances[each.id])}" for each in result.pooled)

    return [
        between_text(result.between, "the linear pool's variance lies between the structures"),
        *pooling_lines(result),
        *telling_lines(result.telling, told_apart_text(result), chances),
    ]


def _as_json(result: Structures, dates: Table[StructureDate], telling: Table[Telling]) -> dict[str, Any]:
    rows, months = to_json(dates), to_json(telling)
    return {
        **result.origin.as_json(),
        "structures": rows[: len(result.structures)],
        "ensembles": rows[len(result.structures) :],
        "stacking": {
            **weights_as_json(result.stacking_weights, result.withheld),
            "items": list(result.stacked_on),
        },
        "elpd": to_json(comparison_table(result)),
        "left_out": list(result.left_out),
        "refused": refused_as_json(result.refused),
        "between_structures": None if result.between is None else number(result.between),
        "soonest": months[result.telling.index(result.soonest)],
        "telling": months,
        "told_apart": [row.id for row in result.pooled],
    }
