"""Thresholds: the stock a firm would need to win half of the draws, or to bring the date forward.

Each is the root of an estimate in the stock. All stocks are tried on the same draws, so that the estimate
moves smoothly with the stock and the root is found by Brent's method; the root's Monte Carlo error is the
estimate's divided by its slope there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..priors.errors import InputError, unknown_name
from .claims import load_claims
from .estimates import Distribution, Estimate
from .forecast import date_as_json, few_draws, first_shares, number, significant
from .progress import track
from .question import DrawSource, Question, StoredDraws, Values, outcome_of, ready_under
from .threshold_criteria import CRITERIA, Criterion, MedianBy, Trial

FIRM = "startup"
BUDGET_FACTORS = (1.0, 2.0)
MOST_HELD_DRAWS = 1_000_000  # draws kept in memory between trials; more are made anew at each
TOLERANCE = 3e-4  # of the stock: a tenth of its usual MCSE
SLOPE_STEP = 0.02  # of the stock
NEVER = 1e9  # stands for an infinite score, which the search could not use
DOUBLINGS = 24  # either way from the starting stock


@dataclass(frozen=True)
class Threshold:
    """The stock at which a criterion is met.

    Attributes
    ----------
    criterion : Criterion
        What must be achieved.
    budget_factor : float
        What the firm's budget is multiplied by.
    stock : Estimate or None
        In H100e. Zero where even no stock achieves it; None where no stock does.
    win, ready : Estimate or None
        The firm's probability of being first, and the median date in months, at that stock.
    """

    criterion: Criterion
    budget_factor: float
    stock: Estimate | None
    win: Estimate | None
    ready: Estimate | None


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of one firm.

    Attributes
    ----------
    question : Question
        What was asked.
    firm, stock, budget : str
        The firm, the quantity held at a value, the quantity that is multiplied.
    unit : str
        Of the stock.
    thresholds : tuple of Threshold
        By budget factor, then criterion.
    engine : str
        What made the draws.
    evidence : tuple of str
        Items counted.
    notes : tuple of str
        What the reader must know.
    """

    question: Question
    firm: str
    stock: str
    budget: str
    unit: str
    thresholds: tuple[Threshold, ...]
    draws: int
    engine: str = "forward"
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON object of ``catchup thresholds``."""
        return {
            "schema": 1,
            "event": self.question.event,
            "as_of": self.question.as_of.isoformat(),
            "engine": self.engine,
            "draws": self.draws,
            "seed": self.question.seed,
            "evidence": list(self.evidence),
            "firm": self.firm,
            "stock": self.stock,
            "budget": self.budget,
            "thresholds": [self._entry(threshold) for threshold in self.thresholds],
            "notes": list(self.notes),
        }

    def _entry(self, threshold: Threshold) -> dict[str, Any]:
        factor, criterion = threshold.budget_factor, threshold.criterion
        stock: dict[str, Any] = {"value": None, "mcse": None, "unit": self.unit}
        entry: dict[str, Any] = {
            "id": f"{self.firm}-{criterion.id}-budget-{factor:g}x",
            "budget_factor": factor,
            "criterion": {"id": criterion.id, "title": criterion.title},
            "stock": stock,
            "first": None,
            "median": None,
        }
        if threshold.stock is not None:
            stock |= {"value": number(threshold.stock.value, 0), "mcse": significant(threshold.stock.mcse)}
        if threshold.win is not None and threshold.ready is not None:
            entry["first"] = {"value": number(threshold.win.value, 5), "mcse": significant(threshold.win.mcse)}
            entry["median"] = date_as_json(threshold.ready, self.question)
        return entry


def thresholds(
    question: Question,
    source: DrawSource,
    *,
    firm: str = FIRM,
    stock: str | None = None,
    budget_factors: Sequence[float] = BUDGET_FACTORS,
    criteria: Iterable[Criterion] | None = None,
    **origin: Any,
) -> Thresholds:
    """Solve for the stock at which a firm meets each criterion.

    Parameters
    ----------
    question : Question
        What is asked.
    source : DrawSource
        Draws from the prior or a posterior.
    firm : str
        Whose stock.
    stock : str, optional
        The quantity that is held at a value; by default the firm's own stock at t = 0.
    budget_factors : sequence of float
        What the firm's budget is multiplied by.
    criteria : iterable of Criterion, optional
        What must be achieved: `CRITERIA`, and the days of the published claims, by default.
    **origin
        Further fields of `Thresholds` (engine, evidence).

    Raises
    ------
    InputError
        If there is no such firm or stock, or a multiplied budget is more than a year's compute.
    """
    criteria = (*CRITERIA, *map(MedianBy, load_claims().days())) if criteria is None else tuple(criteria)
    search = StockSearch(question, source, criteria, firm, stock)
    asked = [(criterion, factor) for factor in budget_factors for criterion in criteria]
    found = tuple(search.solve(*each) for each in track(asked, len(asked), "solving for thresholds"))
    median = search.baseline.quantile(0.5)
    notes = () if median.meaningful else (few_draws(search.baseline.effective_draws, "medians"),)
    return Thresholds(
        question=question,
        firm=firm,
        stock=search.stock,
        budget=search.budget,
        unit=question.assumptions.table.quantities[search.stock].text.unit,
        thresholds=found,
        draws=source.weighting.draws,
        notes=notes,
        **origin,
    )


def stock_of(question: Question, firm: str, stock: str | None = None) -> str:
    """Name of the quantity that is a firm's stock at t = 0, or the one asked for, once checked.

    Raises
    ------
    InputError
        If there is no such firm, or none of its sources is proportional to that quantity.
    """
    race = question.assumptions.race
    if firm not in race.firms:
        raise unknown_name("firm", firm, race.firms, key="--firm")
    sources = [race.sources[name] for name in race.sources_of(firm)]
    if stock is None:
        own = [source.amount[0] for source in sources if not source.arrives]
        if not own:
            raise InputError(f"firm '{firm}' has no stock at t = 0: say which quantity", key="--stock")
        return own[0]
    amounts = [name for source in sources for name in source.amount]
    if stock not in amounts:
        raise unknown_name("stock", stock, amounts, key="--stock")
    return stock


class StockSearch:
    """Tries stocks of one firm on the same draws, remembering what each did."""

    def __init__(
        self,
        question: Question,
        source: DrawSource,
        criteria: Iterable[Criterion] = CRITERIA,
        firm: str = FIRM,
        stock: str | None = None,
    ) -> None:
        self.question, self.firm = question, firm
        self._criteria = tuple(criteria)
        self.stock = stock_of(question, firm, stock)
        self.budget = question.assumptions.race.firms[firm].budget
        held = source.weighting.draws <= MOST_HELD_DRAWS
        self._source: DrawSource = _hold(source, question.seed) if held else source
        self._scores: dict[tuple[Criterion, float, float], float] = {}

    @cached_property
    def baseline(self) -> Distribution:
        """Months until ready, nothing changed."""
        months = self._source.map(lambda values: {"ready": ready_under(self.question, values)})["ready"]
        return Distribution(months, self._source.weighting)

    @cached_property
    def typical_stock(self) -> float:
        """Median of the stock: where the search begins."""
        stocks = self._source.map(lambda values: {"stock": values[self.stock]})["stock"]
        return max(Distribution(stocks, self._source.weighting).quantile_value(0.5), 1.0)

    def trial(self, stock: float, budget_factor: float = 1.0) -> Trial:
        """Hold the stock at a value (in its unit), the budget multiplied."""

        def evaluate(values: Values) -> Values:
            budget = values[self.budget] * budget_factor
            if budget.max() > 1.0:
                raise InputError(
                    f"{budget_factor:g} times {self.budget} is more than a year's compute in some draws",
                    key="--budget-factor",
                )
            changed = values | {self.stock: np.full_like(values[self.stock], stock), self.budget: budget}
            result = outcome_of(self.question, changed)[1]
            return {"ready": result.ready, "wins": first_shares(result)[self.firm]}

        columns = self._source.map(evaluate)
        return Trial(columns["wins"], Distribution(columns["ready"], self._source.weighting), self.baseline)

    def solve(self, criterion: Criterion, budget_factor: float = 1.0) -> Threshold:
        """Find the stock at which a criterion is met."""
        from scipy.optimize import brentq

        def score(log_stock: float) -> float:
            return self._score(criterion, math.exp(log_stock), budget_factor)

        if self._score(criterion, 0.0, budget_factor) >= 0.0:
            return self._met_without_stock(criterion, budget_factor)
        low = high = math.log(self.typical_stock)
        farthest = DOUBLINGS * math.log(2.0)
        while score(high) < 0.0:
            low, high = high, high + math.log(2.0)
            if high > math.log(self.typical_stock) + farthest:
                return Threshold(criterion, budget_factor, None, None, None)
        while score(low) >= 0.0:
            low, high = low - math.log(2.0), low
            if low < math.log(self.typical_stock) - farthest:
                return self._met_without_stock(criterion, budget_factor)
        root = math.exp(brentq(score, low, high, xtol=TOLERANCE))
        while self._score(criterion, root, budget_factor) < 0.0:  # Brent's method may stop on either side
            root *= 1.0 + TOLERANCE
        step = SLOPE_STEP * root
        rise = self._score(criterion, root + step, budget_factor) - self._score(criterion, root - step, budget_factor)
        trial = self.trial(root, budget_factor)
        noise = criterion.score(trial, self.question).mcse
        stock = Estimate(root, noise * 2.0 * step / rise if rise > 0.0 else math.inf)
        return Threshold(criterion, budget_factor, stock, trial.win, trial.ready.quantile(0.5))

    def _score(self, criterion: Criterion, stock: float, budget_factor: float) -> float:
        """Score a stock; every criterion is scored at once, since other criteria's searches pass there too."""
        if (criterion, stock, budget_factor) not in self._scores:
            trial = self.trial(stock, budget_factor)
            for each in {*self._criteria, criterion}:
                value = np.nan_to_num(each.score(trial, self.question).value, nan=-NEVER, posinf=NEVER, neginf=-NEVER)
                self._scores[each, stock, budget_factor] = float(value)
        return self._scores[criterion, stock, budget_factor]

    def _met_without_stock(self, criterion: Criterion, budget_factor: float) -> Threshold:
        trial = self.trial(0.0, budget_factor)
        return Threshold(criterion, budget_factor, Estimate(0.0, 0.0), trial.win, trial.ready.quantile(0.5))


def _hold(source: DrawSource, seed: int) -> StoredDraws:
    return StoredDraws(source.map(lambda values: values), source.weighting, seed)
