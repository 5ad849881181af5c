"""How far structures disagree: their medians from the earliest to the latest, and the pool that answers for all.

Only the dates are worked out, nothing of how well each structure predicts: see `structures` for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ...priors.arguments import refuse_others
from ..inference.estimates import Distribution
from ..inference.forecast import Forecast
from ..inference.posterior import Posterior, refuse_other_than_posterior
from .other_structures import trend_structures
from .pools import linear_pool
from .structure_dates import (
    Refused,
    StructureDate,
    dates_of,
    dates_of_structures,
    left_out_of,
    pooled,
    race_date,
)

MOST_BESIDE = 100_000
"""Draws of a structure whose median stands beside a forecast: more would move it by less than a day."""


@dataclass(frozen=True)
class StructureSpread:
    """Structures' dates, side by side.

    Attributes
    ----------
    structures : tuple of StructureDate
        All of them, duplicates too.
    left_out : tuple of str
        Titles of those that do not date the question's event.
    refused : tuple of Refused
        Those without an answer, and why.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, structure_spread
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = structure_spread(prior)
    >>> round(sum(found.weights.values()), 12), len(found.by_median) == len(found.pooled)
    (1.0, True)
    """

    structures: tuple[StructureDate, ...]
    left_out: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def pooled(self) -> tuple[StructureDate, ...]:
        """Those that count in the pool: all but the duplicates."""
        return pooled(self.structures)

    @property
    def weights(self) -> Mapping[str, float]:
        """By structure, its weight in the pool: equal ones."""
        return {row.id: 1.0 / len(self.pooled) for row in self.pooled}

    @cached_property
    def pool(self) -> Distribution:
        """Mixture of the structures' densities, months since t = 0."""
        return linear_pool({row.id: row.ready for row in self.pooled}, self.weights)

    @property
    def by_median(self) -> Sequence[StructureDate]:
        """Structures that are pooled, the earliest median first."""
        return sorted(self.pooled, key=lambda row: row.ready.quantile_value(0.5))


def structure_spread(posterior: Posterior) -> StructureSpread:
    """Ask every structure for its date.

    Parameters
    ----------
    posterior : Posterior
        Of the race, or its prior; the other structures are asked on the same items.

    Raises
    ------
    InputError
        If no model of another shape dates the question's event.
    UntrustworthyError
        If the evidence contradicts all models of another shape.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, structure_spread
    >>> from catchup.model import load_assumptions
    >>> found = structure_spread(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=2_000)))
    >>> sorted(found.weights)
    ['compute-gate', 'trend-constant-lag', 'trend-growing-lag', 'trend-measured-lag']
    """
    refuse_other_than_posterior(posterior)
    rows, refused = dates_of_structures(posterior)
    return StructureSpread(rows, left_out_of(posterior.question), refused)


def spread_beside(posterior: Posterior) -> StructureSpread | None:
    """Ask the trends, which is quick, beside a forecast of the race.

    Parameters
    ----------
    posterior : Posterior
        Of the race.

    Returns
    -------
    StructureSpread or None
        The race and the trends, on at most 100,000 draws; neither the race's mobilisation, which takes as long as the
        race does, nor structures of one's own, for which all packages would be looked through. None where no item
        is counted, or no trend dates the event.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, posterior
    >>> from catchup.analysis.studies.structure_spread import spread_beside
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=20_000)
    >>> [row.id for row in spread_beside(posterior(Request(question, evidence="eci-lag"))).pooled]
    ['compute-gate', 'trend-constant-lag', 'trend-growing-lag', 'trend-measured-lag']
    """
    question = posterior.question
    trends = trend_structures(question) if posterior.items else ()
    if not trends:
        return None
    asked = replace(question, draws=min(question.draws, MOST_BESIDE))
    dates, refused = dates_of(trends, asked, posterior.items)
    return StructureSpread((race_date(posterior), *dates), refused=refused)


def pool_forecast(answer: Forecast, spread: StructureSpread) -> Forecast:
    """Put the pool's date, ``ready``, and so all that follows from it, in the place of the race's.

    Parameters
    ----------
    answer : Forecast
        The race's; what it says beside that date stays the race's, which alone knows of it.
    spread : StructureSpread
        Of the same posterior.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, forecast, pool_forecast, prior_of, structure_spread
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> spread = structure_spread(prior)
    >>> pool_forecast(forecast(prior), spread).ready is spread.pool
    True
    """
    refuse_others("answer", answer, Forecast, "a Forecast")
    refuse_others("spread", spread, StructureSpread, "a StructureSpread")
    return replace(
        answer, ready=spread.pool, of_the_race=answer.race_ready, pooled_over=tuple(row.title for row in spread.pooled)
    )
