"""Trend forecasters: what measured lags, carried forward, say of the date; as published, and on the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....evidence.schema import Item
from ....model.trend import TrendText, load_trends, trends_date
from ....priors.arguments import listed
from ....priors.errors import InputError, refuse_unknown
from ...inference.column_names import ITEM, those_under
from ...inference.columns import reweighted
from ...inference.diagnostics import Diagnostics, UntrustworthyError
from ...inference.draws import Values
from ...inference.estimates import Distribution, Estimate
from ...inference.outcomes import READY
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.question import Question
from ...inference.result import Result
from ..other_structures import draw_structure
from ..structure_evidence import SetAside, countable, set_aside
from .trend_structure import TrendStructure

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
    refuse_other_than_posterior(posterior)
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
    structure = TrendStructure(question.assumptions, name, text, question.event)
    aside = set_aside(question.assumptions, structure, items)
    counted = countable(question.assumptions, structure, items)
    stated, conditioned, refused = condition_trend(question, structure), None, None
    try:
        conditioned = condition_trend(question, structure, counted) if counted else None
    except UntrustworthyError as error:
        refused = error
    return TrendReading(name, text.title, stated, conditioned, aside, refused)


def condition_trend(question: Question, structure: TrendStructure, items: Sequence[Item] = ()) -> Carried:
    """Carry a trend forward on some items, reweighting its prior draws.

    Raises
    ------
    UntrustworthyError
        If the weights cannot be trusted.
    """

    def behind(values: Values) -> Values:
        return {LAG: structure.lag_on(values, question.as_of_months)}

    columns, weighting = draw_structure(question, structure, items, behind)
    densities = those_under(ITEM, columns)
    weighted, log_evidence, diagnostics = reweighted(structure.called, densities, weighting)
    ready, lag = (Distribution(columns[each], weighted) for each in (READY, LAG))
    return Carried(ready, lag, tuple(densities), log_evidence, diagnostics)
