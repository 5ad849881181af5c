r"""`budget_share`: the share of a year's compute that one run took, against that kind of firm's budget.

.. math:: \log\sqrt{a b} \sim N(\log\gamma, s), \qquad s^2 = \bigl(\log(b/a)/3.92\bigr)^2 + s_f^2

a and b are the lower and upper estimate, read as a 95% interval; :math:`s_f` is the scatter between firms.
:math:`\gamma` is the whole budget, the larger of habit and commitment, before what rival models and teams take of it.
Published shares were held against the same when the budgets of `current` were fitted to them: that fit knows of nothing
that rivals take. A run that is told as a size is held against what they leave (see `runs`).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator

from ...priors.strict import StrictModel
from ..intervals import interval_sd
from .estimate import Share
from .kind import Clock, Figures, ModelState, Name, Positive, log_of
from .normal import ReadingKind

LEVEL = 0.95


class Observed(StrictModel):
    """Lower and upper estimate of the share, and the kind of firm."""

    low: Share
    high: Share
    firm: Name

    @field_validator("high")
    @classmethod
    def _above_low(cls, high: float, info: ValidationInfo) -> float:
        low = info.data.get("low")
        if low is not None and not low <= high:
            raise ValueError(f"should be at least low ({low:g}), not {high:g}")
        return high


class Likelihood(StrictModel):
    """Scatter between firms of the share's logarithm."""

    sd: Positive


class BudgetShare(ReadingKind[Observed, Likelihood]):
    """One run's share of a year's compute."""

    name: ClassVar[str] = "budget_share"
    unit: ClassVar[str] = "log share"
    subject: ClassVar[str] = "Shares of budgets in one run"
    observed = Observed
    likelihood = Likelihood

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def observation(self, observed: Observed, clock: Clock) -> float:
        return 0.5 * (math.log(observed.low) + math.log(observed.high))

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"reading_sd": interval_sd(math.log(observed.high / observed.low), LEVEL), **likelihood.model_dump()}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return log_of(xp, state.budget(xp, observed.firm))
