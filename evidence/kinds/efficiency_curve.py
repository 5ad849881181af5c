r"""`efficiency_curve`: what a table of scores and training compute says of algorithmic progress.

The coordinate is the logarithm to base 10 of a, the yearly factor by which the compute for a given capability falls
(``algorithmic_progress``). The curve over it comes from the line that scores are held against, whose height, slope,
scales and organisations' effects are integrated out (`catchup.evidence.efficiency_curve`);
``catchup data efficiency --item`` writes such an item. Its weight is an exponent on the table's whole likelihood.
"""

from __future__ import annotations

import datetime
import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ...model.assumptions import PROGRESS_QUANTITY
from ...model.calendar import Calendar
from ...priors.strict import StrictModel
from .curve import CurveKind, CurveText
from .kind import Figures, ModelState, Name, log_of


class Observed(StrictModel):
    """A curve over log10 of progress, the progress at which it is highest, and the models that it counts."""

    value: Annotated[float, Field(gt=0)]
    table: Name
    vintage: datetime.date
    models: Literal["all", "chinese", "american"] = "all"
    since: datetime.date | None = None
    confidence: Literal["confident", "likely", "speculative"] = "speculative"
    counted: Annotated[int, Field(ge=1)]
    curve: CurveText


class Likelihood(StrictModel):
    """Nothing beyond the curve."""


class EfficiencyCurveKind(CurveKind[Observed, Likelihood]):
    """A table's likelihood of progress."""

    name: ClassVar[str] = "efficiency_curve"
    unit: ClassVar[str] = "log10 factor per year"
    subject: ClassVar[str] = "Scores and training compute"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return (PROGRESS_QUANTITY,)

    def curve(self, observed: Observed, likelihood: Likelihood, calendar: Calendar) -> CurveText:
        return observed.curve

    def estimate(self, observed: Observed, calendar: Calendar) -> float:
        return math.log10(observed.value)

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return log_of(xp, state.quantity[PROGRESS_QUANTITY]) * (1.0 / math.log(10.0))
