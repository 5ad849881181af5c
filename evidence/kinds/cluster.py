r"""`cluster`: an operational cluster, which a firm's whole pool cannot be smaller than.

.. math:: P(\text{pool as large}) = \frac{1}{1 + e^{-x / w}}, \qquad
          x = \log\mathrm{pool}(t) - \log(n h), \quad w = s\,\sqrt{3} / \pi

n chips of h H100e each stand in the cluster on day t. The pool is all that the firm has, with what of it is not fit for
pre-training: a report is of what is owned (see `stocks`). s is the scatter of what a chip is worth and of how many are
meant (a logistic curve of that standard deviation: a bound is not sharper than its count, and a sampler needs a slope
to follow). An observation of 1 is a pool at least as large, 0 a smaller one. How much larger it is, nothing says.
"""

from __future__ import annotations

import datetime
import math
from typing import Any, ClassVar

from ...priors.strict import StrictModel
from ..units import H100E, ChipName, h100e_of
from .kind import Clock, Figures, Kind, ModelState, Name, Positive, log_of
from .stocks import sources_of, stock_at

SCALE_PER_SD = math.sqrt(3.0) / math.pi  # of a logistic distribution


class Observed(StrictModel):
    """How many chips of which type, whose, and on which day."""

    value: Positive
    chip: ChipName = H100E
    firm: Name
    date: datetime.date


class Likelihood(StrictModel):
    """Scatter of the cluster's size in H100e, natural logarithm."""

    sd: Positive


class Cluster(Kind[Observed, Likelihood]):
    """A cluster as a lower bound of a pool."""

    name: ClassVar[str] = "cluster"
    unit: ClassVar[str] = "1 for a pool at least as large, 0 for a smaller one"
    subject: ClassVar[str] = "Clusters in operation"
    amount: ClassVar[str] = "value"
    observed = Observed
    likelihood = Likelihood

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def two_outcomes(self, observed: Observed) -> bool:
        return True

    def held(self, observed: Observed) -> float | None:
        return observed.value * h100e_of(observed.chip)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return 1.0

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        size = math.log(observed.value * h100e_of(observed.chip))
        return {"log_size": size, "date": max(clock.months(observed.date), 0.0), **likelihood.model_dump()}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        owned = sources_of(state.assumptions, observed.firm)
        return log_of(xp, stock_at(xp, state, owned, figures["date"], yearly_growth=1.0))

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        excess = self._excess(prediction, figures)
        return -xp.logaddexp(0.0, xp.where(value > 0.5, -excess, excess))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        # the logistic curve's own inverse: as large where uniform < 1 / (1 + e^-x)
        as_large = xp.log(uniform) - xp.log1p(-uniform) < self._excess(prediction, figures)
        return xp.where(as_large, xp.ones_like(prediction), xp.zeros_like(prediction))

    def explanation(self, value: float, figures: Figures) -> float:
        return float(figures["log_size"])

    def _excess(self, prediction: Any, figures: Figures) -> Any:
        return (prediction - figures["log_size"]) / (figures["sd"] * SCALE_PER_SD)
