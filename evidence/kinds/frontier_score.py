r"""`frontier_score`: what a model at a frontier scores on an index, held against the compute of the race.

With the line of ``efficiency_curve``, a model of C FLOP launched t months after t = 0 scores

.. math:: y \sim N\bigl(a + b\,(\log_{10} C - 25 + \tfrac{t}{12} \log_{10} \mathrm{alg}),\ s\bigr),
   \qquad s^2 = s_y^2 + s_f^2,

:math:`s_y` being the error that the score's interval states and :math:`s_f` that about the line. Of Mythos itself C is
its pre-training compute and t is 0. Of the Chinese frontier it is the largest run that any firm could commit to when
the model's run was launched, some months before its release, on its whole budget, the larger of habit and commitment,
times the share of it that a run typically takes (`typical_share`, in which is what rival models and teams take); a, b
and progress are the same for both.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from functools import reduce
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from ...model.assumptions import PROGRESS_QUANTITY, Assumptions
from ...model.equations import MONTHS_PER_YEAR
from ...priors.strict import StrictModel
from ..efficiency.equations import expected_score
from ..intervals import interval_sd
from .estimate import Interval, Level, Share, level_of_nothing
from .kind import Clock, Figures, ModelState, Positive, calculable, log_of
from .normal import ReadingKind
from .runs import committed

LINE = ("efficiency_score", "efficiency_slope")
REFERENCE = "efficiency_reference_flop"
TEN = math.log(10.0)


class Observed(StrictModel):
    """Whose frontier, the score with its interval, and the day of the model's release."""

    frontier: Literal["mythos", "chinese"]
    value: Positive
    interval: Interval | None = None
    level: Level = 0.9
    date: datetime.date


class Likelihood(StrictModel):
    """Scatter about the line, points; months from launch to release; a run's share of the largest one."""

    sd: Positive
    months_before: Annotated[float, Field(ge=0), AfterValidator(calculable)] = 0.0
    typical_share: Share = 1.0


class FrontierScore(ReadingKind[Observed, Likelihood]):
    """A score at a frontier."""

    name: ClassVar[str] = "frontier_score"
    unit: ClassVar[str] = "points"
    subject: ClassVar[str] = "Scores at the frontier"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return LINE

    def compared_by(self, observed: Observed) -> Mapping[str, str]:
        return {LINE[0]: "a score of Mythos's own" if observed.frontier == "chinese" else "a Chinese model's score"}

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        return level_of_nothing(observed)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return observed.value

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        width = 0.0 if observed.interval is None else observed.interval[1] - observed.interval[0]
        launched = max(clock.months(observed.date) - likelihood.months_before, 0.0)
        known = {"reading_sd": interval_sd(width, observed.level), "sd": likelihood.sd}
        if observed.frontier == "mythos":
            return known
        return {**known, "date": launched, "typical_share": likelihood.typical_share}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        height, slope = (state.quantity[name] for name in LINE)
        progress = log_of(xp, state.quantity[PROGRESS_QUANTITY]) / TEN
        reference = state.assumptions.table.number(REFERENCE)
        if observed.frontier == "mythos":
            return expected_score(height, slope, log_of(xp, state.mythos_flop / reference) / TEN, progress, 0.0)
        runs = [committed(xp, state, firm, figures["date"]) for firm in state.pools]
        largest = reduce(xp.maximum, runs) * figures["typical_share"]
        years = figures["date"] / MONTHS_PER_YEAR
        return expected_score(height, slope, log_of(xp, largest / reference) / TEN, progress, years)
