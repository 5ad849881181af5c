r"""`not_yet`: nothing has been announced by a day.

.. math:: \log P(\text{silence}) = -\max(t - T, 0) / \tau

where the model has no law of reporting of its own (see `reporting`), and by that law otherwise. T is the date at which
the event is ready and :math:`\tau` the mean reporting delay. t is the day of the finding or, where the item states
none, the day of the question; with a law of reporting no later than `confirmed_through`, as nobody has looked since.
Where a file states neither, somebody looked on the day that the item became known.
The delay is marginalised: drawing it as a latent quantity, or cutting the likelihood off at T, leaves a sampler with an
edge it cannot follow. An observation of 1 is silence, 0 a report; the log probability of silence is what is predicted.
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator

from ...model.assumptions import DEFAULT_EVENT
from .kind import Clock, Figures, ModelState, Name
from .reporting import DelayLikelihood, Report, ReportingKind, log_silence

LIKELIEST = -1e-12  # log probability of silence; keeps the logarithm of "already reported" finite, with its gradient


class Observed(Report):
    """Nothing, as of the day of the question; or, for another event or a finding of a given day, those.

    `confirmed_through` is the last day on which somebody looked and found nothing, by default that on which the item
    became known: it moves on, a finding's `date` does not.
    """

    event: Name = DEFAULT_EVENT
    date: datetime.date | None = None
    confirmed_through: datetime.date | None = None

    @field_validator("confirmed_through")
    @classmethod
    def _no_finding(cls, confirmed: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        if confirmed is not None and info.data.get("date") is not None:
            raise ValueError("stands beside date: a finding of a given day is not confirmed again")
        return confirmed


class NotYet(ReportingKind[Observed, DelayLikelihood]):
    """Silence."""

    name: ClassVar[str] = "not_yet"
    unit: ClassVar[str] = "1 for silence, 0 for a report"
    subject: ClassVar[str] = "Nothing announced"
    is_silence: ClassVar[bool] = True
    observed = Observed
    likelihood = DelayLikelihood

    def counted_through(self, observed: Observed, clock: Clock) -> datetime.date:
        """Day through which silence is counted."""
        if observed.date is not None:
            return observed.date
        if observed.confirmed_through is None or clock.reporting is None:
            return clock.as_of
        return min(observed.confirmed_through, clock.as_of)

    def published_by(self, observed: Observed, known_since: datetime.date, publisher: str) -> Observed:
        if observed.date is not None or observed.confirmed_through is not None:
            return observed
        return observed.model_copy(update={"confirmed_through": known_since})

    def observation(self, observed: Observed, clock: Clock) -> float:
        return 1.0

    def two_outcomes(self, observed: Observed) -> bool:
        return True

    def figures(self, observed: Observed, likelihood: DelayLikelihood, clock: Clock) -> dict[str, float]:
        through = clock.months(self.counted_through(observed, clock))
        return {"as_of": through, **super().figures(observed, likelihood, clock)}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        waited, reporting = figures["as_of"] - state.ready[observed.event], state.assumptions.reporting
        concealed = 0.0 if reporting is None else state.quantity[reporting.concealed]
        return log_silence(xp, waited, figures, concealed)

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        reported = xp.log(-xp.expm1(xp.minimum(prediction, LIKELIEST)))
        return xp.where(value > 0.5, prediction, reported)

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        reported = -xp.expm1(prediction)
        return xp.where(uniform < reported, xp.zeros_like(reported), xp.ones_like(reported))

    def explanation(self, value: float, figures: Figures) -> float:
        return 0.0  # silence that was certain
