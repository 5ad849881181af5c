"""The search for the stock at which a firm meets a criterion, on the same draws throughout.

Each is the root of an estimate in the stock. All stocks are tried on the same draws, so that the estimate
moves smoothly with the stock and the root is found by Brent's method; the root's Monte Carlo error is the
estimate's divided by its slope there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ....model.race import Race
from ....priors.errors import InputError, unknown_name
from ...inference.column_names import those_under, under
from ...inference.draws import DrawSource, Evaluate, StoredDraws, Values
from ...inference.estimates import Array, Distribution, Estimate
from ...inference.outcomes import shares_of_first
from ...inference.posterior import Posterior
from ..scenario_world import change_in, columns_of_change, world_of
from .criteria import CRITERIA, Criterion, Trial

ARCHETYPE = "startup"  # whose first firm in the race is asked about by default
MOST_HELD_DRAWS = 1_000_000  # draws kept in memory between trials; more are made anew at each
TOLERANCE = 3e-4  # of the stock: a tenth of its usual MCSE
SLOPE_STEP = 0.02  # of the stock
NEVER = 1e9  # stands for an infinite score, which the search could not use
DOUBLINGS = 24  # either way from the starting stock
UNCHANGED, RIVAL = "nothing held:", "ready:"  # beside quantities, whose names hold no colon


class StockSearch:
    """Tries stocks of one firm on the same draws, remembering what each did.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    criteria : iterable of Criterion
        What will be asked of stocks.
    firm : str, optional
        Whose stock: the first that the scenario brings in by default, or else the start-up's where it races.
    stock : str, optional
        The quantity that is held at a value; see `stock_of`.
    scenario : str, optional
        The scenario under which stocks are tried; none by default.

    Raises
    ------
    InputError
        If there is no such scenario, firm or stock.
    """

    def __init__(
        self,
        posterior: Posterior,
        criteria: Iterable[Criterion] = CRITERIA,
        firm: str | None = None,
        stock: str | None = None,
        scenario: str | None = None,
    ) -> None:
        question, source = posterior.question, posterior.source
        self.question = question
        self._world = world_of(question, scenario)
        self._criteria = tuple(criteria)
        assumptions = self._world.assumptions
        race = self.race = assumptions.race
        newcomers = self._world.newcomers
        self.firm = race.firm_named(firm or (newcomers[0] if newcomers else ARCHETYPE), key="--firm")
        self.stock = stock_of(race, self.firm, stock)
        self._budgets = race.firms[self.firm].budgets
        self.budget = self._budgets[0]
        self.unit = assumptions.table.quantities[self.stock].text.unit
        self._moving = replace(assumptions, race=race.among(race.firms_on({self.stock, *self._budgets})))
        if self._world.own_beliefs:
            source = source.extended(self._world.own_beliefs)
        self._held = source.weighting.draws <= MOST_HELD_DRAWS
        self._source: DrawSource = source
        if self._held:
            self._source = StoredDraws(source.map(self._prepare), source.weighting, question.seed).lightened()
        self._scores: dict[tuple[Criterion, float, float], float] = {}

    @cached_property
    def baseline(self) -> Distribution:
        """Months until ready, nothing held."""
        return self._distribution_of(UNCHANGED)

    @cached_property
    def typical_stock(self) -> float:
        """Median of the stock: where the search begins."""
        return max(self._distribution_of(self.stock).quantile_value(0.5), 1.0)

    def trial(self, stock: float, budget_factor: float = 1.0) -> Trial:
        """Hold the stock at a value (in its unit), the budget multiplied."""

        def evaluate(values: Values) -> Values:
            budgets = {name: values[name] * budget_factor for name in self._budgets}
            for name, budget in budgets.items():
                if budget.max() > 1.0:
                    raise InputError(
                        f"{budget_factor:g} times {name} is more than a year's compute in some draws",
                        key="budget_factors",
                    )
            held = {self.stock: np.full_like(values[self.stock], stock), **budgets}
            change = change_in(values, self.question)
            result = self._world.run({**values, **held}, change, self._moving)
            dates = {firm: contender.ready for firm, contender in result.contenders.items()}
            dates |= those_under(RIVAL, values)
            ready = np.minimum.reduce(list(dates.values()))
            return {"ready": ready, "own": dates[self.firm], "wins": shares_of_first(dates)[self.firm]}

        columns, weighting = self._map(evaluate), self._source.weighting
        ready, own = (Distribution(columns[name], weighting) for name in ("ready", "own"))
        return Trial(columns["wins"], ready, self.baseline, own)

    def solve(self, criterion: Criterion, budget_factor: float = 1.0) -> Threshold:
        """Find the stock at which a criterion is met."""
        from scipy.optimize import brentq

        def score(log_stock: float) -> float:
            return self._score(criterion, math.exp(log_stock), budget_factor)

        if self._score(criterion, 0.0, budget_factor) >= 0.0:
            return self._met_without_stock(criterion, budget_factor)
        low = high = math.log(self.typical_stock)
        farthest = DOUBLINGS * math.log(2.0)
        if score(high + farthest) < 0.0:
            return Threshold(criterion, budget_factor, None, None, None, None)
        while score(high) < 0.0:
            low, high = high, high + math.log(2.0)
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
        return _at(trial, criterion, budget_factor, stock)

    def _distribution_of(self, column: str) -> Distribution:
        """Distribution of a column that `_prepare` makes."""
        drawn = self._map(lambda values: {column: values[column]})[column]
        return Distribution(drawn, self._source.weighting)

    def _map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate what `_prepare` makes of all draws."""
        return self._source.map(evaluate if self._held else lambda drawn: evaluate(self._prepare(drawn)))

    def _prepare(self, drawn: Values) -> Values:
        """Work out once what no trial changes: the rivals' dates, and those quantities that move the others'."""
        values, before = self._world.values(drawn), self._world.before(drawn)
        result = self._world.run(values, before)
        moving = self._moving.race.firms
        return {
            **{name: values[name] for name in self._moving.needed([self.question.event])},
            **({} if before is None else columns_of_change(before, moving)),
            **under(RIVAL, {firm: run.ready for firm, run in result.contenders.items() if firm not in moving}),
            UNCHANGED: result.ready,
        }

    def _score(self, criterion: Criterion, stock: float, budget_factor: float) -> float:
        """Score a stock; every criterion is scored at once, since other criteria's searches pass there too."""
        if (criterion, stock, budget_factor) not in self._scores:
            trial = self.trial(stock, budget_factor)
            for each in {*self._criteria, criterion}:
                value = np.nan_to_num(each.score(trial, self.question).value, nan=-NEVER, posinf=NEVER, neginf=-NEVER)
                self._scores[each, stock, budget_factor] = float(value)
        return self._scores[criterion, stock, budget_factor]

    def _met_without_stock(self, criterion: Criterion, budget_factor: float) -> Threshold:
        return _at(self.trial(0.0, budget_factor), criterion, budget_factor, Estimate(0.0, 0.0))


