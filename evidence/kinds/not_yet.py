r"""`not_yet`: nothing has been announced by the day of the question.

.. math:: \log P(\text{silence}) = -\max(t - T, 0) / \tau

t is the day of the question (or, for a finding of a given day, that day), T the date at which the event is ready
and :math:`\tau` the mean reporting delay. The delay is marginalised: drawing it as a latent quantity, or cutting the
likelihood off at T, leaves a sampler with an edge it cannot follow. An observation of 1 is silence, 0 a report.
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from ...model.assumptions import DEFAULT_EVENT
from .kind import Clock, Figures, Name
from .reporting import DelayLikelihood, Report, ReportingKind, delays_since, probability_reported

SHORTEST = 1e-12  # delays; keeps the logarithm of "already reported" finite, with its gradient


class Observed(Report):
    """Nothing, as of the day of the question; or, for another event or a finding of a given day, those."""

    event: Name = DEFAULT_EVENT
    date: datetime.date | None = None


class NotYet(ReportingKind[Observed, DelayLikelihood]):
    """Silence."""

    name: ClassVar[str] = "not_yet"
    unit: ClassVar[str] = "1 for silence, 0 for a report"
    observed = Observed
    likelihood = DelayLikelihood

    def observation(self, observed: Observed, clock: Clock) -> float:
        return 1.0

    def two_outcomes(self, observed: Observed) -> bool:
        return True

    def figures(self, observed: Observed, likelihood: DelayLikelihood, clock: Clock) -> dict[str, float]:
        return {"as_of": clock.months(observed.date), **likelihood.model_dump()}

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        delays = delays_since(xp, figures["as_of"], prediction, figures["delay_months"])
        reported = xp.log(probability_reported(xp, xp.maximum(delays, SHORTEST)))
        return xp.where(value > 0.5, -delays, reported)

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        delays = delays_since(xp, figures["as_of"], prediction, figures["delay_months"])
        return xp.where(uniform < probability_reported(xp, delays), xp.zeros_like(delays), xp.ones_like(delays))

    def explanation(self, value: float, figures: Figures) -> float:
        return float(figures["as_of"])
