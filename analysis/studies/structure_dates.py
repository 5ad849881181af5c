"""Structures' dates: every model of another shape asked the same question, and which of them say one thing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...evidence.schema import Item
from ...model.trend import load_trends, trends_to
from ...priors.errors import InputError
from ..inference.diagnostics import UntrustworthyError
from ..inference.estimates import Distribution
from ..inference.posterior import Posterior
from ..inference.question import Question
from .other_structures import draw_together, other_structures, ready_in, ready_of, unfounded_structures
from .readings.mobilisation import SCENARIO
from .scenarios import ScenarioResult, scenarios
from .structure_registry import COMPUTE, MOBILISATION, Structure, structures_silent_on

MOST = 0.5  # share of the draws whose date is the same, from which on two structures are one answer twice
SAME = 1e-9  # months between two dates that are the same


@dataclass(frozen=True)
class StructureDate:
    """One model shape's answer.

    Attributes
    ----------
    id, title : str
        Which.
    ready : Distribution
        Months since t = 0.
    duplicate_of : str or None
        An earlier structure that it would count a second time; such a one is shown, and left out of pools.
    duplicate_reason : str
        Why; empty where it is none.
    """

    id: str
    title: str
    ready: Distribution
    duplicate_of: str | None = None
    duplicate_reason: str = ""


@dataclass(frozen=True)
class Refused:
    """A structure without an answer: hardly any of its draws counts on the evidence, or the model lacks a quantity.

    Attributes
    ----------
    id, title : str
        Which.
    reason : str
        Why.
    error : UntrustworthyError or None
        What it was refused by.
    """

    id: str
    title: str
    reason: str
    error: UntrustworthyError | None = None


def dates_of_structures(posterior: Posterior) -> tuple[tuple[StructureDate, ...], tuple[Refused, ...]]:
    """Ask every structure for its date; those that have one, and those that the evidence contradicts.

    Raises as `structures` does.
    """
    question = posterior.question
    if not others_date(question):
        silent = (*left_out_of(question), *(each.title for each in unfounded_structures(question)))
        raise InputError(f"only the race dates {question.event}, none of: {', '.join(silent)}", key="--event")
    others, refused = dates_of(other_structures(question), question, posterior.items)
    if not others:
        raise next(each.error for each in refused if each.error is not None)
    lacking = (Refused(each.name, each.title, reason) for each, reason in unfounded_structures(question).items())
    return (race_date(posterior), _mobilised(posterior), *others), (*lacking, *refused)


def dates_of(
    structures: Sequence[Structure], question: Question, items: Sequence[Item]
) -> tuple[tuple[StructureDate, ...], tuple[Refused, ...]]:
    """Ask structures of other shapes for their dates; and who has none."""
    alike = [each for each in structures if not each.families]
    drawn, weighting = draw_together(question, alike, items) if alike else ({}, None)
    rows: list[StructureDate] = []
    refused: list[Refused] = []
    first: dict[str, str] = {}
    for each in structures:
        try:
            if weighting is not None and each.name in drawn:
                ready = ready_in(each, drawn[each.name], weighting)
            else:
                ready = ready_of(question, each, items)
        except UntrustworthyError as error:
            refused.append(Refused(each.name, each.title, str(error), error))
            continue
        earlier = first.setdefault(each.carries, each.name)
        twice = earlier != each.name
        reason = f"it carries the same measured lag forward ({each.carries})" if twice else ""
        rows.append(StructureDate(each.name, each.title, ready, earlier if twice else None, reason))
    return tuple(rows), tuple(refused)


def others_date(question: Question) -> bool:
    """Whether any model of another shape than the race's dates a question's event."""
    return bool(other_structures(question))


def left_out_of(question: Question) -> tuple[str, ...]:
    """Titles of the structures that do not date a question's event."""
    dating = trends_to(question.assumptions, question.event)
    trends = {name: text for name, text in load_trends(question.assumptions).items() if name not in dating}
    silent = structures_silent_on(question.event)
    return (*(trend.title for trend in trends.values()), *(each.title for each in silent))


def pooled(rows: Sequence[StructureDate]) -> tuple[StructureDate, ...]:
    """Structures that count in pools: all but the duplicates."""
    return tuple(row for row in rows if row.duplicate_of is None)


def race_date(posterior: Posterior) -> StructureDate:
    """The race for compute."""
    return StructureDate(COMPUTE, "Compute gate", posterior.ready)


def _mobilised(posterior: Posterior) -> StructureDate:
    """The race under the mobilisation of domestic chips."""
    (mobilised,) = scenarios(posterior, [SCENARIO]).scenarios
    same = share_of_same_dates(mobilised)
    twice = same > MOST
    return StructureDate(
        MOBILISATION,
        "Mobilisation of domestic chips",
        mobilised.ready,
        COMPUTE if twice else None,
        f"it is the same race, with the same date in {same:.1%} of the draws" if twice else "",
    )


def share_of_same_dates(scenario: ScenarioResult) -> float:
    """Probability of the draws whose date is the same under a scenario as without it."""
    same = np.isclose(scenario.ready.values, scenario.baseline.values, rtol=0.0, atol=SAME)
    return scenario.ready.weighting.mean(same.astype(float))