def _at(trial: Trial, criterion: Criterion, budget_factor: float, stock: Estimate) -> Threshold:
    return Threshold(criterion, budget_factor, stock, trial.win, trial.ready.quantile(0.5), trial.own.quantile(0.5))


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
        In its unit. Zero where even no stock achieves it; None where no stock does.
    win, ready, own : Estimate or None
        At that stock: the firm's probability of being first, and the median dates, in months, of whoever is
        first and of the firm itself.
    """

    criterion: Criterion
    budget_factor: float
    stock: Estimate | None
    win: Estimate | None
    ready: Estimate | None
    own: Estimate | None


def stock_of(race: Race, firm: str, stock: str | None = None) -> str:
    """Name of the quantity that is a firm's stock, or the one asked for, once checked.

    A firm's stock is the one that it has at t = 0; where it has none yet, the first that arrives.

    Raises
    ------
    InputError
        If there is no such firm, or none of its sources is proportional to that quantity.
    """
    if firm not in race.firms:
        raise unknown_name("firm", firm, race.firms, key="--firm")
    sources = [race.sources[name] for name in race.sources_of(firm)]
    if stock is None:
        return min(sources, key=lambda source: source.arrives).amount[0]
    amounts = [name for source in sources for name in source.amount]
    if stock not in amounts:
        raise unknown_name("stock", stock, amounts, key="--stock")
    return stock
