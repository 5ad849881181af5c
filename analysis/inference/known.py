"""The date on which it is publicly known: ready, and a delay given the silence so far; never where it is concealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...model.reporting import RANK, delay_given_silence, log_silence, never_given_silence
from ...priors.families import Uniform
from .draws import DrawSource, Values
from .estimates import Array
from .question import Question
from .silence import counted_month, silences_in

if TYPE_CHECKING:
    from ...evidence.schema import Item

KNOWN, CONCEALED = "known", "concealed"  # name the columns
SMALLEST = 1e-15  # of a rank, which is never 0 nor 1
RANKS = {RANK: Uniform(low=0.0, high=1.0)}


def with_ranks[Source: DrawSource](question: Question, source: Source) -> Source:
    """Return the same draws, with what says how long the report of each takes beside them, where the model has it."""
    if question.assumptions.reporting is None:
        return source
    return source.extended(RANKS)


def known_column(question: Question, items: Sequence[Item], values: Values, ready: Array) -> Values:
    """Work out when it is publicly known in each of a chunk of draws; nothing where the model does not say.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        Those counted: silence about the event is what the delay exceeds; a milestone says the date itself, as surely as
        it is genuine, and none after one that is believed.
    values : dict of str to array, shape (draw,)
        Of every quantity, and of `RANKS`.
    ready : array, shape (draw,)
        Months since t = 0.

    Returns
    -------
    dict of str to array
        The columns `KNOWN`, months since t = 0, infinite where it never is; and `CONCEALED`, the probability, whatever
        the rank, that somebody is ready and it never is.
    """
    reporting = question.assumptions.reporting
    if reporting is None:
        return {}
    reports = [item for item in items if item.kind.reports_event and item.event == question.event]
    reported = _reported(question, reports)
    if reported is not None:  # no later than that, and sooner where a doubted report before it is genuine
        reports = [item for item in reports if item.observation(question.clock) < reported]
        if not reports:
            return {KNOWN: np.full_like(ready, reported), CONCEALED: np.zeros_like(ready)}
    silent = counted_month(question, silences_in(question, items))
    months, concealed, rank = None if silent is None else silent - ready, values[reporting.concealed], values[RANK]
    never = np.where(np.isfinite(ready), never_given_silence(np, months, reporting, concealed), 0.0)
    if not reports:
        return {KNOWN: ready + delay_given_silence(np, rank, months, reporting, concealed), CONCEALED: never}
    known, open_still = np.full_like(ready, np.nan), np.ones(ready.shape, dtype=bool)
    for day, genuine in _rumoured(question, items, reports, ready, months, concealed):
        right = open_still & (rank < genuine)
        known[right] = day
        open_still &= ~right
        never = never * np.maximum(1.0 - genuine, 0.0)
        rank = np.clip((rank - genuine) / np.maximum(1.0 - genuine, SMALLEST), SMALLEST, 1.0 - SMALLEST)
    if reported is not None:
        return {KNOWN: np.where(open_still, reported, known), CONCEALED: np.zeros_like(ready)}
    delay = delay_given_silence(np, rank, months, reporting, concealed)
    return {KNOWN: np.where(open_still, ready + delay, known), CONCEALED: never}


def _rumoured(
    question: Question,
    items: Sequence[Item],
    reports: Sequence[Item],
    ready: Array,
    months: Array | None,
    concealed: Array,
) -> Iterator[tuple[float, Array]]:
    """Month of each doubted report of the event, the earliest first, and how likely it is genuine in each draw."""
    from ...evidence.rumours import rumours_in

    assumptions, reporting = question.assumptions, question.assumptions.reporting
    silences = [item for item in items if item.kind.is_silence and item.event == question.event]
    beside = next(iter(rumours_in([*silences, *reports], question.as_of).values()), ())
    told = np.zeros_like(ready)
    if months is not None and reporting is not None:
        told = log_silence(np, months, reporting.median_months, reporting.sigma, concealed)
    unheard = [told]  # beside none of the reports, the last, the last two ...
    order = sorted(reports, key=lambda item: item.observation(question.clock))
    rumours = {rumour.report.id: rumour for rumour in beside}
    for report in reversed(order[1:]):
        told = rumours[report.id].heard(np, told, ready, assumptions) if rumours else told
        unheard.append(told)
    for report, said in zip(order, reversed(unheard), strict=True):
        genuine = (
            rumours[report.id].probability(said, ready, assumptions) if rumours else _by_itself(report, ready, question)
        )
        yield report.observation(question.clock), report.text.weight * genuine


def _by_itself(report: Item, ready: Array, question: Question) -> Array:
    """Probability, per draw, that a report is genuine where no silence about its event is counted."""
    genuine = report.probability_genuine(ready, question.clock)
    return np.ones_like(ready) if genuine is None else genuine


def _reported(question: Question, reports: Sequence[Item]) -> float | None:
    """Month at which a report that is believed says that the event was publicly reached; None where none does."""
    if not reports:
        return None
    from ...evidence.rumours import is_doubted

    believed = [item.observation(question.clock) for item in reports if not is_doubted(item)]
    return min(believed, default=None)
