"""`run_started`: a firm has begun a run on a day, its size known or not.

Day and size are held against the model as `runs` says: the day against the month at which the firm's run to the event
launches, the size against what the firm's run can get on the day. What a leak of a run without a size claims is that it
is this run: a `reliability` below 1 says how far that is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .kind import ModelState
from .runs import ObservedRun, RunKind, RunLikelihood


class RunStarted(RunKind[ObservedRun]):
    """A run begun."""

    name: ClassVar[str] = "run_started"
    unit: ClassVar[str] = "months since t = 0; log FLOP where the size is known"
    subject: ClassVar[str] = "Runs begun"
    observed = ObservedRun
    likelihood = RunLikelihood

    def months(self, state: ModelState) -> Mapping[tuple[str, str], Any]:
        return state.launch
