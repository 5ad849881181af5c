r"""`run_started`: a firm has begun a run on a day, its size known or not.

.. math:: d \sim N(t_\mathrm{launch}, s_d) \quad\text{or, of a run of C FLOP,}\quad
          \log C \sim N\Bigl(\log\Bigl(12\,\frac{\gamma}{1 + e}\,\mathrm{pool}(d)\,F\,u\Bigr), s_C\Bigr)

:math:`t_\mathrm{launch}` is the month at which the firm's run to the event launches. What a leak of a run without a
size claims is that it is this run: a `reliability` below 1 says how far that is believed. See `runs` for the rest.
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
