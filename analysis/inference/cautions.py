"""What of the items counted somebody must hear beside the answer, though no diagnostic fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .posterior import Posterior
from .words import share_text

if TYPE_CHECKING:
    from ...evidence.schema import Item
    from .question import Question

OVERLOOKED = 0.02  # probability that what is believed to have come has not, to be told of
LIKELIER = 0.5  # probability that a firm's run came before the day of one that was counted by its size, to be told of


def cautions_of(posterior: Posterior) -> tuple[str, ...]:
    """Say what is counted twice or denied, which run's day the answer contradicts, and what other events leave open."""
    question = posterior.question
    late = tuple(_after_all_arrivals(question))
    if not posterior.items:
        return late
    from ...evidence.remarks import denied_reports, said_twice

    return (
        *late,
        *denied_reports(posterior.selection, question.as_of),
        *said_twice(posterior.items, question.assumptions.race),
        *_before_their_days(posterior, posterior.items),
        *_still_to_come(posterior, posterior.items),
        *_known_of_others(question, posterior.items),
    )


def _after_all_arrivals(question: Question) -> Iterator[str]:
    """Say that what firms add to their compute after the last source of the race is not modelled."""
    assumptions = question.assumptions

    def month(figure: float | str) -> float:
        return float(assumptions.quantiles(figure, 0.5)) if isinstance(figure, str) else figure

    ends = [
        month(source.start) + month(source.length)
        for source in assumptions.race.sources.values()
        if source.start is not None and source.length is not None
    ]
    last = assumptions.calendar.day(max(ends, default=0.0))
    if ends and last is not None and last < question.as_of:
        yield (
            f"no compute is modelled that arrives after {last}: dates of firms that are not ready by now know nothing "
            "of what has been added since"
        )


def _known_of_others(question: Question, items: Sequence[Item]) -> Iterator[str]:
    """Say that what is publicly known of another event is not carried over to the one asked about."""
    if question.assumptions.reporting is None:
        return
    from ...evidence.rumours import is_doubted

    own = [item for item in items if item.event == question.event]
    reports = [item for item in items if item.kind.reports_event and not is_doubted(item) and item not in own]
    if reports and not any(item.kind.reports_event for item in own):
        yield (
            f"{_of_events(reports)} is reported, and {question.event} is not: if that is publicly known with it, an "
            f"item of {question.event} has to say so"
        )
    silences = [item for item in items if item.kind.is_silence and item not in own]
    if silences and not any(item.kind.is_silence or item.kind.reports_event for item in own):
        yield (
            f"silence is counted about {_of_events(silences)}, and none about {question.event}: since when that is "
            "publicly known is told as if nobody had looked for it"
        )


def _of_events(items: Sequence[Item]) -> str:
    return ", ".join(f"{item.event} ({item.id})" for item in items)


def _still_to_come(posterior: Posterior, items: Sequence[Item]) -> Iterator[str]:
    """Say of which runs that are said to have begun or ended the answer has it that they may not have."""
    from ...evidence.kinds.runs import RunKind
    from .likelihoods import predictions_of

    question = posterior.question
    dated = [item for item in items if isinstance(item.kind, RunKind) and not item.observed.size and item.doubt is None]
    if not dated:
        return
    months = posterior.source.map(lambda values: predictions_of(question, values, dated)[2])
    for item in dated:
        later = np.asarray(months[item.id] > question.as_of_months, dtype=float)
        chance = posterior.source.weighting.estimate(later).value
        if chance > OVERLOOKED:
            yield (
                f"{item.id}: with {share_text(chance)} what it reports has not come by {question.as_of}: its months_sd "
                f"lets the day be {item.likelihood.months_sd:g} months off either way, and a smaller one says that it "
                "is known better"
            )


def _before_their_days(posterior: Posterior, items: Sequence[Item]) -> Iterator[str]:
    """Say of which items, whose days are not held against the model, the answer has it that they came before."""
    question, by_day = posterior.question, []
    for item in items:
        dated = item.kind.by_its_day(item.observed, question.event)
        if dated is not None and item.doubt is None:
            by_day.append(replace(item, observed=dated))
    if not by_day:
        return
    from .likelihoods import predictions_of

    months = posterior.source.map(lambda values: predictions_of(question, values, by_day)[2])
    for item in by_day:
        earlier = np.asarray(months[item.id] < item.observation(question.clock), dtype=float)
        chance = posterior.source.weighting.estimate(earlier).value
        if chance > LIKELIER:
            firm, day = item.kind.firm(item.observed), item.kind.day(item.observed)
            yield (
                f"{item.id} is counted by its size, not by its day: {firm}'s run to the event came before {day}, "
                f"the day that it reports, with {share_text(chance)}"
            )
