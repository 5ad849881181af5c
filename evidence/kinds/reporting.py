r"""The delay between being ready and the world knowing: exponential, with mean :math:`\tau` months.

Waiting costs :math:`x / \tau` in log probability for :math:`x = \max(t - T, 0)` months of silence after readiness T.
"""

from __future__ import annotations

import datetime
from typing import Any

from ...priors.strict import StrictModel
from .kind import Figures, Kind, ModelState, Name, Positive


class Report(StrictModel):
    """Which event, and on which day."""

    event: Name
    date: datetime.date | None


class DelayLikelihood(StrictModel):
    """Mean reporting delay, months."""

    delay_months: Positive


class ReportingKind[Observed: Report, Likelihood: StrictModel](Kind[Observed, Likelihood]):
    """A kind about what has become public of an event."""

    def event(self, observed: Observed) -> str | None:
        return observed.event

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return state.ready[observed.event]


def delays_since(xp: Any, t: Any, ready: Any, delay: Any) -> Any:
    r"""Time since readiness in mean delays, :math:`\max(t - T, 0) / \tau`."""
    return xp.maximum(t - ready, 0.0) / delay


def probability_reported(xp: Any, delays: Any) -> Any:
    r"""Probability that a report is out, :math:`1 - e^{-x/\tau}`."""
    return -xp.expm1(-delays)
