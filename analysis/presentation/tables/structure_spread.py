"""How far structures disagree, and what was pooled: sentences, and their JSON object."""

from __future__ import annotations

from typing import Any

from ...inference.json_values import rounded
from ...inference.question import Question
from ...studies.structure_spread import StructureSpread
from ..json_form import date_as_json
from ..text import day_text

WEIGHT_DECIMALS = 6


def spread_text(question: Question, spread: StructureSpread) -> str:
    """Say from when to when the structures' medians lie."""
    ordered = spread.by_median

    def median(place: int) -> str:
        return f"{day_text(question, ordered[place].ready.quantile_value(0.5))} ({ordered[place].title})"

    return f"Medians of {len(ordered)} models of other shapes, duplicates left out: from {median(0)} to {median(-1)}"


def pool_text(spread: StructureSpread) -> str:
    """Say what was pooled, and that the rest is the race's."""
    titles = ", ".join(row.title for row in spread.pooled)
    return (
        f"The date is pooled with equal weights over {titles}; the end of pre-training, the dates without lags and on "
        "compute alone, who is first and Mythos's compute are the race's alone"
    )


def spread_as_json(spread: StructureSpread, question: Question) -> dict[str, Any]:
    """Return the structures' medians and the pool's weights."""
    return {
        "weights": {name: rounded(weight, WEIGHT_DECIMALS) for name, weight in spread.weights.items()},
        "medians": {row.id: date_as_json(row.ready.quantile(0.5), question) for row in spread.by_median},
        "duplicates": {row.id: row.duplicate_of for row in spread.structures if row.duplicate_of is not None},
    }
