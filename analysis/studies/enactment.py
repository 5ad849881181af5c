"""What the day of a lever's enactment is worth, and levers under every commitment of compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from ...model.calendar import months_later
from ...model.policies import NO_INTERVENTION, Intervention, apply_lever, apply_regime, together
from ..inference.draws import Values
from ..inference.estimates import Distribution, Estimate
from ..inference.outcomes import READY
from ..inference.posterior import Posterior
from ..inference.result import Result
from .counterfactuals import CHANGED, Counterfactual, acting_day, changed_dates, refuse_fixed_budgets

DAYS_ASKED = 13  # days of enactment, a month apart, beginning with that of the question


@dataclass(frozen=True)
class Enactment:
    """One lever, enacted on one day.

    Attributes
    ----------
    acting_from : date
        The day.
    effect : Counterfactual
        What it changes.
    """

    acting_from: date
    effect: Counterfactual


@dataclass(frozen=True)
class ByDay(Result):
    """Months that each lever buys, by the day on which it is enacted.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all rest on.
    baseline : Distribution
        Months since t = 0 without any lever.
    levers : mapping of str to tuple of Enactment
        By lever, in the order of the days.
    """

    baseline: Distribution
    levers: Mapping[str, tuple[Enactment, ...]]


@dataclass(frozen=True)
class Grid(Result):
    """Every lever under every regime.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all rest on.
    acting_from : date
        The day from which lever and regime act.
    levers, regimes : mapping of str to str
        Titles by id, in the order of their tables.
    dates : mapping of (str or None, str or None) to Distribution
        By lever and regime, months since t = 0; None stands for no lever or no regime.
    """

    acting_from: date
    levers: Mapping[str, str]
    regimes: Mapping[str, str]
    dates: Mapping[tuple[str | None, str | None], Distribution]

    def bought(self, lever: str, regime: str | None, p: float = 0.5) -> Estimate:
        """Months by which a lever delays a quantile, under a regime."""
        return Counterfactual(lever, "", (), self.dates[lever, regime], self.dates[None, regime]).shift(p)


def levers_by_day(posterior: Posterior, days: Sequence[date] | None = None) -> ByDay:
    """Pull every lever on each of some days, on the same draws.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    days : sequence of date, optional
        Days of enactment; that of the question and those a month apart after it by default.

    Raises
    ------
    InputError
        If a day lies before t = 0.
    """
    question = posterior.question
    assumptions = question.assumptions
    chosen = [acting_day(question, day) for day in days or default_days(question.as_of)]
    interventions = {
        f"{name}@{day.isoformat()}": apply_lever(lever, assumptions.race, month)
        for name, lever in assumptions.levers.items()
        for day, month in chosen
    }
    baseline, dates = _dates(posterior, interventions)
    enacted = {
        name: tuple(
            Enactment(
                day,
                Counterfactual(name, lever.title, lever.instruments, dates[f"{name}@{day.isoformat()}"], baseline),
            )
            for day, _ in chosen
        )
        for name, lever in assumptions.levers.items()
    }
    return ByDay(posterior.origin, baseline, enacted)


def default_days(first: date) -> list[date]:
    """Days of enactment that are asked: the first, and the same day of the months after it."""
    return [months_later(first, months) for months in range(DAYS_ASKED)]


def lever_grid(posterior: Posterior, *, acting_from: date | None = None) -> Grid:
    """Pull every lever under every regime, both from one day.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    acting_from : date, optional
        The day; that of the question by default.

    Raises
    ------
    InputError
        If the budget that a regime changes has been fixed, or the day lies before t = 0.
    """
    question = posterior.question
    day, month = acting_day(question, acting_from)
    refuse_fixed_budgets(question)
    assumptions = question.assumptions
    levers: dict[str | None, Intervention] = {
        None: NO_INTERVENTION,
        **{name: apply_lever(lever, assumptions.race, month) for name, lever in assumptions.levers.items()},
    }
    regimes: dict[str | None, Intervention] = {
        None: NO_INTERVENTION,
        **{name: apply_regime(regime, month) for name, regime in assumptions.regimes.items()},
    }
    keys = {f"{lever}/{regime}": (lever, regime) for lever, regime in product(levers, regimes) if lever or regime}
    interventions = {key: _both(levers[lever], regimes[regime]) for key, (lever, regime) in keys.items()}
    baseline, dates = _dates(posterior, interventions)
    return Grid(
        posterior.origin,
        day,
        {name: lever.title for name, lever in assumptions.levers.items()},
        {name: regime.text.title for name, regime in assumptions.regimes.items()},
        {(None, None): baseline, **{pair: dates[key] for key, pair in keys.items()}},
    )


def _both(lever: Intervention, regime: Intervention) -> Intervention:
    if lever == NO_INTERVENTION or regime == NO_INTERVENTION:
        return regime if lever == NO_INTERVENTION else lever
    return together(lever, regime)


def _dates(
    posterior: Posterior, interventions: Mapping[str, Intervention]
) -> tuple[Distribution, dict[str, Distribution]]:
    def evaluate(values: Values) -> Values:
        return changed_dates(posterior.question, values, interventions)

    columns, weighting = posterior.source.map(evaluate), posterior.source.weighting
    dates = {name: Distribution(columns[CHANGED + name], weighting) for name in interventions}
    return Distribution(columns[READY], weighting), dates
