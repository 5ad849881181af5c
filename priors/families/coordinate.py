"""Coordinates in which curves through quantiles are smooth, and stay inside the support."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bases import Array

LARGEST_EXPONENT = 700.0  # of more, exponentials are infinite


@dataclass(frozen=True)
class Coordinate:
    r"""A rising map from a support to the real line.

    Between two bounds :math:`y = \log\frac{x - a}{b - x}`; above one :math:`y = \log(x - a)`; below one
    :math:`y = -\log(b - x)`; without bounds :math:`y = \operatorname{arsinh}\frac{x - c}{s}`, or x itself.

    Attributes
    ----------
    low, high : float
        The support; may be infinite.
    centre, width : float
        c and s, where there are no bounds.
    straight : bool
        Without bounds, x itself.
    """

    low: float = -math.inf
    high: float = math.inf
    centre: float = 0.0
    width: float = 1.0
    straight: bool = False

    def of(self, x: Array) -> Array:
        """Coordinate of values, minus or plus infinity outside the support."""
        x = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        with np.errstate(divide="ignore"):
            if math.isfinite(self.low) and math.isfinite(self.high):
                return np.log(x - self.low) - np.log(self.high - x)
            if math.isfinite(self.low):
                return np.log(x - self.low)
            if math.isfinite(self.high):
                return -np.log(self.high - x)
        return x if self.straight else np.arcsinh((x - self.centre) / self.width)

    def to(self, xp: Any, y: Any) -> Any:
        """Values at coordinates, over ``numpy`` or ``pytensor.tensor`` (`xp`)."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            # each half from its own end: neither is left by rounding
            y, width = xp.clip(y, -LARGEST_EXPONENT, LARGEST_EXPONENT), self.high - self.low
            return xp.where(y > 0.0, self.high - width / (1.0 + xp.exp(y)), self.low + width / (1.0 + xp.exp(-y)))
        if math.isfinite(self.low):
            return self.low + xp.exp(y)
        if math.isfinite(self.high):
            return self.high - xp.exp(-y)
        return y if self.straight else self.centre + self.width * xp.sinh(y)

    def log_slope(self, x: Array) -> Array:
        """Log of dx/dy at values inside the support."""
        x = np.asarray(x, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            if math.isfinite(self.low) and math.isfinite(self.high):
                return np.log(x - self.low) + np.log(self.high - x) - math.log(self.high - self.low)
            if math.isfinite(self.low):
                return np.log(x - self.low)
            if math.isfinite(self.high):
                return np.log(self.high - x)
        if self.straight:
            return np.zeros(x.shape)
        return np.log(np.hypot(self.width, x - self.centre))
