"""The normal density, and the kinds whose observation is normal around the prediction in their coordinate."""

from __future__ import annotations

import math
from typing import Any

from ...priors.strict import StrictModel
from ..intervals import interval_sd as interval_sd
from .kind import Figures, Kind

SQRT_HALF = math.sqrt(0.5)
HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


class NormalKind[Observed: StrictModel, Likelihood: StrictModel](Kind[Observed, Likelihood]):
    """A kind whose observation is normal around the prediction."""

    def spread(self, xp: Any, figures: Figures) -> Any:
        """Standard deviation in the kind's coordinate."""
        return figures["sd"]

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        return log_normal_density(xp, value, prediction, self.spread(xp, figures))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        return prediction + self.spread(xp, figures) * normal


def log_normal_density(xp: Any, value: Any, mean: Any, sd: Any) -> Any:
    r"""Log of :math:`N(x; \mu, \sigma)`."""
    scaled = (value - mean) * (SQRT_HALF / sd)
    return -(xp.log(sd) + HALF_LOG_TWO_PI) - scaled * scaled
