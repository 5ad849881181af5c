"""Scores of both frontiers and compute in one graph with the race, beside the structure that knows scores alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from ....evidence.latents import with_own_quantities
from ....evidence.likelihood import simulate
from ....evidence.schema import Item
from ....evidence.tables.episodes import Release, chinese_records
from ....evidence.tables.records import shipped_records
from ....model.assumptions import DEFAULT_EVENT
from ....model.calendar import month_ends
from ....priors.errors import InputError
from ....priors.table import PriorTable
from ...inference.conditioning import condition
from ...inference.draws import Values
from ...inference.estimates import Array, Distribution, Weighting
from ...inference.likelihoods import predictions_of
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.question import Question
from ...inference.result import Result
from ..other_structures import draw_structure, ready_in
from ..structure_evidence import countable
from ..structure_registry import COMPUTE
from ..telling import Telling, telling
from .chosen import last_day
from .frontier_structure import CapabilityFrontier, mythos_release
from .written_items import item_text, written_item

GATE, COUNTED, FRONTIER = COMPUTE, f"{COMPUTE}-with-scores", CapabilityFrontier.name
TITLES: Mapping[str, str] = {
    GATE: "The race for compute",
    COUNTED: "The race, both frontiers' scores counted",
    FRONTIER: CapabilityFrontier.title,
}
MONTHS_AHEAD = 6  # of expected scores


@dataclass(frozen=True)
class ExpectedScore:
    """The best Chinese score to be seen by a day, by who expects it (points): at least the best that has been seen.

    Beyond that it is what a model of the day would score, the scatter of scores about their line included.
    """

    day: date
    by: Mapping[str, Distribution]


@dataclass(frozen=True)
class Capability(Result):
    """Scores and compute together.

    Attributes
    ----------
    mythos, chinese : Release
        The scores that are counted.
    implied : Distribution
        Score that Mythos's compute implies on the line, points.
    ready : mapping of str to Distribution
        Months since t = 0, by `TITLES`.
    expected : tuple of ExpectedScore
        By month end, of the race with scores and of the scores' own structure: what would tell them apart.
    telling : tuple of Telling
        What "ready by then, or not" would say of gate and structure.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, capability, posterior
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 26), draws=10_000))
    >>> found = capability(posterior(request))
    >>> found.mythos.model, found.chinese.model
    ('Claude Fable 5', 'Kimi K3')
    """

    mythos: Release
    chinese: Release
    implied: Distribution
    ready: Mapping[str, Distribution]
    expected: tuple[ExpectedScore, ...]
    telling: tuple[Telling, ...]


def capability(posterior: Posterior) -> Capability:
    """Count both frontiers' scores in the race, and set the scores' own structure beside it.

    Parameters
    ----------
    posterior : Posterior
        Of the race, on other evidence.

    Raises
    ------
    InputError
        If the records that come with the project are later than the day of the question, or another event is asked.
    UntrustworthyError
        If some draws cannot be trusted.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, capability, posterior
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 26), draws=10_000))
    >>> found = capability(posterior(request))
    >>> list(found.ready)
    ['compute-gate', 'compute-gate-with-scores', 'capability-frontier']
    """
    refuse_other_than_posterior(posterior)
    question, table = posterior.question, shipped_records()
    assert table.vintage is not None
    if question.event != DEFAULT_EVENT:
        raise InputError(f"scores speak of {DEFAULT_EVENT}, not of {question.event}", key="--event")
    if question.as_of < table.vintage:
        raise InputError(f"scores are of {table.vintage}, after {question.as_of}", key="--as-of")
    structure = CapabilityFrontier(question.assumptions.calendar)
    mythos, chinese = mythos_release(table), chinese_records(table)[-1]
    prior = question.assumptions.table
    scores = (
        _item("score-of-mythos", "mythos", mythos, prior),
        _item("score-of-the-chinese-frontier", "chinese", chinese, prior),
    )
    selection = replace(posterior.selection, counted=(*posterior.items, *scores))
    counted = condition(question, selection)
    days = month_ends(question.as_of, MONTHS_AHEAD)
    later = {day: _item(f"expected-{day}", "chinese", replace(chinese, day=day), prior) for day in days}
    columns = _predicted(counted, [scores[0], *later.values()])
    # the structure rests on scores itself: of other evidence only dates count for it
    dated = [item for item in posterior.items if not item.kind.measures_lag]
    frontier, scored = _frontier(question, structure, dated, list(later))

    def seen(shown: Array, weighting: Weighting) -> Distribution:
        return Distribution(np.maximum(shown, chinese.score), weighting)

    def scattered(item: Item) -> Array:
        # by the same random numbers for every day, so that days differ in what is expected of them alone
        return simulate(item, columns[item.id], question.clock, np.random.default_rng(question.seed))

    expected = tuple(
        ExpectedScore(
            day,
            {
                COUNTED: seen(scattered(item), counted.source.weighting),
                FRONTIER: seen(scored[day], frontier.weighting),
            },
        )
        for day, item in later.items()
    )
    ready = {GATE: posterior.ready, COUNTED: counted.ready, FRONTIER: frontier}
    implied = Distribution(columns[scores[0].id], counted.source.weighting)
    told = telling(question, ready, (GATE, FRONTIER))
    return Capability(counted.origin, mythos, chinese, implied, ready, expected, tuple(told))


def _frontier(
    question: Question, structure: CapabilityFrontier, items: Sequence[Item], days: Sequence[date]
) -> tuple[Distribution, dict[date, Array]]:
    """When the scores' own structure says that it is ready, and by the same draws what it scores on some days."""
    months = {day: question.assumptions.calendar.months(day) for day in days}

    def further(values: Values) -> Values:
        return {f"{day}": structure.score_on(values, month) for day, month in months.items()}

    counted = countable(question.assumptions, structure, items)
    columns, weighting = draw_structure(question, structure, counted, further)
    return ready_in(structure, columns, weighting), {day: columns[f"{day}"] for day in days}


def _predicted(posterior: Posterior, items: list[Item]) -> Values:
    """What a posterior says of items that it need not have counted, each without the scatter of a score."""
    question = replace(posterior.question, assumptions=with_own_quantities(posterior.question.assumptions, items))

    def evaluate(values: Values) -> dict[str, Array]:
        return dict(predictions_of(question, values, items)[2])

    return posterior.source.map(evaluate)


def _item(name: str, frontier: str, release: Release, prior: PriorTable) -> Item:
    """Make an item of a score; see `evidence.kinds.frontier_score`."""
    observed: dict[str, Any] = {"frontier": frontier, "value": release.score, "date": release.day}
    if release.interval is not None:
        observed["interval"] = list(release.interval)
    likelihood = {"sd": prior.number("frontier_score_sd")}
    if frontier == "chinese":
        likelihood["months_before"] = prior.number("frontier_score_months_before")
    table = shipped_records()
    return written_item(
        item_text(
            name,
            f"Score of {release.model}",
            "frontier_score",
            (table,),
            by="catchup capability",
            known_since=max(last_day(table), release.day),  # of a score that is only expected, a day to come
            observed=observed,
            likelihood=likelihood,
            weight=prior.number("frontier_score_weight"),
            weight_reason="Lags are measured on the same index.",
        )
    )
