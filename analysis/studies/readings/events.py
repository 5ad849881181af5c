"""Events: when each reading of "a model like Mythos" comes, on the same draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ....model.assumptions import multiple_name
from ...inference.estimates import Array, Distribution
from ...inference.question import DrawSource, Question, Values, outcome_of


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
class Events:
    """All events side by side.

    Attributes
    ----------
    question : Question
        What was asked.
    events : tuple of EventReading
        In the order of their table.
    """

    question: Question
    events: tuple[EventReading, ...]
    engine: str = "forward"
    evidence: tuple[str, ...] = ()


def events(question: Question, source: DrawSource, **origin: Any) -> Events:
    """Ask every event of the same draws.

    Parameters
    ----------
    question : Question
        What is asked; its own event has no part in it.
    source : DrawSource
        Draws from the prior or a posterior.
    **origin
        Further fields of `Events` (engine, evidence).
    """
    assumptions = question.assumptions
    multiples = {event: multiple_name(event) for event in assumptions.events}

    def evaluate(values: Values) -> Values:
        world, columns = None, dict[str, Array]()
        for event, multiple in multiples.items():
            world, result = outcome_of(question, values, event=event, world=world)
            columns |= {event: result.ready, multiple: values[multiple]}
        return columns

    columns = source.extended({name: assumptions.beliefs[name] for name in multiples.values()}).map(evaluate)
    rows = tuple(
        EventReading(
            event,
            assumptions.events[event].text.title,
            assumptions.events[event].text.references,
            Distribution(columns[multiple], source.weighting),
            Distribution(columns[event], source.weighting),
        )
        for event, multiple in multiples.items()
    )
    return Events(question, rows, **origin)
