"""Scores and compute together: what Mythos's compute implies, three dates, and what would tell their makers apart."""

from __future__ import annotations

from typing import Any

from ...inference.estimates import Distribution
from ...inference.json_values import significant
from ...inference.probabilities import HEADLINE, QUANTILES
from ...studies.tables.capability import COUNTED, FRONTIER, GATE, TITLES, Capability, ExpectedScore
from ...studies.telling import Telling
from ..json_form import to_json
from ..table import Column, Layout, Table
from ..text import chance_text, date_text, quantile_text, telling_lines
from .columns import asked_text, ready_columns

DIGITS = 5

Row = tuple[str, Distribution]


def layout(result: Capability) -> Layout:
    """Lay out scores and compute."""
    dates, expected = date_table(result), expected_table(result)
    return Layout(
        tables=(dates, expected),
        json=lambda: {
            **result.origin.as_json(),
            "implied_score": {"quantiles": _scores(result.implied)},
            "counted": {
                "mythos": {"model": result.mythos.model, "score": result.mythos.score},
                "chinese": {"model": result.chinese.model, "score": result.chinese.score},
            },
            "structures": to_json(dates),
            "expected_scores": to_json(expected),
        },
        head=(asked_text(result.question),),
    )


def date_table(result: Capability) -> Table[Row]:
    """When a Chinese lab is there, by compute, by both, and by scores."""
    columns: list[Column[Row]] = [
        Column(path=("id",), value=lambda row: row[0]),
        Column(title="Said by", text=lambda row: TITLES[row[0]], path=("title",), value=lambda row: TITLES[row[0]]),
        *ready_columns(result.question, lambda row: row[1]),
    ]
    low, middle, high = (result.implied.quantile_value(p) for p in HEADLINE)
    lines = [
        f"Mythos's compute implies a score of {middle:.0f} ({low:.0f} to {high:.0f}); {result.mythos.model} has "
        f"{result.mythos.score:.1f}, the best Chinese model, {result.chinese.model}, {result.chinese.score:.1f}.",
        *telling_lines(result.telling, "compute and scores", _chances_text),
    ]
    return Table(
        "When a Chinese lab is there, by compute and by scores", columns, list(result.ready.items()), lines=lines
    )


def expected_table(result: Capability) -> Table[ExpectedScore]:
    """The best Chinese score that each expects."""

    def score(by: str, p: float) -> Column[ExpectedScore]:
        return Column(
            title=f"{quantile_text(p)}, {'compute' if by == COUNTED else 'scores'}",
            text=lambda row: f"{row.by[by].quantile_value(p):.0f}",
            path=("by", by, f"{p:g}"),
            value=lambda row: significant(row.by[by].quantile_value(p), DIGITS),
            figure=True,
        )

    columns: list[Column[ExpectedScore]] = [
        Column(title="On", text=lambda row: date_text(row.day), path=("day",), value=lambda row: row.day.isoformat()),
        *(score(by, p) for by in (COUNTED, FRONTIER) for p in HEADLINE),
    ]
    return Table(
        "The best Chinese score to be seen, points",
        columns,
        result.expected,
        lines=[
            "Each is of the best score seen by the day: what a model of the day scores, scatter included, and at least "
            f"the {result.chinese.score:.1f} that {result.chinese.model} has. By compute, that model is of the largest "
            "run of half a year before; by scores, it lies on the line of Chinese records."
        ],
    )


def _chances_text(row: Telling) -> str:
    return f"by compute {chance_text(row.chances[GATE])}, by scores {chance_text(row.chances[FRONTIER])}"


def _scores(values: Distribution) -> dict[str, Any]:
    return {f"{p:g}": significant(values.quantile_value(p), DIGITS) for p in QUANTILES}
