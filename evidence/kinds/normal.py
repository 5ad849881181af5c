"""Kinds whose observation is normal around the prediction in their coordinate."""

from __future__ import annotations

from typing import Any

from ...priors.log_densities import log_normal_density
from ...priors.strict import StrictModel
from .kind import Figures, Kind


class NormalKind[Observed: StrictModel, Likelihood: StrictModel](Kind[Observed, Likelihood]):
    """A kind whose observation is normal around the prediction."""

    def spread(self, xp: Any, figures: Figures) -> Any:
        """Standard deviation in the kind's coordinate."""
        return figures["sd"]

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        return log_normal_density(xp, value, prediction, self.spread(xp, figures))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        return prediction + self.spread(xp, figures) * normal


class ReadingKind[Observed: StrictModel, Likelihood: StrictModel](NormalKind[Observed, Likelihood]):
    """A kind whose observation is read off with an error of its own, beside what the likelihood allows for."""

    def spread(self, xp: Any, figures: Figures) -> Any:
        return xp.sqrt(figures["reading_sd"] ** 2 + figures["sd"] ** 2)
