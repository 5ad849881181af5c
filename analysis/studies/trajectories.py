"""The race through time: the requirement, every firm's budget and pool, as bands of quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...model import equations
from ...model.obstacle_effects import budgets_in_force
from ...model.pools import Pool
from ..inference.draws import PriorDraws, Values
from ..inference.estimates import Array
from ..inference.outcomes import outcome_of
from ..inference.posterior import Posterior
from ..inference.probabilities import QUANTILES
from ..inference.question import Question
from ..inference.result import Result

DRAWS = 20_000  # bands are read by eye: more draws would not be seen
POINTS = 121
MONTHS = (12.0, 120.0)  # shortest and longest span shown
BEYOND = 1.2  # span shown, as a multiple of the late end of the dates


@dataclass(frozen=True)
class Trajectories(Result):
    """What the race looks like through time.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that the bands rest on.
    months : array, shape (time,)
        Months since t = 0.
    requirement : array, shape (level, time)
        Compute that still buys the event, FLOP; levels as in `QUANTILES`.
    budgets : dict of str to array, shape (level, time)
        By firm, the compute it would commit to one run, FLOP.
    pools : dict of str to array, shape (level, time)
        By firm, its compute, H100e.
    pools_as_of : dict of str to array, shape (draw,)
        The same on the day of the question.
    launches : dict of str to array, shape (level,)
        By firm, when its run launches, months since t = 0; infinite where it never does.
    first_launch : array, shape (level,)
        When the first of them launches.
    first_firm : str
        The firm most often first to launch.
    """

    months: Array
    requirement: Array
    budgets: Mapping[str, Array]
    pools: Mapping[str, Array]
    pools_as_of: Mapping[str, Array]
    launches: Mapping[str, Array]
    first_launch: Array
    first_firm: str


def race_trajectories(posterior: Posterior) -> Trajectories:
    """Follow requirement, budgets and pools through time.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    """
    question = posterior.question
    values = representative(posterior, DRAWS)
    world, result = outcome_of(question, values)
    launch = np.stack([contender.launch for contender in result.contenders.values()])
    firms = list(result.contenders)
    shares = budgets_in_force(np, question.assumptions, question.event, values)
    months = np.linspace(0.0, _span(question, result.ready), POINTS)
    requirement = np.empty((len(QUANTILES), POINTS))
    pools = {firm: np.empty((len(QUANTILES), POINTS)) for firm in firms}
    budgets = {firm: np.empty((len(QUANTILES), POINTS)) for firm in firms}
    for column, t in enumerate(months):
        required = equations.requirement(np, result.target_flop, world.law.log_progress(np, t))
        requirement[:, column] = np.quantile(required, QUANTILES)
        for firm in firms:
            stock = _at(world.pools[firm], t, required.size)
            pools[firm][:, column] = np.quantile(stock, QUANTILES)
            spent = equations.largest_run(shares[firm], stock, world.flop_month[firm])
            budgets[firm][:, column] = np.quantile(spent, QUANTILES)
    return Trajectories(
        replace(posterior.origin, draws=result.ready.size),
        months=months,
        requirement=requirement,
        budgets=budgets,
        pools=pools,
        pools_as_of={firm: _at(world.pools[firm], question.as_of_months, result.ready.size) for firm in firms},
        launches={firm: _date_quantiles(dates) for firm, dates in zip(firms, launch, strict=True)},
        first_launch=_date_quantiles(launch.min(axis=0)),
        first_firm=firms[int(np.bincount(launch.argmin(axis=0), minlength=len(firms)).argmax())],
    )


def representative(posterior: Posterior, most: int) -> Values:
    """Take at most so many draws, all of equal weight, that stand for all of a source's.

    The prior's first draws do; of a posterior's, each is taken as often as its weight says (systematic
    resampling), which for draws of equal weight is to take them evenly spaced.

    Returns
    -------
    dict of str to array, shape (draw,)
        Quantity name to values.
    """
    question, source = posterior.question, posterior.source
    if not posterior.conditioned:
        few = replace(question, draws=min(question.draws, most), quasi_random=False)
        return PriorDraws(few).map(lambda values: values)
    values = source.map(lambda values: values)
    weighting = source.weighting
    count = min(weighting.draws, most)
    cumulative = np.cumsum(weighting.shares)
    positions = (np.arange(count) + 0.5) / count * cumulative[-1]
    taken = np.minimum(np.searchsorted(cumulative, positions), weighting.draws - 1)
    return {name: column[taken] for name, column in values.items()}


def _span(question: Question, ready: Array) -> float:
    """Months to show: past the late end of the dates and past the day of the question."""
    late = _date_quantiles(ready)
    end = max([float(q) for q in late if math.isfinite(q)], default=MONTHS[0])
    return min(max(math.ceil(BEYOND * end), question.as_of_months + 1.0, MONTHS[0]), MONTHS[1])


def _date_quantiles(dates: Array) -> Array:
    """Quantiles of dates of which some may never come."""
    return np.asarray(np.quantile(dates, QUANTILES, method="inverted_cdf"))


def _at(pool: Pool, t: float, draws: int) -> Array:
    stock: Array = np.broadcast_to(pool.at(np, t), (draws,))
    return stock
