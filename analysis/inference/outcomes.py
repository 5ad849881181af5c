"""What draws imply for a question: intermediates, dates, and who is first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...model.forward import outcome
from ...model.gate import Gate, launch_and_pool
from ...model.generative import Outcome, World
from ...model.policies import NO_INTERVENTION, Intervention
from .column_names import under
from .commitments import commitment_columns
from .draws import Values
from .estimates import Array
from .question import Question
from .raced import RacedValues
from .stages import furthest, stages_of

# columns that a question is summed up by
READY, PRETRAINED, COMPUTE_ALONE, LOG_FLOP = "ready", "pretrained", "compute_alone", "log_flop"
STAGE = "stage"  # how far the furthest run has come, as a position in `STAGES`
FIRST = "first:"  # begins the columns that hold firms' shares in being first


def outcome_of(
    question: Question,
    values: Values,
    intervention: Intervention = NO_INTERVENTION,
    event: str | None = None,
    world: World | None = None,
    baseline: tuple[World, Outcome] | None = None,
    solve: Callable[[Gate], tuple[Any, Any]] = launch_and_pool,
) -> tuple[World, Outcome]:
    """Work out every intermediate and date that given values imply for a question, unless they remember them.

    Parameters
    ----------
    question : Question
        Sets the model, the event, the day and the launch grid.
    values : dict of str to array of shape (draw,)
        Quantity name to values.
    intervention : Intervention
        What is changed.
    event : str, optional
        Another event than the question's.
    world : World, optional
        From a call for another event with the same values and intervention.
    baseline : tuple of World and Outcome, optional
        From a call with the same values and event but without an intervention.
    solve : callable, default `launch_and_pool`
        See `model.forward.outcome`.
    """
    event = event or question.event
    raced = values if isinstance(values, RacedValues) and intervention.nothing else None
    if raced is not None and (known := raced.race(question, event)) is not None:
        return known
    found = outcome(
        question.assumptions,
        values,
        event=event,
        intervention=intervention,
        launch_grid=question.launch_grid,
        as_of_month=question.as_of_months,
        world=world,
        baseline=baseline,
        solve=solve,
    )
    if raced is not None:
        raced.remember(question, event, found)
    return found


def ready_under(question: Question, values: Values, intervention: Intervention = NO_INTERVENTION) -> Array:
    """Months at which the question's event is ready, under an intervention; shape (draw,)."""
    ready: Array = outcome_of(question, values, intervention)[1].ready
    return ready


def ready_column(question: Question, values: Values) -> Values:
    """Months at which the question's event is ready, as the column `READY`."""
    return {READY: ready_under(question, values)}


def summary_columns(question: Question, values: Values) -> Values:
    """Work out the columns that sum up an answer: dates, Mythos's compute, the stage reached, who is first.

    The date on compute alone is among them where the model holds obstacles.

    Parameters
    ----------
    question : Question
        What is asked.
    values : dict of str to array of shape (draw,)
        Quantity name to values.
    """
    return summary_of(question, values, *outcome_of(question, values))


def summary_of(question: Question, values: Values, world: World, result: Outcome) -> Values:
    """Return the columns of `summary_columns` from intermediates and dates that have been worked out."""
    return {
        READY: result.ready,
        PRETRAINED: result.pretrained,
        **_compute_alone(question, values, world),
        LOG_FLOP: np.log10(world.mythos_flop),
        STAGE: furthest(stages_of(result, question.as_of_months)),
        **under(FIRST, first_shares(result)),
        **commitment_columns(question.assumptions, values),
    }


def _compute_alone(question: Question, values: Values, world: World) -> Values:
    if not question.assumptions.obstacles:
        return {}
    return {COMPUTE_ALONE: outcome_of(question.without_obstacles(), values, world=world)[1].ready}


def first_shares(result: Outcome) -> dict[str, Array]:
    """Each firm's share in being ready first; see `shares_of_first`."""
    return shares_of_first({firm: contender.ready for firm, contender in result.contenders.items()})


def shares_of_first(ready: Mapping[str, Array]) -> dict[str, Array]:
    """Each firm's share in being first: 1 alone, divided among ties (a launch grid makes them), 0 where none ever is.

    Parameters
    ----------
    ready : mapping of str to array of shape (draw,)
        By firm, when it is ready.

    Returns
    -------
    dict of str to array of shape (draw,)
        By firm.
    """
    earliest = np.minimum.reduce(list(ready.values()))
    first = {firm: (end == earliest) & np.isfinite(end) for firm, end in ready.items()}
    tied = np.maximum(sum(won.astype(float) for won in first.values()), 1.0)
    return {firm: won / tied for firm, won in first.items()}
