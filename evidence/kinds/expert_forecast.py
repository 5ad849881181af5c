r"""`expert_forecast`: somebody's forecast of an event, as quantiles or a probability by a day; compared, never counted.

.. math:: m \sim N(T, s)

T is the month at which the event is ready, m the forecast's median and s its spread, as if the forecast were a normal
distribution: of two quantiles or more, m and s are those of the straight line through the outermost of them over their
normal scores; of a probability p by day d, :math:`m = d - s\,\Phi^{-1}(p)` with the spread that the item states. A
forecast is an opinion about what the model is about, and rests on much that is counted already: it can be a check, or
set a prior.
"""

from __future__ import annotations

import datetime
from statistics import NormalDist
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from ...model.assumptions import DEFAULT_EVENT, Assumptions
from ...priors.strict import StrictModel
from .estimate import Share
from .kind import Clock, Figures, ModelState, Name, Positive
from .normal import NormalKind

SCORE = NormalDist().inv_cdf


class Observed(StrictModel):
    """Which event, and either days by their probabilities, or a probability, its day and the spread in months."""

    event: Name = DEFAULT_EVENT
    quantiles: dict[str, datetime.date] = Field(default_factory=dict)
    probability: Annotated[Share, Field(lt=1)] | None = None
    by: datetime.date | None = None
    spread_months: Annotated[Positive | None, Field(validate_default=True)] = None

    @field_validator("quantiles")
    @classmethod
    def _ascending(cls, quantiles: dict[str, datetime.date]) -> dict[str, datetime.date]:
        if len(quantiles) == 1:
            raise ValueError("two quantiles or more were expected; a single one is a probability by a day")
        ordered = _ordered(quantiles)
        days, shares = [day for _, day in ordered], [share for share, _ in ordered]
        if len(set(shares)) < len(shares):
            raise ValueError(f"a probability is said twice: {', '.join(quantiles)}")
        if days != sorted(set(days)):
            raise ValueError("days were expected to rise with their probabilities")
        return quantiles

    @field_validator("spread_months")
    @classmethod
    def _one_form(cls, spread: float | None, info: ValidationInfo) -> float | None:
        if not {"quantiles", "probability", "by"} <= info.data.keys():
            return spread  # one of them is at fault by itself
        single = [info.data["probability"], info.data["by"], spread]
        if info.data["quantiles"] and any(each is not None for each in single):
            raise ValueError("quantiles say it all: no probability, by or spread_months was expected beside them")
        if not info.data["quantiles"] and any(each is None for each in single):
            raise ValueError("quantiles were expected, or all of probability, by and spread_months")
        return spread


class Likelihood(StrictModel):
    """Nothing: a forecast states its own spread."""


class ExpertForecast(NormalKind[Observed, Likelihood]):
    """Somebody's forecast."""

    name: ClassVar[str] = "expert_forecast"
    unit: ClassVar[str] = "months since t = 0"
    subject: ClassVar[str] = "Other people's forecasts"
    observed = Observed
    likelihood = Likelihood
    countable: ClassVar[bool] = False

    def event(self, observed: Observed) -> str | None:
        return observed.event

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        origin = assumptions.calendar.origin
        days = {"observed.by": observed.by} | {
            f"observed.quantiles.{key}": day for key, day in observed.quantiles.items()
        }
        early = [(key, day) for key, day in days.items() if day is not None and day < origin]
        return (early[0][0], f"a day from {origin} (t = 0) on was expected, not {early[0][1]}") if early else None

    def observation(self, observed: Observed, clock: Clock) -> float:
        return _normal(observed, clock)[0]

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"sd": _normal(observed, clock)[1]}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return state.ready[observed.event]


def _normal(observed: Observed, clock: Clock) -> tuple[float, float]:
    """Median and spread of a forecast, months since t = 0 and months."""
    if observed.probability is not None and observed.spread_months is not None:
        spread = observed.spread_months
        return clock.months(observed.by) - spread * SCORE(observed.probability), spread
    points = _ordered(observed.quantiles)
    (low, first), (high, last) = ((SCORE(share), clock.months(day)) for share, day in (points[0], points[-1]))
    spread = (last - first) / (high - low)
    return first - low * spread, spread


def _ordered(quantiles: dict[str, datetime.date]) -> list[tuple[float, datetime.date]]:
    """Days by their probabilities, in ascending order of these."""
    return sorted((_probability(key), day) for key, day in quantiles.items())


def _probability(key: str) -> float:
    try:
        share = float(key)
    except ValueError:
        raise ValueError(f"a probability in quotes, such as \"0.5\", was expected, not '{key}'") from None
    if not 0.0 < share < 1.0:
        hint = f"; {share:g}% is {share / 100:g}" if 1.0 <= share < 100.0 else ""
        raise ValueError(f"probabilities lie between 0 and 1, not at {share:g}{hint}")
    return share
