r"""`progress_estimate`: a study's factor of algorithmic progress a year, with its interval.

.. math:: \log y \sim N(\log a, s), \qquad s^2 = s_r^2 + s_f^2

a is the yearly factor by which the compute for a given capability falls (``algorithmic_progress``), :math:`s_r` the
error that the study's interval states (its width in logarithms over 3.92 at 95%), and :math:`s_f` what lies between
what a study measures and what the race needs: another domain, another period, other models.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ...model.assumptions import PROGRESS_QUANTITY
from ...priors.strict import StrictModel
from .estimate import Interval, Level, log_interval_sd
from .kind import Clock, Figures, ModelState, calculable, log_of
from .normal import ReadingKind


class Observed(StrictModel):
    """A factor a year, with its interval."""

    value: Annotated[float, Field(gt=1), AfterValidator(calculable)]
    interval: Interval
    level: Level


class Likelihood(StrictModel):
    """Scatter of the factor's logarithm beyond the study's own interval."""

    sd: Annotated[float, Field(ge=0), AfterValidator(calculable)]


class ProgressEstimate(ReadingKind[Observed, Likelihood]):
    """A study's factor of progress a year."""

    name: ClassVar[str] = "progress_estimate"
    unit: ClassVar[str] = "log factor per year"
    subject: ClassVar[str] = "Estimates of algorithmic progress"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return (PROGRESS_QUANTITY,)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value)

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"reading_sd": log_interval_sd(observed.interval, observed.level), **likelihood.model_dump()}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return log_of(xp, state.quantity[PROGRESS_QUANTITY])
