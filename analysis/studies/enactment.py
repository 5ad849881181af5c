"""What the day of a lever's enactment is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ...model.calendar import months_later
from ...model.policies import apply_lever
from ..inference.estimates import Distribution, Estimate
from ..inference.posterior import Posterior
from ..inference.result import Result
from .counterfactuals import Counterfactual, acting_day, changed_distributions, past_by

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
    past : Estimate
        Share of the draws in which a run has ended pre-training by then.
    """

    acting_from: date
    effect: Counterfactual
    past: Estimate


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
    baseline, dates = changed_distributions(posterior, interventions)
    past = {day: past_by(posterior, month) for day, month in chosen}
    enacted = {
        name: tuple(
            Enactment(
                day,
                Counterfactual(name, lever.title, lever.instruments, dates[f"{name}@{day.isoformat()}"], baseline),
                past[day],
            )
            for day, _ in chosen
        )
        for name, lever in assumptions.levers.items()
    }
    return ByDay(posterior.origin, baseline, enacted)


def default_days(first: date) -> list[date]:
    """Days of enactment that are asked: the first, and the same day of the months after it."""
    return [months_later(first, months) for months in range(DAYS_ASKED)]
