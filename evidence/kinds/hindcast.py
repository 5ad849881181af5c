r"""`hindcast`: what the track record of the compute gate says of algorithmic progress.

The coordinate is the logarithm to base 10 of ``algorithmic_progress``. The curve over it holds the gate, asked as of
past records' days with the compute and the Chinese stock known then, against how long those records lasted;
``catchup hindcast --item`` writes such an item. None is counted unless it is added.
"""

from __future__ import annotations

import datetime
import math
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ...model.assumptions import PROGRESS_QUANTITY
from ...model.calendar import Calendar
from ...priors.strict import StrictModel
from .curve import CurveKind, CurveText
from .kind import Figures, ModelState, Name, log_of


class Observed(StrictModel):
    """A curve over log10 of progress, the progress at which it is highest, and the records that it rests on."""

    value: Annotated[float, Field(gt=0)]
    table: Name
    vintage: datetime.date
    records: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
    curve: CurveText


class Likelihood(StrictModel):
    """Nothing beyond the curve."""


class Hindcast(CurveKind[Observed, Likelihood]):
    """The gate's track record."""

    name: ClassVar[str] = "hindcast"
    unit: ClassVar[str] = "log10 factor per year"
    subject: ClassVar[str] = "The gate's track record"
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
