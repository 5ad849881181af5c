"""The date on which it is publicly known: ready, and a delay given the silence so far; never where it is concealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...model.reporting import RANK, delay_given_silence
from ...priors.families import Uniform
from .draws import DrawSource, Values
from .estimates import Array
from .question import Question
from .silence import counted_month, silences_in

if TYPE_CHECKING:
    from ...evidence.schema import Item

KNOWN = "known"  # names the column
RANKS = {RANK: Uniform(low=0.0, high=1.0)}


def with_ranks[Source: DrawSource](question: Question, source: Source) -> Source:
    """Return the same draws, with what says how long the report of each takes beside them, where the model has it."""
    if question.assumptions.reporting is None:
        return source
    return source.extended(RANKS)  # type: ignore[return-value]


def known_column(question: Question, items: Sequence[Item], values: Values, ready: Array) -> Values:
    """Work out when it is publicly known in each of a chunk of draws; nothing where the model does not say.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        Those counted: silence about the event is what the delay exceeds; a milestone says the date itself.
    values : dict of str to array, shape (draw,)
        Of every quantity, and of `RANKS`.
    ready : array, shape (draw,)
        Months since t = 0.

    Returns
    -------
    dict of str to array
        The column `KNOWN`, months since t = 0; infinite where it never is.
    """
    reporting = question.assumptions.reporting
    if reporting is None:
        return {}
    reported = _reported(question, items)
    if reported is not None:
        return {KNOWN: np.full_like(ready, reported)}
    silent = counted_month(question, silences_in(question, items))
    months = None if silent is None else silent - ready
    delay = delay_given_silence(np, values[RANK], months, reporting, values[reporting.concealed])
    return {KNOWN: ready + delay}


def _reported(question: Question, items: Sequence[Item]) -> float | None:
    """Month at which a counted milestone says that the event was publicly reached; None where there is none."""
    reports = [item for item in items if item.kind.name == "milestone" and item.event == question.event]
    return min((item.observation(question.clock) for item in reports), default=None)
