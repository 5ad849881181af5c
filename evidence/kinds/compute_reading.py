r"""`compute_reading`: somebody read or estimated Mythos's compute.

With q the compute in question (pre-training M, or :math:`M (1 + \rho)` for everything), y the reading and
N the normal density,

.. math:: \log_{10} y \sim N(\log_{10} q, s), \qquad s^2 = s_r^2 + s_a^2 .

:math:`s_r` is the error of reading (the interval's width in :math:`\log_{10}` over 3.92 at 95%), :math:`s_a` the
scatter between ways of accounting for compute. That a figure may be about something else, `doubt` says.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from ...model.equations import total_flop
from ...priors.strict import StrictModel
from ..intervals import interval_sd
from .estimate import Interval, Level
from .kind import Clock, Figures, ModelState, Positive, calculable, log_of
from .normal import NormalKind


class Observed(StrictModel):
    """A figure with its interval, FLOP; `scope` says whether reinforcement learning is in it."""

    value: Positive
    interval: Interval
    level: Level
    scope: Literal["pretraining", "total"]


class Likelihood(StrictModel):
    """Scatter between ways of accounting, log10 FLOP."""

    accounting_sd: Annotated[float, Field(ge=0), AfterValidator(calculable)]


class ComputeReading(NormalKind[Observed, Likelihood]):
    """A reading of Mythos's compute."""

    name: ClassVar[str] = "compute_reading"
    unit: ClassVar[str] = "log10 FLOP"
    subject: ClassVar[str] = "Readings of Mythos's compute"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return ("rl_ratio",) if observed.scope == "total" else ()

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log10(observed.value)

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        low, high = observed.interval
        return {"reading_sd": interval_sd(math.log10(high / low), observed.level), **likelihood.model_dump()}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        flop = state.mythos_flop
        if observed.scope == "total":
            flop = total_flop(flop, state.quantity["rl_ratio"])
        return log_of(xp, flop) / math.log(10.0)

    def spread(self, xp: Any, figures: Figures) -> Any:
        return xp.sqrt(figures["reading_sd"] ** 2 + figures["accounting_sd"] ** 2)
