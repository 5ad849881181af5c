"""Events: when each reading of "a model like Mythos" comes, on the same draws."""

from __future__ import annotations

from dataclasses import dataclass

from ....model.assumptions import multiple_name
from ...inference.draws import Values
from ...inference.estimates import Array, Distribution
from ...inference.outcomes import outcome_of
from ...inference.posterior import Posterior
from ...inference.result import Result

READY_OF, MULTIPLE_OF = "ready:", "multiple:"  # begin the columns of events


@dataclass(frozen=True)
class EventReading:
    """One event.

    Attributes
    ----------
    id, title : str
        The event's name in its table, and for people.
    references : tuple of str
        The texts it comes from.
    multiple : Distribution
        The part of Mythos's pre-training compute that it asks for.
    ready : Distribution
        Months since t = 0.
    """

    id: str
    title: str
    references: tuple[str, ...]
    multiple: Distribution
    ready: Distribution


@dataclass(frozen=True)
class Events(Result):
    """All events side by side.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all are asked of.
    events : tuple of EventReading
        In the order of their table.
    """

    events: tuple[EventReading, ...]


def events(posterior: Posterior) -> Events:
    """Ask every event of the same draws.

    Parameters
    ----------
    posterior : Posterior
        Or a prior; its question's own event has no part in it.
    """
    question, source = posterior.question, posterior.source
    assumptions = question.assumptions
    multiples = {event: multiple_name(event) for event in assumptions.events}

    def evaluate(values: Values) -> Values:
        world, columns = None, dict[str, Array]()
        for event, multiple in multiples.items():
            world, result = outcome_of(question, values, event=event, world=world)
            columns |= {READY_OF + event: result.ready, MULTIPLE_OF + event: values[multiple]}
        return columns

    columns = source.extended(assumptions.beliefs_of(assumptions.needed(assumptions.events))).map(evaluate)
    rows = tuple(
        EventReading(
            event,
            assumptions.events[event].text.title,
            assumptions.events[event].text.references,
            Distribution(columns[MULTIPLE_OF + event], source.weighting),
            Distribution(columns[READY_OF + event], source.weighting),
        )
        for event in multiples
    )
    return Events(posterior.origin, rows)
