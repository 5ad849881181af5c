"""National capacity: a data set's figures carried through 2027, beside what the race's own figures imply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ....model.calendar import months_later
from ....model.capacity import (
    COVERAGE,
    INSIDE,
    REMOTE,
    implied_coverage,
    known_performance,
    load_capacity_scenarios,
    national_pools,
    project,
    years_of_growth,
)
from ...inference.draws import Values
from ...inference.estimates import Distribution
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.question import Question
from ...inference.result import Result

HORIZON = date(2027, 12, 31)


@dataclass(frozen=True)
class KnownPart:
    """What the data set knows of a nation.

    Attributes
    ----------
    performance : float
        FLOP/s.
    share : float
        Share of the data set's performance.
    h100e : float
        The same performance in H100e.
    """

    performance: float
    share: float
    h100e: float

    @property
    def whole(self) -> float:
        """Performance of the whole data set that this nation's part and share imply, FLOP/s."""
        return self.performance / self.share


@dataclass(frozen=True)
class EssayArithmetic:
    """The essay's projection, worked out again.

    Attributes
    ----------
    growth : float
        Per year.
    published : float
        What the essay gives for 2027, FLOP/s.
    after_one_year, after_two_years : float
        What its growth makes of the figure for 2025, FLOP/s.
    years_published : float
        Years of that growth that the published figure amounts to.
    """

    growth: float
    published: float
    after_one_year: float
    after_two_years: float
    years_published: float


@dataclass(frozen=True)
class CapacityOn:
    """Chinese capacity on a day.

    Attributes
    ----------
    day : date
        The day.
    known : dict of str to Distribution
        By growth scenario, what the data set would know of, FLOP/s.
    whole : dict of str to Distribution
        By growth scenario, what there would be, H100e.
    inside, with_remote : Distribution or None
        What the race's figures imply, inside China and with remote access, H100e; None before t = 0.
    """

    day: date
    known: dict[str, Distribution]
    whole: dict[str, Distribution]
    inside: Distribution | None
    with_remote: Distribution | None


@dataclass(frozen=True)
class Capacity(Result):
    """National capacity in both accounts.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    titles : dict of str to str
        Growth scenarios.
    days : tuple of CapacityOn
        From the day of the data set's figures through 2027.
    nations : dict of str to KnownPart
        What the data set knows of.
    essay : EssayArithmetic
        The essay's projection.
    coverage : Distribution
        Share of Chinese compute that the data set is believed to know of.
    coverage_implied : Distribution
        The share that its figure would be of what the race has inside China at t = 0.
    coverage_at_most : float
        The share that it would be of the dies obtained through a proxy alone.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, capacity, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = capacity(prior)
    >>> found.days[-1].day.year
    2027
    """

    titles: dict[str, str]
    days: tuple[CapacityOn, ...]
    nations: dict[str, KnownPart]
    essay: EssayArithmetic
    coverage: Distribution
    coverage_implied: Distribution
    coverage_at_most: float


def capacity(posterior: Posterior) -> Capacity:
    """Carry China's capacity through 2027, in the data set's account and in the race's.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, capacity, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = capacity(prior)
    >>> sorted(found.nations)
    ['china', 'us']
    """
    refuse_other_than_posterior(posterior)
    question, source = posterior.question, posterior.source
    assumptions = question.assumptions
    table, number = assumptions.table, assumptions.table.number
    scenarios = load_capacity_scenarios(assumptions)
    known_day = table.day("capacity_day")
    days = sorted({known_day, *(months_later(known_day, months) for months in (12, 24)), table.day("origin"), HORIZON})
    names = [COVERAGE, *(scenario.growth for scenario in scenarios.values()), *assumptions.race.buyers]

    def evaluate(values: Values) -> Values:
        pools = national_pools(np, assumptions, values)
        columns = {COVERAGE: values[COVERAGE]}
        for day in days:
            for name, scenario in scenarios.items():
                projected = project(assumptions, values[scenario.growth], values[COVERAGE], day)
                columns[f"{day} known {name}"], columns[f"{day} whole {name}"] = projected.known, projected.whole
            months = assumptions.calendar.months(day)
            if months >= 0.0:
                at = {place: pool.at(np, months) for place, pool in pools.items()}
                columns[f"{day} inside"] = at[INSIDE]
                columns[f"{day} with remote"] = at[INSIDE] + at.get(REMOTE, 0.0)
        stock = columns[f"{table.day('origin')} inside"]
        columns["implied"] = implied_coverage(number("china_known_performance"), stock, number("h100_peak"))
        return columns

    columns = source.extended(assumptions.beliefs_of(names)).map(evaluate)
    drawn = {name: Distribution(values, source.weighting) for name, values in columns.items()}
    rows = tuple(
        CapacityOn(
            day,
            {name: drawn[f"{day} known {name}"] for name in scenarios},
            {name: drawn[f"{day} whole {name}"] for name in scenarios},
            drawn.get(f"{day} inside"),
            drawn.get(f"{day} with remote"),
        )
        for day in days
    )
    peak = number("h100_peak")
    nations = {
        nation: KnownPart(
            performance := number(f"{nation}_known_performance"), number(f"{nation}_known_share"), performance / peak
        )
        for nation in ("us", "china")
    }
    return Capacity(
        posterior.origin,
        {name: scenario.title for name, scenario in scenarios.items()},
        rows,
        nations,
        essay_arithmetic(question),
        drawn[COVERAGE],
        drawn["implied"],
        float(implied_coverage(number("china_known_performance"), number("proxy_dies_h100e"), peak)),
    )


def essay_arithmetic(question: Question) -> EssayArithmetic:
    """Work out the essay's projection at the median of the growth it assumes."""
    assumptions, number = question.assumptions, question.assumptions.table.number
    start, published = number("china_known_performance"), number("essay_projection")
    growth = float(assumptions.quantiles("capacity_growth_lax_cloud", 0.5))
    return EssayArithmetic(
        growth,
        published,
        known_performance(start, growth, 1.0),
        known_performance(start, growth, 2.0),
        float(years_of_growth(start, published, growth)),
    )
