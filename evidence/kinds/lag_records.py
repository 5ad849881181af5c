r"""`lag_records`: how long past records of an index lasted until a Chinese model met them.

The coordinate is the logarithm of months from a record's release to that of the model that meets it. The curve over it
is the likelihood of all past records, those that nobody has met among them, given the next one's lag: see
`catchup.evidence.lag_records`. What the model says of that lag is

.. math:: \log_w\bigl(L(d) + r_C - r_A\bigr) - o - u :

L is the gap as in ``capability_lag``, on the mean day d on which past records were met; an American record is
released :math:`r_A` months after it is ready, a Chinese model :math:`r_C` months after; o is the optimism of
benchmarks, u the error of the organisation that makes the index. Records tell a lag below a quarter of a month from
that no better, nor one above 95 months: what the model says beyond counts as that. In the article's race no such
months are known, and it reads no records.
"""

from __future__ import annotations

import datetime
import math
from functools import lru_cache
from statistics import median
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AfterValidator, Field, ValidationError, model_validator

from ...model.assumptions import DEFAULT_EVENT, Assumptions
from ...model.calendar import Calendar
from ...model.equations import gap_on_day, smooth_positive_part
from ...priors.errors import InputError
from ...priors.strict import StrictModel, misfit
from ..efficiency.curve import LikelihoodCurve
from ..lag_records import LONGEST, SHORTEST, LagBelief, LagRecord, lag_curve, next_lag
from ..lag_records import lag_records as records_of
from ..tables.episodes import lag_episodes
from ..tables.records import shipped_records
from .capability_lag import ORGANISATION_ERROR, gap_quantities
from .curve import CurveKind, CurveText, top
from .kind import Clock, Figures, ModelState, Name, calculable, log_of

RELEASE_DELAYS = ("american_release_delay", "chinese_release_delay")
SCOPE = "general"


def in_months(months: float) -> float:
    """Refuse a lag that no curve over lags reaches, as days taken for months are."""
    if not SHORTEST <= months <= LONGEST:
        raise ValueError(f"should lie between {SHORTEST:g} and {LONGEST:g}, in months, not {months:g}")
    return months


Months = Annotated[float, AfterValidator(in_months)]
Sigma = Annotated[float, Field(ge=0.05, le=3.0)]
"""A standard deviation of the natural logarithm: from a twentieth to a factor of twenty."""


@lru_cache(maxsize=64)
def _mean_day(observed: Observed, calendar: Calendar) -> float:
    """Mean day on which records were met, months since t = 0."""
    days = [record.follower_day for record in observed.taken(calendar) if record.follower_day is not None]
    return float(np.mean(days))


@lru_cache(maxsize=64)
def _taken(observed: Observed, calendar: Calendar) -> tuple[LagRecord, ...]:
    """Episodes, for the likelihood: each of an item's figures asks for them."""
    if observed.records is None:
        return tuple(
            LagRecord(
                episode.months,
                episode.error,
                episode.follower,
                None if episode.follower_date is None else calendar.months(episode.follower_date),
            )
            for episode in observed.episodes
        )
    table = shipped_records(observed.records)
    assert table.vintage is not None
    episodes = lag_episodes(table, table.vintage)
    return records_of(table, episodes, calendar)


def held(xp: Any, log_months: Any) -> Any:
    """A lag's logarithm, between those beyond which records tell lags no better apart."""
    return xp.clip(log_months, math.log(SHORTEST), math.log(LONGEST))


def _text_of(curve: LikelihoodCurve) -> CurveText:
    return CurveText(start=curve.start, step=curve.step, heights=tuple(map(float, curve.values)))


class EpisodeText(StrictModel):
    """A record: its model, the months until it was met or so far, who met it and when, and the error of the scores.

    The error is a standard deviation of the logarithm of the months.
    """

    reference: Name
    months: Months
    error: Annotated[float, Field(ge=0), AfterValidator(calculable)] = 0.0
    follower: Name | None = None
    follower_date: datetime.date | None = None

    @model_validator(mode="after")
    def _met_by_somebody(self) -> EpisodeText:
        if (self.follower is None) != (self.follower_date is None):
            raise misfit("follower_date", "follower and follower_date belong together: a record is met by a model")
        return self


