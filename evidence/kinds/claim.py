r"""`claim`: somebody says publicly, on a day, that an event has been reached.

.. math:: P(\text{claim seen}) = t\,P(\text{known by } d) + f

P(known by d) is :math:`1 - e^{-\max(d - T, 0)/\tau}`, or what the model's own law of reporting says of labs that report
(see `reporting`). t (`true_positive`) is the chance that a lab which is ready, and known to be, is claimed to be, f
(`false_positive`) that such a claim is made whatever the truth. An observation of 1 is the claim seen, 0 none. What a
claim moves depends on t / f alone: it multiplies the odds of readiness by at most 1 + t / f.

Beside a silence through s about the same event, a true claim is of what became known in between (`ClaimAfterSilence`):

.. math:: P(\text{claim seen} \mid \text{silence}) = t\,P(\text{known by } d \mid \text{not known by } s) + f,

which is f alone where the silence reaches the day of the claim or a later one. A lab that conceals is never known.
"""

from __future__ import annotations

import datetime
from abc import abstractmethod
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from .kind import Array, Clock, Figures, ModelState, Positive
from .reporting import DelayLikelihood, Report, ReportingKind, log_silence


class Observed(Report):
    """Which event is claimed, and when."""

    date: datetime.date


class Likelihood(DelayLikelihood):
    """How far such a claim can be trusted."""

    true_positive: Annotated[float, Field(ge=0, le=1)]
    false_positive: Positive

    @field_validator("false_positive")
    @classmethod
    def _probability(cls, false_positive: float, info: ValidationInfo) -> float:
        both = false_positive + info.data.get("true_positive", 0.0)
        if both > 1:
            raise ValueError(f"true_positive and false_positive should add up to at most 1, not {both:g}")
        return false_positive


class ClaimKind[Seen: Observed](ReportingKind[Seen, Likelihood]):
    """A public claim, of whatever is predicted."""

    name: ClassVar[str] = "claim"
    unit: ClassVar[str] = "1 for a claim, 0 for none"
    subject: ClassVar[str] = "Claims of parity"
    likelihood = Likelihood

    def observation(self, observed: Seen, clock: Clock) -> float:
        return 1.0

    def two_outcomes(self, observed: Seen) -> bool:
        return True

    def figures(self, observed: Seen, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"date": clock.months(observed.date), **super().figures(observed, likelihood, clock)}

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        true = self._true_part(xp, prediction, figures)
        seen, unseen = true + figures["false_positive"], 1.0 - true - figures["false_positive"]
        return xp.log(xp.where(value > 0.5, seen, xp.maximum(unseen, 1e-12)))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        seen = self._true_part(xp, prediction, figures) + figures["false_positive"]
        return xp.where(uniform < seen, xp.ones_like(seen), xp.zeros_like(seen))

    def doubt(self, observed: Seen) -> None:
        return None  # false_positive says it

    def explanation(self, value: float, figures: Figures) -> float:
        # one delay before the day: a lab that becomes ready on the day itself has given nobody time to say so
        return float(figures["date"] - figures.get("delay_months", figures.get("median_months")))

    def stated_reliability(self, figures: Figures) -> float:
        # what it comes to where the lab has long been ready
        return float(figures["true_positive"] / (figures["true_positive"] + figures["false_positive"]))

    def probability_genuine(self, value: float, prediction: Array, figures: Figures) -> Array:
        true = self._true_part(np, prediction, figures)
        return np.asarray(true / (true + figures["false_positive"]))

    @abstractmethod
    def _true_part(self, xp: Any, prediction: Any, figures: Figures) -> Any:
        """Probability of a claim that is made because the event is known."""


class Claim(ClaimKind[Observed]):
    """A public claim of parity."""

    claims_event: ClassVar[bool] = True
    observed = Observed

    def _true_part(self, xp: Any, ready: Any, figures: Figures) -> Any:
        silence = log_silence(xp, figures["date"] - ready, figures)
        return -figures["true_positive"] * xp.expm1(silence)


class ObservedAfterSilence(Observed):
    """Which event is claimed, and when; and the last day on which somebody looked and found nothing."""

    silent_through: datetime.date


class ClaimAfterSilence(ClaimKind[ObservedAfterSilence]):
    """A public claim given a silence: what is predicted is the probability that the event is known by its day."""

    observed = ObservedAfterSilence

    def figures(self, observed: ObservedAfterSilence, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {**super().figures(observed, likelihood, clock), "silent_through": clock.months(observed.silent_through)}

    def predict(self, xp: Any, state: ModelState, observed: ObservedAfterSilence, figures: Figures) -> Any:
        ready, reporting = state.ready[observed.event], state.assumptions.reporting
        concealed = 0.0 if reporting is None else state.quantity[reporting.concealed]
        before = figures["silent_through"]
        day = xp.maximum(figures["date"], before)  # of a claim that the silence denies nothing is left
        still, silent = (log_silence(xp, month - ready, figures, concealed) for month in (day, before))
        return -xp.expm1(still - silent)

    def explanation(self, value: float, figures: Figures) -> float:
        return 1.0

    def _true_part(self, xp: Any, known: Any, figures: Figures) -> Any:
        return figures["true_positive"] * known
