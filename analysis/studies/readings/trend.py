"""Trend forecasters: what measured lags, carried forward, say of the date; as published, and on the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....evidence.latents import latent_quantities, with_latents
from ....evidence.likelihood import log_density, predict
from ....evidence.rumours import rumours_in
from ....evidence.schema import Item
from ....model.trend import Trend, TrendText, load_trends, trends_date
from ....priors.arguments import listed
from ....priors.errors import InputError, refuse_unknown
from ...inference.column_names import ITEM, those_under, under
from ...inference.columns import columns_of_draws
from ...inference.diagnostics import COLLAPSED, WORST_KHAT, Diagnostics, UntrustworthyError
from ...inference.draws import Values
from ...inference.estimates import Array, Distribution, Estimate, Weighting
from ...inference.importance import smooth_weights
from ...inference.likelihoods import total
from ...inference.outcomes import READY
from ...inference.posterior import Posterior
from ...inference.question import Question
from ...inference.result import Result
from .trend_evidence import SetAside, countable, seen_by, set_aside

LAG = "lag"  # names the column of months behind on the day of the question


@dataclass(frozen=True)
class Carried:
    """A trend carried forward.

    Attributes
    ----------
    ready : Distribution
        Months since t = 0 at which a Chinese lab comes to the event.
    lag : Distribution
        Months by which Chinese models are behind on the day of the question.
    evidence : tuple of str
        Items counted.
    log_evidence : Estimate
        Log of their density under the trend's prior.
    diagnostics : Diagnostics
        Whether the draws can be trusted.
    """

    ready: Distribution
    lag: Distribution
    evidence: tuple[str, ...]
    log_evidence: Estimate
    diagnostics: Diagnostics


@dataclass(frozen=True)
class TrendReading:
    """One trend.

    Attributes
    ----------
    id, title : str
        The trend's name in its table, and for people.
    stated : Carried
        As its source has it, before any evidence.
    conditioned : Carried or None
        On the items that say something of it; None where there is none, or where they contradict it.
    set_aside : tuple of SetAside
        Items that do not count here, and why.
    refused : UntrustworthyError or None
        Why it has no answer on the items, where they contradict it.
    """

    id: str
    title: str
    stated: Carried
    conditioned: Carried | None
    set_aside: tuple[SetAside, ...]
    refused: UntrustworthyError | None = None


@dataclass(frozen=True)
class Trends(Result):
    """The trends beside the race for compute.

    Attributes
    ----------
    origin : Origin
        The question, and the race's draws.
    trends : tuple of TrendReading
        In the order of their table.
    compute : Distribution
        Months since t = 0 by the race, on the same evidence.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, trends
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = trends(prior, ["constant-lag"])
    >>> found.trends[0].title
    'Constant lag (ECI)'
    """

    trends: tuple[TrendReading, ...]
    compute: Distribution


def trends(posterior: Posterior, ids: Sequence[str] = ()) -> Trends:
    """Carry every trend forward, as stated and on the evidence.

    Parameters
    ----------
    posterior : Posterior
        Of the race, or its prior; trends are asked on the same items.
    ids : sequence of str
        Which trends; all by default.

    Raises
    ------
    InputError
        If a trend is unknown, or trends cannot date the question's event.
    UntrustworthyError
        If the evidence contradicts all of the trends that it says something of.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, trends
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> [trend.id for trend in trends(prior, ["constant-lag"]).trends]
    ['constant-lag']
    """
    question = posterior.question
    known = load_trends(question.assumptions)
    ids = listed("ids", ids, "names of trends")
    refuse_unknown("trend", ids, known)
    if not trends_date(question.assumptions, question.event):
        problem = f"trends say when a model is there, not when it is served widely: they do not date {question.event}"
        raise InputError(problem, key="--event")
    chosen = {name: known[name] for name in ids or known}
    rows = tuple(read_trend(question, name, text, posterior.items) for name, text in chosen.items())
    refused = [row.refused for row in rows if row.refused is not None]
    if refused and not any(row.conditioned for row in rows):
        raise refused[0]
    return Trends(posterior.origin, rows, posterior.ready)


def read_trend(question: Question, name: str, text: TrendText, items: Sequence[Item] = ()) -> TrendReading:
    """Carry one trend forward, as stated and on the evidence."""
    aside = set_aside(question.assumptions, text, items, question.event)
    counted = countable(question.assumptions, text, items, question.event)
    stated, conditioned, refused = condition_trend(question, name, text), None, None
    try:
        conditioned = condition_trend(question, name, text, counted) if counted else None
    except UntrustworthyError as error:
        refused = error
    return TrendReading(name, text.title, stated, conditioned, aside, refused)


def condition_trend(question: Question, name: str, text: TrendText, items: Sequence[Item] = ()) -> Carried:
    """Carry a trend forward on some items, reweighting its prior draws.

    Raises
    ------
    UntrustworthyError
        If the weights cannot be trusted.
    """
    columns, weighting = draw_trend(question, text, items)
    densities = those_under(ITEM, columns)
    weighted, log_evidence, diagnostics = reweighted(f"trend '{name}'", densities, weighting)
    ready, lag = (Distribution(columns[each], weighted) for each in (READY, LAG))
    return Carried(ready, lag, tuple(densities), log_evidence, diagnostics)


def reweighted(
    whose: str, columns: Mapping[str, Array], weighting: Weighting
) -> tuple[Weighting, Estimate, Diagnostics]:
    """Weigh prior draws by what they make of items; as they are where there is none.

    Parameters
    ----------
    whose : str
        How messages name the model.
    columns : mapping of str to array, shape (draw,)
        Log likelihood of each item.
    weighting : Weighting
        How the draws stand for the prior.

    Raises
    ------
    UntrustworthyError
        If the weights cannot be trusted.
    """
    if not columns:
        return weighting, Estimate(0.0, 0.0), Diagnostics(float(weighting.draws))
    smoothed = smooth_weights(total(columns), weighting.replicates)
    if smoothed.effective_draws < COLLAPSED or smoothed.khat > WORST_KHAT:
        raise UntrustworthyError(
            f"{whose} and the evidence conflict: {smoothed.effective_draws:,.0f} effective draws, "
            f"k-hat {smoothed.khat:.2f}. Try more --draws, or leave items out with --evidence"
        )
    weighted = Weighting(weighting.draws, weights=smoothed.weights, replicates=weighting.replicates)
    return weighted, smoothed.log_mean, Diagnostics(smoothed.effective_draws, khat=smoothed.khat)


def draw_trend(question: Question, text: TrendText, items: Sequence[Item] = ()) -> tuple[dict[str, Array], Weighting]:
    """Draw a trend from its prior.

    Returns
    -------
    tuple of dict and Weighting
        Columns ``ready`` (months since t = 0), ``lag`` (months, on the day of the question) and, under `ITEM` with its
        id, every item's log likelihood, each of shape (draw,); and how the draws stand for the prior.
    """
    assumptions = with_latents(question.assumptions, items)
    beside = [*latent_quantities(items, assumptions), *assumptions.reporting_quantities]
    names = list(dict.fromkeys([*text.quantities([question.event]), *beside]))

    def evaluate(values: Values) -> Values:
        trend = Trend.of(np, text, assumptions, values, [question.event])
        return {
            READY: trend.ready_of(question.event),
            LAG: trend.lag_on(question.as_of_months),
            **under(ITEM, trend_log_likelihoods(question, trend, values, items)),
        }

    return columns_of_draws(question, assumptions, names, evaluate)


def trend_log_likelihoods(question: Question, trend: Trend, values: Values, items: Iterable[Item]) -> Values:
    """Log likelihood of each item in each draw of a trend."""
    clock, every = question.clock, list(items)
    rumours, densities = rumours_in(every, question.as_of), {}
    for item in every:
        seen, beside = seen_by(item, question.assumptions, trend, values), rumours.get(item.id, ())
        prediction = predict(np, item, seen, item.figures(clock), beside)
        densities[item.id] = log_density(item, item.observation(clock), prediction, clock)
    return densities
