"""What stands in the way besides compute: how likely each obstacle is to bind, and what it adds to the date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from ...model.obstacles import quantities_of
from ..inference.differences import error_of_difference, paired_differences
from ..inference.draws import DrawSource, PriorDraws, Values
from ..inference.estimates import Array, Distribution, Estimate, Weighting
from ..inference.forecast import not_by
from ..inference.importance import ReweightedPrior
from ..inference.outcomes import READY, ready_column, ready_under
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.question import Question
from ..inference.result import Result

BINDING = 0.5  # months; by more than this the date would be earlier without an obstacle that binds
ALONE = "on compute alone"
WITHOUT = "without:"  # begins the columns of dates without an obstacle


@dataclass(frozen=True)
class Held:
    """How much an obstacle, or all of them, holds the date up, as draws stand for a distribution.

    Attributes
    ----------
    adds : Distribution
        Months by which the date would be earlier without it.
    """

    adds: Distribution

    @property
    def binding(self) -> Array:
        """Whether it binds, in each draw; shape (draw,)."""
        return (self.adds.values > BINDING).astype(float)

    @property
    def binds(self) -> Estimate:
        """Probability that it binds: that the date would be earlier by more than `BINDING` without it."""
        return self.adds.weighting.estimate(self.binding)


@dataclass(frozen=True)
class ObstacleResult:
    """One obstacle, or all of them together.

    Attributes
    ----------
    id, title : str
        What it is.
    held : Held
        How much it holds the date up.
    before : Held
        The same before any evidence.
    without : Distribution
        The date without it, months since t = 0.
    on_common_draws : bool
        Whether `before` rests on the draws of `held`, weighted otherwise.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, obstacles, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> together = obstacles(prior).together
    >>> 0.0 < together.held.binds.value < 1.0
    True
    """

    id: str
    title: str
    held: Held
    before: Held
    without: Distribution
    on_common_draws: bool

    @property
    def binds_moved(self) -> Estimate:
        """How far evidence has moved the probability that it binds."""
        return self._moved(self.held.binds, self.before.binds, self.held.binding, self.before.binding)

    @property
    def mean_moved(self) -> Estimate:
        """How far evidence has moved the mean of what it adds, months."""
        after, before = self.held.adds, self.before.adds
        return self._moved(after.mean, before.mean, after.values, before.values)

    def _moved(self, after: Estimate, before: Estimate, values_after: Array, values_before: Array) -> Estimate:
        """Difference of two means; weightings of the same draws share their errors."""
        error = float(np.hypot(after.mcse, before.mcse))
        if self.on_common_draws:
            one, other = self.held.adds.weighting, self.before.adds.weighting
            of_each = one.contributions(values_after), other.contributions(values_before)
            error = error_of_difference(one, other, *of_each)
        return Estimate(after.value - before.value, error)


@dataclass(frozen=True)
class Obstacles(Result):
    """What stands in the way besides compute.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all rest on.
    ready, compute_alone : Distribution
        The date with all that stands in the way, and with none of it, months since t = 0.
    obstacles : tuple of ObstacleResult
        Those that touch the question's event, in the order of their table; empty where the model holds none.
    together : ObstacleResult
        All of them.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, obstacles, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = obstacles(prior)
    >>> found.ready.quantile_value(0.5) >= found.compute_alone.quantile_value(0.5)
    True
    """

    ready: Distribution
    compute_alone: Distribution
    obstacles: tuple[ObstacleResult, ...]
    together: ObstacleResult

    @property
    def not_by(self) -> list[tuple[date, Estimate]]:
        """First days of coming years, with the probability of not being ready by then."""
        return list(not_by(self.ready, self.question))

    @property
    def not_by_on_compute_alone(self) -> list[tuple[date, Estimate]]:
        """The same if nothing but compute stood in the way."""
        return list(not_by(self.compute_alone, self.question))


def obstacles(posterior: Posterior) -> Obstacles:
    """Take each obstacle away, and all of them, on the same draws.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.

    Returns
    -------
    Obstacles
        With what evidence has done to each.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, obstacles, prior_of
    >>> from catchup.model import load_assumptions
    >>> found = obstacles(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=2_000)))
    >>> [each.id for each in found.obstacles][:2]
    ['no-interest', 'no-capability']
    """
    refuse_other_than_posterior(posterior)
    question = posterior.question
    columns, weighting = _columns(question, posterior.source), posterior.source.weighting
    before, weighting_before = _before(posterior, columns)

    def result(id_: str, title: str, without: str) -> ObstacleResult:
        held, earlier = _added(columns, without, weighting), _added(before, without, weighting_before)
        date_without = Distribution(columns[without], weighting)
        return ObstacleResult(id_, title, held, earlier, date_without, on_common_draws=before is columns)

    table = _touching(question)
    return Obstacles(
        posterior.origin,
        ready=Distribution(columns[READY], weighting),
        compute_alone=Distribution(columns[ALONE], weighting),
        obstacles=tuple(result(name, title, WITHOUT + name) for name, title in table.items()),
        together=result("together", "All of them", ALONE),
    )


def _touching(question: Question) -> dict[str, str]:
    """Titles of the obstacles on anybody's way to the question's event, by id."""
    assumptions = question.assumptions
    return {
        name: obstacle.title
        for name, obstacle in assumptions.obstacles.items()
        if quantities_of({name: obstacle}, [question.event], assumptions.race.firms)
    }


def _columns(question: Question, source: DrawSource) -> Values:
    """Dates with all obstacles, without each and without any."""
    alone = question.without_obstacles()
    others = {WITHOUT + name: question.without_obstacles([name]) for name in _touching(question)}

    def evaluate(values: Values) -> Values:
        without = {name: ready_under(other, values) for name, other in {**others, ALONE: alone}.items()}
        return ready_column(question, values) | without

    return source.map(evaluate)


def _before(posterior: Posterior, columns: Values) -> tuple[Values, Weighting]:
    """Columns of draws that stand for the prior, and how: a posterior's own where they are a prior's, reweighted."""
    if not posterior.conditioned:
        return columns, posterior.source.weighting
    if isinstance(posterior.source, ReweightedPrior):
        return columns, posterior.source.prior.weighting
    prior = PriorDraws(posterior.question)
    return _columns(posterior.question, prior), prior.weighting


def _added(columns: Mapping[str, Array], without: str, weighting: Weighting) -> Held:
    ready, other = (Distribution(columns[name], weighting) for name in (READY, without))
    return Held(Distribution(paired_differences(ready, other), weighting))