class Observed(StrictModel):
    """Records that the project ships, by their table, or episodes."""

    records: Name | None = None
    episodes: Annotated[tuple[EpisodeText, ...], Field(strict=False)] = ()
    organisation: Name | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Observed:
        if (self.records is None) != bool(self.episodes):
            raise misfit("records", "either the name of a table of records or episodes were expected")
        if self.episodes and all(episode.follower is None for episode in self.episodes):
            raise misfit("episodes", "none has been met; at least one that has was expected")
        if self.records is not None:
            shipped_records(self.records)
        return self

    @property
    def scope(self) -> str:
        """What the index measures."""
        return SCOPE

    def taken(self, calendar: Calendar) -> tuple[LagRecord, ...]:
        """Its episodes, for the likelihood."""
        return _taken(self, calendar)


class Likelihood(StrictModel):
    """What was believed of lags before any was measured: medians, and standard deviations of the logarithm."""

    typical_months: Months
    typical_sigma: Sigma
    spread: Sigma
    spread_sigma: Sigma

    @property
    def belief(self) -> LagBelief:
        """The same, for the likelihood."""
        return LagBelief(self.typical_months, self.typical_sigma, self.spread, self.spread_sigma)


class LagRecords(CurveKind[Observed, Likelihood]):
    """Lags of past records."""

    name: ClassVar[str] = "lag_records"
    unit: ClassVar[str] = "log months"
    subject: ClassVar[str] = "Lags of the frontier's records"
    measures_lag: ClassVar[bool] = True
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        lead, growth = gap_quantities(SCOPE)[:2]
        return (f"benchmark_optimism_{SCOPE}", lead, growth, *RELEASE_DELAYS, ORGANISATION_ERROR)

    def event(self, observed: Observed) -> str | None:
        return DEFAULT_EVENT

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        try:
            self.curve(observed, likelihood, assumptions.calendar)
        except InputError as error:
            return error.key or "observed", error.problem
        return None

    def unread(self, observed: Observed, assumptions: Assumptions) -> str | None:
        certain = all(assumptions.beliefs[name].certain for name in RELEASE_DELAYS)
        return "the model says nothing of when models are released" if certain else None

    def published_by(self, observed: Observed, known_since: datetime.date, publisher: str) -> Observed:
        return observed.model_copy(update={"organisation": observed.organisation or publisher})

    def curve(self, observed: Observed, likelihood: Likelihood, calendar: Calendar) -> CurveText:
        records, belief = observed.taken(calendar), likelihood.belief
        try:
            _text_of(next_lag(records, belief))
        except ValidationError:
            key = "likelihood" if observed.records else "observed.episodes"
            problem = f"no lag of up to {LONGEST:g} months would be likeliest; lags in months were expected"
            raise InputError(problem, key=key) from None
        return _text_of(lag_curve(records, belief))

    def estimate(self, observed: Observed, calendar: Calendar) -> float:
        """Median lag of those that were met: where an item stands; its curve says what it weighs."""
        # NumPy's median loads its masked arrays, a hundredth of a forecast
        return median(math.log(record.months) for record in observed.taken(calendar) if record.follower)

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"date": _mean_day(observed, clock.calendar), **super().figures(observed, likelihood, clock)}

    def explanation(self, value: float, figures: Figures) -> float:
        return float(top(figures) + value - figures["centre"])

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        quantity = state.quantity
        lead, growth = (quantity[name] for name in gap_quantities(SCOPE)[:2])
        american, chinese = (quantity[name] for name in RELEASE_DELAYS)
        gap = gap_on_day(state.ready[DEFAULT_EVENT], lead, growth, figures["date"]) + chinese - american
        shown = smooth_positive_part(xp, gap, state.assumptions.table.number("lag_smoothing"))
        return log_of(xp, shown) - quantity[f"benchmark_optimism_{SCOPE}"] - quantity[ORGANISATION_ERROR]

    # here and not in `predict`, where an organisation's error would no longer add the same to every draw's prediction
    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        return super().log_density(xp, value, held(xp, prediction), figures)

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        return super().simulate(xp, normal, uniform, held(xp, prediction), figures)
