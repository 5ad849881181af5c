r"""What leaks say of a firm's run: when it begins or ends, or how large it is.

Of a run whose size is not known, the day d is held against the month t at which the firm's run to the event begins or
ends in the model, :math:`d \sim N(t, s_d)`. Of a run of C FLOP, its size is held against what the firm's run can get,

.. math:: \log C \sim N\Bigl(\log\Bigl(12\,\frac{\gamma}{1 + e}\,\mathrm{pool}(b)\,F\,u\Bigr), s_C\Bigr) ,

b being the day on which the run began, :math:`\gamma` the firm's budget, the larger of habit and commitment, e what
rival models and teams take of it (see `budget_in_force`; 0 where nothing of the kind stands in the way to the event),
and u the share of the firm's largest run that such a run typically comes to (1 for its flagship). In every draw that
agrees with a run as large as the event then requires of the firm, the firm can launch by then: the gate asks the same
of the same run.
"""

from __future__ import annotations

import datetime
import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from ...model.assumptions import DEFAULT_EVENT, Assumptions
from ...model.equations import largest_run
from ...priors.strict import StrictModel
from .estimate import Share
from .kind import Clock, Figures, ModelState, Name, Positive, log_of
from .normal import NormalKind

OF_A_SIZE, OF_NO_SIZE = ("size_sd", "typical_share"), ("months_sd",)  # keys that say something of one kind of run alone
CENTURY = 1200.0  # months; a run that never comes is as far off as one that comes then


class ObservedRun(StrictModel):
    """Whose run, the day, its size in FLOP where known, and else which event it is to reach."""

    firm: Name
    date: datetime.date
    size: Positive | None = None
    event: Name = DEFAULT_EVENT


class RunLikelihood(StrictModel):
    """Scatter of the day, months; of a run of known size, that of its logarithm, and its share of the largest one."""

    months_sd: Positive | None = None
    size_sd: Positive | None = None
    typical_share: Share = 1.0


class RunKind[Observed: ObservedRun](NormalKind[Observed, RunLikelihood]):
    """A kind about one run of a firm."""

    amount: ClassVar[str] = "size"

    def unit_of(self, observed: Observed) -> str:
        return "log FLOP" if observed.size else "months since t = 0"

    def event(self, observed: Observed) -> str | None:
        return None if observed.size else observed.event

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def misfit(self, observed: Observed, likelihood: RunLikelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        needed, why = ("size_sd", "known") if observed.size else ("months_sd", "not known")
        if getattr(likelihood, needed) is None:
            return f"likelihood.{needed}", f"is missing: the run's size is {why}"
        for key in OF_NO_SIZE if observed.size else OF_A_SIZE:
            if key in likelihood.model_fields_set and getattr(likelihood, key) is not None:
                return f"likelihood.{key}", f"is of no use where the run's size is {why}"
        return None

    def remarks(self, observed: Observed, likelihood: RunLikelihood) -> tuple[str, ...]:
        if not observed.size:
            return ()
        day = (
            f"the size of {observed.firm}'s run is known, so that its days count only through the compute that the "
            "firm has by then, not as those of its run to the event: for a day to count, add it as an item without a "
            "size that names the same statement (shares), with a weight"
        )
        return (day, flagship) if (flagship := self.file_could_say(observed, likelihood)) else (day,)

    def by_its_day(self, observed: Observed, event: str) -> Observed | None:
        return observed.model_copy(update={"size": None, "event": event}) if observed.size else None

    def file_could_say(self, observed: Observed, likelihood: RunLikelihood) -> str:
        if not observed.size or likelihood.typical_share < 1.0:
            return ""
        largest = "its run is read as its firm's largest (typical_share = 1)"
        return f"{largest}: a run that may be a smaller one has a lower share"

    def observation(self, observed: Observed, clock: Clock) -> float:
        return clock.months(observed.date) if observed.size is None else math.log(observed.size)

    def figures(self, observed: Observed, likelihood: RunLikelihood, clock: Clock) -> dict[str, float]:
        if observed.size is None:
            return {"sd": likelihood.months_sd or 0.0}
        begun = max(clock.months(self.begun(observed)), 0.0)
        return {"sd": likelihood.size_sd or 0.0, "date": begun, "typical_share": likelihood.typical_share}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        if observed.size is None:
            return xp.minimum(self.months(state)[observed.event, state.firm(observed.firm)], CENTURY)
        share = state.run_share(xp, observed.firm, observed.event)
        largest = largest_of(xp, state, observed.firm, share, figures["date"])
        return log_of(xp, largest * figures["typical_share"])

    def begun(self, observed: Observed) -> datetime.date:
        """Day whose pool decides how large the run can be."""
        return observed.date

    @abstractmethod
    def months(self, state: ModelState) -> Mapping[tuple[str, str], Any]:
        """Month of the model, by event and firm, that the day is held against."""


def committed(xp: Any, state: ModelState, firm: str, month: Any) -> Any:
    """Largest run that a firm can commit to at a month, did rivals within the firm take nothing, FLOP."""
    return largest_of(xp, state, firm, state.budget(xp, firm), month)


def largest_of(xp: Any, state: ModelState, firm: str, share: Any, month: Any) -> Any:
    """Largest run on a share of a firm's compute at a month, FLOP."""
    firm = state.firm(firm)
    return largest_run(share, state.pools[firm].at(xp, month), state.flop_month[firm])
