"""Thresholds: the stock a firm needs to win half of the draws, to bring the date forward, or to be ready by a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Real

from ....model.calendar import quarter_ends
from ....priors.arguments import listed, refuse_others
from ....priors.errors import InputError
from ...inference.diagnostics import few_draws
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.progress import track
from ...inference.question import Question
from ...inference.result import Result
from ..reproduction.claims import load_claims
from .criteria import CRITERIA, Criterion, MedianBy, ReadyBy
from .stock_search import StockSearch, Threshold

BUDGET_FACTORS = (1.0, 2.0)
PROBABILITIES = (0.5, 0.9)  # with which a firm is to be ready by a day
MONTHS_AHEAD = 15  # quarter ends within them are asked about under a scenario


@dataclass(frozen=True)
class Thresholds(Result):
    """The thresholds of one firm.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that stocks were tried on.
    firm, stock, budget : str
        The firm, the quantity held at a value, the quantity that is multiplied.
    scenario : str or None
        The scenario under which stocks were tried.
    unit : str
        Of the stock.
    thresholds : tuple of Threshold
        By budget factor, then criterion.
    notes : tuple of str
        What the reader must know.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, thresholds
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> from catchup.analysis.studies.thresholds.criteria import WinsShare
    >>> found = thresholds(prior, budget_factors=[1.0], criteria=[WinsShare(0.5)])
    >>> found.stock
    'startup_stock'
    """

    firm: str
    stock: str
    budget: str
    unit: str
    thresholds: tuple[Threshold, ...]
    scenario: str | None = None
    notes: tuple[str, ...] = ()


def thresholds(
    posterior: Posterior,
    *,
    firm: str | None = None,
    stock: str | None = None,
    scenario: str | None = None,
    budget_factors: Sequence[float] | None = None,
    criteria: Iterable[Criterion] | None = None,
) -> Thresholds:
    """Solve for the stock at which a firm meets each criterion.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    firm : str, optional
        Whose stock: the first that the scenario brings in, or else the start-up's, by default.
    stock : str, optional
        The quantity that is held at a value; by default the firm's own stock at t = 0, or what arrives first.
    scenario : str, optional
        The scenario under which stocks are tried; none by default.
    budget_factors : sequence of float, optional
        What the firm's budget is multiplied by: `BUDGET_FACTORS` by default, and 1 under a scenario.
    criteria : iterable of Criterion, optional
        What must be achieved. By default `CRITERIA` and days of the published claims to come; under a scenario,
        to be ready by each of the coming quarter ends.

    Raises
    ------
    InputError
        If there is no such scenario, firm or stock, a factor is not above 0, or a multiplied budget is more than a
        year's compute.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, thresholds
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> from catchup.analysis.studies.thresholds.criteria import WinsShare
    >>> found = thresholds(prior, budget_factors=[1.0], criteria=[WinsShare(0.5)])
    >>> found.firm, found.unit, len(found.thresholds)
    ('deepseek', 'H100e', 1)
    """
    refuse_other_than_posterior(posterior)
    question = posterior.question
    for name, given in {"firm": firm, "stock": stock, "scenario": scenario}.items():
        refuse_others(name, given, (str, type(None)), f"the name of a {name}")
    if criteria is not None:
        criteria = listed("criteria", criteria, "criteria", Criterion)
    elif scenario is None:
        criteria = (*CRITERIA, *(MedianBy(day) for day in load_claims().days() if day >= question.as_of))
    else:
        criteria = ready_by(question, days_asked(question))
    if budget_factors is None:
        budget_factors = BUDGET_FACTORS if scenario is None else (1.0,)
    for factor in (budget_factors := listed("budget_factors", budget_factors, "numbers", Real)):
        if not 0.0 < factor < float("inf"):
            raise InputError(f"finite numbers above 0 were expected, not {factor:g}", key="budget_factors")
    search = StockSearch(posterior, criteria, firm, stock, scenario)
    asked = [(criterion, factor) for factor in budget_factors for criterion in criteria]
    found = tuple(search.solve(*each) for each in track(asked, len(asked), "solving for thresholds"))
    median = search.baseline.quantile(0.5)
    notes: tuple[str, ...] = () if median.meaningful else (few_draws(search.baseline.effective_draws, "medians"),)
    other = None if firm is None else search.race.stand_in_of(firm)
    if other is not None:
        notes += (f"{firm} does not race, and is read as {other.title}",)
    return Thresholds(
        posterior.origin,
        firm=search.firm,
        stock=search.stock,
        budget=search.budget,
        unit=search.unit,
        thresholds=found,
        scenario=scenario,
        notes=notes,
    )


def days_asked(question: Question) -> list[date]:
    """The coming quarter ends, by which a firm is asked to be ready where no day is named."""
    return quarter_ends(question.as_of, MONTHS_AHEAD)


def ready_by(
    question: Question, days: Iterable[date], probabilities: Iterable[float] = PROBABILITIES
) -> tuple[Criterion, ...]:
    """Return the criteria of being ready by each of some days with each of some probabilities.

    Raises
    ------
    InputError
        If a day is before that of the question, or a probability not between 0 and 1.
    """
    probabilities = tuple(probabilities)
    for probability in probabilities:
        if not 0.0 < probability < 1.0:
            raise InputError(f"a probability between 0 and 1 was expected, not {probability:g}", key="--probability")
    criteria = []
    for day in days:
        if day < question.as_of:
            raise InputError(f"a day from {question.as_of} on was expected, not {day}", key="--by")
        criteria += [ReadyBy(day, probability) for probability in probabilities]
    return tuple(criteria)
