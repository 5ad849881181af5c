"""`run_finished`: a firm has ended a pre-training run on a day, its size known or not.

Day and size are held against the model as `runs` says: the day against the month at which the firm's pre-training for
the event ends, the size against what the firm's run could get on the day on which it began, or where that is not known
on the day on which it ended.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator

from .kind import ModelState
from .runs import ObservedRun, RunKind, RunLikelihood

LONGEST = datetime.timedelta(days=730)  # of a run: a day further back is surely a mistake; our judgement


class Observed(ObservedRun):
    """Whose run, the day of its end, that of its beginning where known, its size, and which event it is to reach."""

    started: datetime.date | None = None

    @field_validator("started")
    @classmethod
    def _before_the_end(cls, started: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        end = info.data.get("date")
        if started is not None and end is not None and started >= end:
            raise ValueError(f"{started} is not before {end}, when the run ended")
        if started is not None and end is not None and end - started > LONGEST:
            raise ValueError(
                f"{started} is more than {LONGEST.days} days before {end}: no run is known to have lasted a year"
            )
        return started


class RunFinished(RunKind[Observed]):
    """A run ended."""

    name: ClassVar[str] = "run_finished"
    unit: ClassVar[str] = "months since t = 0; log FLOP where the size is known"
    subject: ClassVar[str] = "Runs ended"
    observed = Observed
    likelihood = RunLikelihood

    def begun(self, observed: Observed) -> datetime.date:
        return observed.started or observed.date

    def months(self, state: ModelState) -> Mapping[tuple[str, str], Any]:
        return state.pretrained
