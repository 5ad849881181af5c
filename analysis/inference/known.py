"""The date on which it is publicly known: ready, and a delay given the silence so far; never where it is concealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
        it is genuine, and none after one that is believed; a claim after the silence makes it likelier by its day.
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
    claimed = _given_claims(question, items, silent, ready, concealed)
    if not reports:
        rank, likelier = claimed(rank)
        return {KNOWN: ready + delay_given_silence(np, rank, months, reporting, concealed), CONCEALED: never * likelier}
    known, open_still = np.full_like(ready, np.nan), np.ones(ready.shape, dtype=bool)
    for day, genuine in _rumoured(question, items, reports, ready, months, concealed):
        right = open_still & (rank < genuine)
        known[right] = day
        open_still &= ~right
        never = never * np.maximum(1.0 - genuine, 0.0)
        rank = np.clip((rank - genuine) / np.maximum(1.0 - genuine, SMALLEST), SMALLEST, 1.0 - SMALLEST)
    if reported is not None:
        return {KNOWN: np.where(open_still, reported, known), CONCEALED: np.zeros_like(ready)}
    rank, likelier = claimed(rank)
    delay = delay_given_silence(np, rank, months, reporting, concealed)
    return {KNOWN: np.where(open_still, ready + delay, known), CONCEALED: never * likelier}


def _given_claims(
    question: Question, items: Sequence[Item], silent: float | None, ready: Array, concealed: Array
) -> Callable[[Array], tuple[Array, Array]]:
    """Return what claims after a silence make of ranks of the report, and of the probability that none ever comes.

    Without claims the survival function of the report at a rank is the rank itself. Between the days of two claims its
    slope is as much steeper as the claims of later days are likelier to be made where it is known by then.
    """
    reporting = question.assumptions.reporting
    about = [item for item in items if item.kind.claims_event and item.event == question.event]
    rows = [item.figures(question.clock) for item in about]
    claims = sorted((row for row in rows if silent is not None and row["date"] > silent), key=lambda row: row["date"])
    if not claims or silent is None or reporting is None:
        return lambda rank: (rank, np.ones_like(ready))
    law = reporting.median_months, reporting.sigma, concealed
    months = [silent, *(row["date"] for row in claims)]
    logs = [log_silence(np, month - ready, *law) for month in months]
    plain = [np.exp(log - logs[0]) for log in logs]
    odds = [(1.0 + row["true_positive"] / row["false_positive"]) ** row["weight"] for row in claims]
    likelier = [float(np.prod(odds[place:])) for place in range(len(claims))]  # of all claims not yet past
    left = [plain[-1]]  # survival at each of the months, not normalised, from the last on
    for place in reversed(range(len(claims))):
        left.append(left[-1] + likelier[place] * (plain[place] - plain[place + 1]))
    left.reverse()

    def given(rank: Array) -> tuple[Array, Array]:
        wanted = rank * left[0]
        found = wanted
        for place, times in reversed(list(enumerate(likelier))):
            inside = plain[place + 1] + (wanted - left[place + 1]) / times
            found = np.where(wanted > left[place + 1], inside, found)
        return np.clip(found, SMALLEST, 1.0 - SMALLEST), 1.0 / left[0]

    return given


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
        told = rumours[report.id].heard(np, told, {report.id: ready}, assumptions) if rumours else told
        unheard.append(told)
    for report, said in zip(order, reversed(unheard), strict=True):
        genuine = (
            rumours[report.id].probability(said, {report.id: ready}, assumptions)
            if rumours
            else _by_itself(report, ready, question)
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
