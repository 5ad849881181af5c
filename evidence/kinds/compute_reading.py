r"""`compute_reading`: somebody read or estimated Mythos's compute.

With q the compute in question (pre-training M, or :math:`M (1 + \rho)` for everything), y the reading and
N the normal density,

.. math:: \log_{10} y \sim r\,N(\log_{10} q, s) + (1 - r)\,N(m_b, s_b), \qquad s^2 = s_r^2 + s_a^2 .

:math:`s_r` is the error of reading (the interval's width in :math:`\log_{10}` over 3.92 at 95%), :math:`s_a` the
scatter between ways of accounting for compute, r the reliability: with probability 1 - r the figure is about
something else, and then only the background says what it might be. The mixture is marginalised: whether
the reading is genuine is not drawn but summed over.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from ...model.equations import total_flop
from ...priors.log_densities import log_normal_density
from ...priors.strict import StrictModel
from .doubt import log_sum, mixture_parts, share_genuine
from .estimate import Interval, Level
from .kind import Array, Clock, Figures, Kind, ModelState, Positive, calculable, log_of
from .normal import interval_sd


class Observed(StrictModel):
    """A figure with its interval, FLOP; `scope` says whether reinforcement learning is in it."""

    value: Positive
    interval: Interval
    level: Level
    scope: Literal["pretraining", "total"]


class Likelihood(StrictModel):
    """Scatter and trust: all but the reliability in log10 FLOP."""

    accounting_sd: Annotated[float, Field(ge=0), AfterValidator(calculable)]
    reliability: Annotated[float, Field(ge=0, le=1)]
    background_mean: Annotated[float, AfterValidator(calculable)]
    background_sd: Positive


class ComputeReading(Kind[Observed, Likelihood]):
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

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        return log_sum(xp, *self._parts(xp, value, prediction, figures))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        genuine = prediction + _spread(xp, figures) * normal
        background = figures["background_mean"] + figures["background_sd"] * normal
        return xp.where(uniform < figures["reliability"], genuine, background)

    def stated_reliability(self, figures: Figures) -> float:
        return float(figures["reliability"])

    def probability_genuine(self, value: float, prediction: Array, figures: Figures) -> Array:
        return share_genuine(*self._parts(np, value, prediction, figures))

    def _parts(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> tuple[Any, Any]:
        """Both parts of the mixture, each with the logarithm of its share."""
        genuine = log_normal_density(xp, value, prediction, _spread(xp, figures))
        background = log_normal_density(xp, value, figures["background_mean"], figures["background_sd"])
        return mixture_parts(xp, genuine, background, figures["reliability"])


def _spread(xp: Any, figures: Figures) -> Any:
    return xp.sqrt(figures["reading_sd"] ** 2 + figures["accounting_sd"] ** 2)
