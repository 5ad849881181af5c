r"""`policy`: a lever that has been enacted, a fact about the world.

It has no likelihood, :math:`f(y) = 1`: the world in which all else is predicted is the one in which the lever acts from
its day on, with what it removes, freezes or limits. (A lag that was measured before that day is held against what could
be foreseen then.) Where the report may be wrong, the lever acts with probability r, its `reliability`: in those draws
whose rank u, uniform between 0 and 1, lies below r. All other evidence then says how likely it is that the policy
holds, :math:`P(u < r \mid \text{evidence})`.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AfterValidator, Field

from ...model.assumptions import Assumptions
from ...model.enacted import Enacted
from ...priors.strict import StrictModel
from .estimate import at_most_one
from .kind import Array, Clock, Figures, Kind, ModelState, Name

RANK = "enactment_rank"
IMPOSSIBLE = -1e6  # log probability of a fact's not being one


class Observed(StrictModel):
    """Which lever, and the day from which it acts."""

    lever: Name
    date: datetime.date


class Likelihood(StrictModel):
    """Probability that it has been enacted as reported."""

    reliability: Annotated[float, Field(gt=0), AfterValidator(at_most_one)] = 1.0


class Policy(Kind[Observed, Likelihood]):
    """An enacted lever."""

    name: ClassVar[str] = "policy"
    unit: ClassVar[str] = "1, a fact"
    subject: ClassVar[str] = "Policies enacted"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return (RANK,)

    def lever(self, observed: Observed) -> str | None:
        return observed.lever

    def two_outcomes(self, observed: Observed) -> bool:
        return True

    def enacted(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> Enacted:
        month = assumptions.calendar.months(observed.date)
        return Enacted("", observed.lever, month, RANK, likelihood.reliability)

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        origin = assumptions.calendar.origin
        if observed.date < origin:
            return "observed.date", f"a day from {origin} (t = 0) on was expected, not {observed.date}"
        return None

    def observation(self, observed: Observed, clock: Clock) -> float:
        return 1.0

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return state.quantity[RANK]

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        return xp.where(value > 0.5, 0.0 * prediction, IMPOSSIBLE + 0.0 * prediction)

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        return xp.ones_like(prediction)

    def explanation(self, value: float, figures: Figures) -> float:
        return 0.0

    def stated_reliability(self, figures: Figures) -> float | None:
        return None if figures["reliability"] >= 1.0 else float(figures["reliability"])

    def probability_genuine(self, value: float, prediction: Array, figures: Figures) -> Array | None:
        if figures["reliability"] >= 1.0:
            return None
        return np.asarray(prediction < figures["reliability"], dtype=float)
