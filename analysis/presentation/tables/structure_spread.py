"""How far structures disagree, and what was pooled: sentences, and their JSON object."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from ....priors.errors import on_command_line
from ...inference.json_values import rounded
from ...inference.question import Question
from ...studies.structure_dates import Refused
from ...studies.structure_registry import COMPUTE
from ...studies.structure_spread import StructureSpread
from ..json_form import date_as_json
from ..text import day_text

type Median = tuple[str, str, str]
"""A structure's id, its title, and the day of its median in words."""
WEIGHT_DECIMALS = 6
POOLED_KEYS = ("ready", "probability_by", "probability_by_mcse", "not_by", "not_by_mcse")
"""Entries of a pooled forecast's JSON that are the pool's."""
RACE_KEYS = (
    "pretrained",
    "known",
    "compute_alone",
    "without_lags",
    "mythos_flop",
    "state",
    "state_mcse",
    "first_firm",
    "first_firm_mcse",
    "first_archetype",
    "first_archetype_mcse",
    "commitments",
    "commitments_mcse",
    "ready_if_first",
    "diagnostics",
    "log_evidence",
    "genuine",
    "moved_by_evidence",
    "added",
)
"""Those that are the race's alone."""


def spread_text(question: Question, spread: StructureSpread) -> str:
    """Say from when to when the structures' medians lie."""
    medians = [(row.id, row.title, day_text(question, row.ready.quantile_value(0.5))) for row in spread.by_median]
    return spread_sentence(medians, spread.left_out, refused_as_json(spread.refused), question.event)


def spread_sentence(
    medians: Sequence[Median], left_out: Sequence[str], refused: Sequence[Mapping[str, str]], event: str
) -> str:
    """Say the same of what a forecast found or a run has kept.

    Parameters
    ----------
    medians : sequence of (id, title, day)
        Of the structures that are pooled, the earliest first; the day in words.
    left_out : sequence of str
        Titles of those that do not date the event.
    refused : sequence of mapping
        Those without an answer, as `refused_as_json` has them.
    event : str
        Its id.
    """
    said = [_medians_text(medians)] if len(medians) > 1 else ["No model of another shape has an answer"]
    aside = [left_out_text(left_out, event)] if left_out else []
    return "; ".join([*said, *aside, *refused_texts(refused)])


def untold_spread_text(reason: str) -> str:
    """Say why it cannot be told how far structures disagree."""
    return f"How far models of other shapes disagree cannot be told: {reason.rstrip('.')}"


def _medians_text(medians: Sequence[Median]) -> str:
    others = sum(name != COMPUTE for name, _, _ in medians)
    whose = f"this model and {others} of other shapes" if others < len(medians) else f"{others} models of other shapes"
    (_, earliest, first), (_, latest, last) = medians[0], medians[-1]
    return f"Medians of {whose}, duplicates left out: ready from {first} ({earliest}) to {last} ({latest})"


def left_out_text(titles: Sequence[str], event: str) -> str:
    """Say which structures do not date an event."""
    return f"left out, since they do not date {event}: {', '.join(titles)}"


def refused_texts(refused: Sequence[Mapping[str, str]]) -> list[str]:
    """Say which structures have no answer, and why, given them as `refused_as_json` has them."""
    return [f"{row['title']} is left out: {row['reason']}" for row in refused]


def refused_as_json(refused: Sequence[Refused]) -> list[dict[str, str]]:
    """Return the structures without an answer, and why."""
    return [{"id": row.id, "title": row.title, "reason": on_command_line(row.error or row.reason)} for row in refused]


def pool_text(spread: StructureSpread) -> str:
    """Say what was pooled."""
    titles = ", ".join(row.title for row in spread.pooled)
    return f"The date is pooled with equal weights over {titles}; what stands below as in the race alone is not"


def spread_as_json(spread: StructureSpread, question: Question) -> dict[str, Any]:
    """Return the structures' medians, and which of them have no part in it."""
    return {
        "medians": {row.id: date_as_json(row.ready.quantile(0.5), question) for row in spread.by_median},
        "left_out": list(spread.left_out),
        "refused": refused_as_json(spread.refused),
        "duplicates": {row.id: row.duplicate_of for row in spread.structures if row.duplicate_of is not None},
    }


def pool_as_json(spread: StructureSpread, question: Question, answer: Container[str]) -> dict[str, Any]:
    """Return the same with the pool's weights, and which entries of the answer are whose."""
    return {
        "weights": {name: rounded(weight, WEIGHT_DECIMALS) for name, weight in spread.weights.items()},
        **spread_as_json(spread, question),
        "pooled": list(POOLED_KEYS),
        "race_alone": [key for key in RACE_KEYS if key in answer],
    }
