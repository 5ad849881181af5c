r"""From being ready to the world knowing: what every kind about something public shares.

Where the model says how what is ready becomes known (`Reporting`), its law holds for all: a lognormal delay, and labs
that conceal. Where it does not, each item has an exponential delay of its own, with mean :math:`\tau` months: waiting
costs :math:`x / \tau` in log probability for :math:`x = \max(t - T, 0)` months of silence after readiness T.
"""

from __future__ import annotations

import datetime
from typing import Any

from ...model import reporting as law
from ...priors.strict import StrictModel
from .kind import Clock, Figures, Kind, ModelState, Name, Positive


class Report(StrictModel):
    """Which event, and on which day."""

    event: Name
    date: datetime.date | None


class DelayLikelihood(StrictModel):
    """Mean reporting delay, months, where the model has none of its own."""

    delay_months: Positive


class ReportingKind[Observed: Report, Likelihood: DelayLikelihood](Kind[Observed, Likelihood]):
    """A kind about what has become public of an event."""

    def event(self, observed: Observed) -> str | None:
        return observed.event

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        own: dict[str, float] = likelihood.model_dump()
        if clock.reporting is None:
            return own
        del own["delay_months"]
        return {**own, **clock.reporting.figures}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return state.ready[observed.event]


def log_silence(xp: Any, waited: Any, figures: Figures, concealed: Any = 0.0) -> Any:
    """Log probability that nothing is known yet, by the model's law or the item's own delay.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    waited : array
        Months since readiness, negative before it.
    figures : mapping of str to float
        Of the item.
    concealed : array, default 0
        Share of labs that never report; where the model has no law, all do.
    """
    if "delay_months" in figures:
        return -delays_of(xp, waited, figures["delay_months"])
    return law.log_silence(xp, waited, figures["median_months"], figures["sigma"], concealed)


def delays_of(xp: Any, waited: Any, delay: Any) -> Any:
    r"""Time since readiness in mean delays, :math:`\max(t - T, 0) / \tau`."""
    return xp.maximum(waited, 0.0) / delay
