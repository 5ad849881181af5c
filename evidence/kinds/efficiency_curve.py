r"""`efficiency_curve`: what a table of scores and training compute says of algorithmic progress.

The coordinate is the logarithm to base 10 of a, the yearly factor by which the compute for a given capability falls
(``algorithmic_progress``). The curve over it comes from the line that scores are held against, whose height, slope,
scales and organisations' effects are integrated out (`catchup.evidence.efficiency_curve`);
``catchup data efficiency --item`` writes such an item. Its weight is an exponent on the table's whole likelihood.
"""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .curve import ProgressCurve, ProgressCurveKind


class Observed(ProgressCurve):
    """The curve, and the models that it counts."""

    models: Literal["all", "chinese", "american"] = "all"
    since: datetime.date | None = None
    confidence: Literal["confident", "likely", "speculative"] = "speculative"
    counted: Annotated[int, Field(ge=1)]


class EfficiencyCurveKind(ProgressCurveKind[Observed]):
    """A table's likelihood of progress."""

    name: ClassVar[str] = "efficiency_curve"
    subject: ClassVar[str] = "Scores and training compute"
    observed = Observed
