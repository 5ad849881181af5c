r"""`training_run`: a published run, against what the model lets a firm of that kind commit.

.. math:: \log(6 N D) \sim N\bigl(\log(12\,\gamma\,\mathrm{pool}(t)\,F\,u),\ s\bigr)

N are the active parameters, D the tokens, so :math:`6 N D` is the run's compute, two for the forward pass and four for
the backward one (``flop_per_parameter_token``). :math:`12\,\gamma\,\mathrm{pool}(t) F`
is the largest run that the top firm of that kind commits to at the run's date t (its stock at t = 0, for an
earlier run), :math:`\gamma` being its whole budget, the larger of habit and commitment. u is the share of it that a
published run typically comes to: what rival models and teams took is in it. Chips are recorded, not used.

References
----------
.. [1] Kaplan et al., Scaling Laws for Neural Language Models (2020), for 6 N D.
"""

from __future__ import annotations

import datetime
import math
from typing import Any, ClassVar

from ...priors.packaged import own_number
from ...priors.strict import StrictModel
from ..units import ChipName
from .estimate import Share
from .kind import Clock, Figures, ModelState, Name, Positive, log_of
from .normal import NormalKind
from .runs import committed


class Observed(StrictModel):
    """A run's size, its end, the hardware where known, and the kind of firm."""

    active_parameters: Positive
    tokens: Positive
    chips: Positive | None = None
    chip: ChipName | None = None
    firm: Name
    date: datetime.date


class Likelihood(StrictModel):
    """The typical run's share of the largest one, and the scatter of its logarithm."""

    typical_share: Share
    sd: Positive


class TrainingRun(NormalKind[Observed, Likelihood]):
    """A published training run."""

    name: ClassVar[str] = "training_run"
    unit: ClassVar[str] = "log FLOP"
    subject: ClassVar[str] = "Published training runs"
    amount: ClassVar[str] = "tokens"
    observed = Observed
    likelihood = Likelihood

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(own_number("flop_per_parameter_token") * observed.active_parameters * observed.tokens)

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {"date": max(clock.months(observed.date), 0.0), **likelihood.model_dump()}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        flop = committed(xp, state, observed.firm, figures["date"])
        return log_of(xp, flop * figures["typical_share"])
