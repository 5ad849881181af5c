"""Mobilisation: when pooled domestic chips would be enough, whether before the others, and how many it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ....model.assumptions import multiple_name
from ...inference.estimates import Distribution, Estimate
from ...inference.question import DrawSource, Question
from ..scenarios import ScenarioResult, scenarios
from ..thresholds.study import Thresholds, thresholds

SCENARIO = "domestic-superpods"
LEAN = "lean-mythos"


@dataclass(frozen=True)
class Mobilised:
    """What mobilisation means for one event.

    Attributes
    ----------
    event, title : str
        The event's name in its table, and for people.
    scenario : ScenarioResult
        The race under it.
    thresholds : Thresholds
        How much of its own compute the consortium needs to be ready by a day.
    """

    event: str
    title: str
    scenario: ScenarioResult
    thresholds: Thresholds

    @property
    def firm(self) -> str:
        """The firm that is brought in."""
        return self.thresholds.firm

    @property
    def ready(self) -> Distribution:
        """Months since t = 0 at which that firm is ready, first or not."""
        return self.scenario.newcomers[self.firm]

    @property
    def first(self) -> Estimate:
        """Probability that it is before the others."""
        return self.scenario.first_firm[self.firm]


@dataclass(frozen=True)
class Mobilisation:
    """The mobilisation scenario's answers.

    Attributes
    ----------
    question : Question
        What was asked.
    events : tuple of Mobilised
        The question's event, and the lean one that the scenario's source speaks of.
    """

    question: Question
    events: tuple[Mobilised, ...]
    engine: str = "forward"
    evidence: tuple[str, ...] = ()


def mobilisation(question: Question, source: DrawSource, **origin: Any) -> Mobilisation:
    """Ask when a mobilised consortium would be ready, whether first, and how much of its own compute it needs.

    Parameters
    ----------
    question : Question
        What is asked.
    source : DrawSource
        Draws from the prior or a posterior of the baseline.
    **origin
        Further fields of `Mobilisation` (engine, evidence).

    Raises
    ------
    InputError
        If the scenario does not fit the model.
    """
    rows = []
    for event in dict.fromkeys((question.event, LEAN)):
        asked, multiple = replace(question, event=event), multiple_name(event)
        drawn = source.extended({multiple: question.assumptions.beliefs[multiple]})
        title = question.assumptions.events[event].text.title
        (row,) = scenarios(asked, drawn, [SCENARIO]).scenarios
        rows.append(Mobilised(event, title, row, thresholds(asked, drawn, scenario=SCENARIO)))
    return Mobilisation(question, tuple(rows), **origin)
