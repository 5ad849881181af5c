"""Mobilisation: when pooled domestic chips would be enough, whether before the others, and how many it takes."""

from __future__ import annotations

from dataclasses import dataclass

from ...inference.estimates import Distribution, Estimate
from ...inference.posterior import Posterior
from ...inference.result import Result
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
class Mobilisation(Result):
    """The mobilisation scenario's answers.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    events : tuple of Mobilised
        The question's event, and the lean one that the scenario's source speaks of.
    """

    events: tuple[Mobilised, ...]


def mobilisation(posterior: Posterior) -> Mobilisation:
    """Ask when a mobilised consortium would be ready, whether first, and how much of its own compute it needs.

    Parameters
    ----------
    posterior : Posterior
        Or a prior, of the baseline.

    Raises
    ------
    InputError
        If the scenario does not fit the model.
    """
    question, rows = posterior.question, []
    for event in dict.fromkeys((question.event, LEAN)):
        asked = posterior.about(event)
        title = question.assumptions.events[event].text.title
        (row,) = scenarios(asked, [SCENARIO]).scenarios
        rows.append(Mobilised(event, title, row, thresholds(asked, scenario=SCENARIO)))
    return Mobilisation(posterior.origin, tuple(rows))
