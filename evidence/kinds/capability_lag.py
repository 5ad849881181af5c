r"""`capability_lag`: somebody measured how many months Chinese models are behind.

.. math:: \log y \sim N\bigl(\log T - o,\ s\bigr)

T is the date at which a Chinese lab is ready with Mythos's equivalent: t = 0 is the day Mythos was, so T is
also the true lag in months. o is the optimism of benchmarks, the logarithm of the true lag over the
measured one; all items of one scope share it, so that ten measurements with one flaw do not count as ten.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from ...model.assumptions import DEFAULT_EVENT
from ...priors.strict import StrictModel
from .kind import Clock, Figures, ModelState, Positive, log_of
from .normal import NormalKind


class Observed(StrictModel):
    """Months behind, on general or on cyber capability."""

    value: Positive
    scope: Literal["general", "cyber"]


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
        return (f"benchmark_optimism_{observed.scope}",)

    def event(self, observed: Observed) -> str | None:
        return DEFAULT_EVENT

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value)

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return log_of(xp, state.ready[DEFAULT_EVENT]) - state.quantity[f"benchmark_optimism_{observed.scope}"]
