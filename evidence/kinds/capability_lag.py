r"""`capability_lag`: somebody measured how many months Chinese models are behind.

T is the date at which a Chinese lab is ready with Mythos's equivalent. Where the frontier's own trend comes to Mythos's
level J months after t = 0, Chinese models are :math:`T - J` months behind that trend on day T; on an earlier day d, by
a gap that grows by g months a month, they were

.. math:: L(d) = (T - J) - g\,(T - d)

behind. What is published on a day d is of e months earlier, the time that an evaluation takes, and

.. math:: \log y \sim N\bigl(\log_w L(d - e) - o - u,\ s\bigr) .

o is the optimism of benchmarks, the logarithm of the true lag over the measured one; all items of one scope share
it, so that ten measurements with one flaw do not count as ten. u is the error that measurements of one organisation
share. J and o are the scope's. A gap that is nearly closed is told from none no better than by w months:
:math:`\log_w L = \log\frac{L + \sqrt{L^2 + 4 w^2}}{2}` is the logarithm of L where L is much larger than w, and finite,
with a slope, everywhere. In the article's race J, g, e, u and w are 0, so that T is also the true lag in months.
"""

from __future__ import annotations

import datetime
import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from ...model.assumptions import DEFAULT_EVENT
from ...model.equations import gap_on_day, smooth_positive_part
from ...priors.strict import StrictModel
from .kind import Clock, Figures, ModelState, Name, Positive, calculable, log_of
from .normal import NormalKind

ORGANISATION_ERROR = "organisation_error"


def behind(months: float) -> float:
    """Refuse a lag of models that are no longer behind, with the kinds that say so."""
    if months <= 0:
        raise ValueError(f"should be above 0, not {months:g}: that none is left is said by a milestone, or a claim")
    return months


class Observed(StrictModel):
    """Months behind, on general or on cyber capability; on which day, and by whose measurement.

    The day is the item's ``known_since`` and the organisation its first source's publisher where the file names none.
    """

    value: Annotated[float, AfterValidator(behind), AfterValidator(calculable)]
    scope: Literal["general", "cyber"]
    date: datetime.date | None = None
    organisation: Name | None = None


class Likelihood(StrictModel):
    """Scatter of the measured lag's logarithm."""

    sd: Positive


class CapabilityLag(NormalKind[Observed, Likelihood]):
    """A measured lag."""

    name: ClassVar[str] = "capability_lag"
    unit: ClassVar[str] = "log months"
    subject: ClassVar[str] = "Measured lags"
    measures_lag: ClassVar[bool] = True
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        scope = observed.scope
        return (f"benchmark_optimism_{scope}", *gap_quantities(scope), ORGANISATION_ERROR)

    def event(self, observed: Observed) -> str | None:
        return DEFAULT_EVENT

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def published_by(self, observed: Observed, known_since: datetime.date, publisher: str) -> Observed:
        found = {"date": observed.date or known_since, "organisation": observed.organisation or publisher}
        return observed.model_copy(update=found)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value)

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"date": clock.months(observed.date), **likelihood.model_dump()}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        quantity = state.quantity
        lead, growth, delay = (quantity[name] for name in gap_quantities(observed.scope))
        gap = gap_on_day(state.ready[DEFAULT_EVENT], lead, growth, figures["date"] - delay)
        shown = smooth_positive_part(xp, gap, state.assumptions.table.number("lag_smoothing"))
        error = quantity[f"benchmark_optimism_{observed.scope}"] + quantity[ORGANISATION_ERROR]
        return log_of(xp, shown) - error


def gap_quantities(scope: str) -> tuple[str, str, str]:
    """Names of the quantities that lie between the date and the gap measured on a day: lead, growth, delay."""
    return f"mythos_lead_{scope}", "gap_growth", "evaluation_delay"
