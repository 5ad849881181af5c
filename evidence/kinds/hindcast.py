r"""`hindcast`: what the track record of the compute gate says of algorithmic progress.

The coordinate is the logarithm to base 10 of ``algorithmic_progress``. The curve over it holds the gate, asked as of
past records' days with the compute and the Chinese stock known then, against how long those records lasted;
``catchup hindcast --item`` writes such an item. None is counted unless it is added.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from .curve import ProgressCurve, ProgressCurveKind
from .kind import Name


class Observed(ProgressCurve):
    """The curve, and the records that it rests on."""

    records: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]


class Hindcast(ProgressCurveKind[Observed]):
    """The gate's track record."""

    name: ClassVar[str] = "hindcast"
    subject: ClassVar[str] = "The gate's track record"
    observed = Observed
