r"""`milestone`: an event is publicly known to have been reached on a day.

With :math:`x = d - T` months between readiness and the report, and an exponential delay of the item's own,

.. math:: \log f = -\log\tau - \max(x, 0)/\tau + \log\frac{2}{1 + e^{-\min(x, 0)/w}} .

After readiness this is the exponential delay's density; before it the density falls off like a logistic curve of
width w, because neither date is sharper than that and a sampler needs a slope to follow. The falling part makes
the whole integrate to :math:`1 + 2 w \log 2 / \tau` instead of 1, a constant that moves no posterior.

Where the model has a law of reporting, the density is that law's among labs that report (`log_report_density`). That
this lab has reported says next to nothing of how many conceal, one lab in twenty more or less, and does not count.
"""

from __future__ import annotations

import datetime
import math
from typing import Any, ClassVar

from ...model.reporting import WIDTH, log_report_density, months_to_report
from .kind import Clock, Figures
from .reporting import DelayLikelihood, Report, ReportingKind, delays_of


class Observed(Report):
    """Which event, and the day it was publicly reached."""

    date: datetime.date


class Milestone(ReportingKind[Observed, DelayLikelihood]):
    """A capability shown."""

    name: ClassVar[str] = "milestone"
    unit: ClassVar[str] = "months since t = 0"
    subject: ClassVar[str] = "What was reached publicly"
    reports_event: ClassVar[bool] = True
    observed = Observed
    likelihood = DelayLikelihood

    def observation(self, observed: Observed, clock: Clock) -> float:
        return clock.months(observed.date)

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        if "delay_months" not in figures:
            return log_report_density(xp, value - prediction, figures["median_months"], figures["sigma"])
        delay = figures["delay_months"]
        early = xp.maximum(prediction - value, 0.0) / WIDTH
        falling = math.log(2.0) - xp.logaddexp(0.0, early)
        return falling - delays_of(xp, value - prediction, delay) - xp.log(delay)

    def log_mass(self, xp: Any, figures: Figures) -> Any:
        if "delay_months" not in figures:
            return 0.0
        return xp.log(1.0 + 2.0 * WIDTH * math.log(2.0) / figures["delay_months"])

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        if "delay_months" not in figures:
            return prediction + months_to_report(xp, normal, figures["median_months"], figures["sigma"])
        # The distribution function inverts in closed form on both sides of readiness: below it is
        # proportional to log(1 + e^(x/w)), above exponential.
        delay, falling = figures["delay_months"], 2.0 * WIDTH * math.log(2.0)
        share = falling / (falling + delay)
        before = WIDTH * xp.log(xp.expm1(math.log(2.0) * xp.minimum(uniform / share, 1.0)))
        after = -delay * xp.log1p(-xp.maximum(uniform - share, 0.0) / (1.0 - share))
        return prediction + before + after
