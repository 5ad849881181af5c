"""A distribution cut off at one bound or two."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import ConfigDict, PrivateAttr, model_validator

from ..bases import Array
from ..scores import LARGEST_UNIFORM, SMALLEST_UNIFORM, score_of
from ..strict import misfit, unlikely
from .classic import refuse_disordered
from .family import CLOSEST, Based, Family, Figure
from .given import Given
from .nested import Inner

LEAST_KEPT = 1e-6  # share of the probability that must lie between the bounds: fewer digits are left of the rest


class Truncated(Family):
    """Another distribution, given that the value lies between two bounds, or on one side of one.

    Attributes
    ----------
    of : Family
        What is truncated.
    low, high : float or None
        In the quantity's unit; one of them may be left out.

    Examples
    --------
    >>> from catchup.priors import Normal, Truncated
    >>> optimism = Truncated(of=Normal(mean=0.3, sd=0.2), low=0.0)
    >>> optimism.quantile([0.05, 0.5, 0.95]).round(2)
    array([0.06, 0.32, 0.64])
    """

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = "truncated"
    of: Inner
    low: Figure | None = None
    high: Figure | None = None
    _from_above: bool = PrivateAttr(False)  # whether probabilities are counted from above, where they are small

    @model_validator(mode="after")
    def _keeps_something(self) -> Self:
        if self.of.base is None:
            raise misfit("of", f"a distribution was expected: the {self.of.family} family has nothing to cut off")
        if self.low is None and self.high is None:
            raise misfit("low", "is missing; the truncated family takes of, and low, high or both")
        if self.low is not None and self.high is not None:
            refuse_disordered(self.low, self.high)
        if self.named:
            if not isinstance(self.of, Based):
                wanted = "where another quantity gives a number, a family with a base distribution is truncated"
                raise misfit("of", f"{wanted} (normal, lognormal, triangular, uniform, beta ...), not {self.of.family}")
            return self
        self._from_above = self.low is not None and bool(self.of.cdf(self.low) >= 0.5)
        kept = float(self._kept(np))
        if not kept >= LEAST_KEPT:
            probability = f"lies between the bounds with probability {max(kept, 0.0):.1g}"
            raise unlikely("of", f"{probability}; at least {LEAST_KEPT:g} is needed")
        return self

    def cuts(self, low: float, high: float) -> bool:
        """Whether a bound may fall within what reaches from `low` to `high`."""
        if isinstance(self.low, Given) or isinstance(self.high, Given):
            return True
        return (self.low is not None and self.low > low) or (self.high is not None and self.high < high)

    def support(self) -> tuple[float, float]:
        low, high = self.of.support()
        return (
            low if self.low is None else max(low, self.low),
            high if self.high is None else min(high, self.high),
        )

    def quantile_in(self, xp: Any, u: Any) -> Any:
        value = self._unbounded(xp, u)
        # rounding could leave the bounds
        value = value if self.low is None else xp.maximum(value, self.low)
        value = value if self.high is None else xp.minimum(value, self.high)
        return self._off_bounds(value) if xp is np else value

    def _unbounded(self, xp: Any, u: Any) -> Any:
        start, kept = self._start(xp), self._kept(xp)
        if self._from_above:
            return self.of.at_score(xp, -score_of(xp, start - u * kept))
        return self.of.quantile_in(xp, xp.minimum(start + u * kept, LARGEST_UNIFORM))

    def _off_bounds(self, value: Array) -> Array:
        """Move what rounding has put on a bound to the nearest value that is ever drawn: it may be divided by."""
        for bound, side in ((self.low, 1.0), (self.high, -1.0)):
            if bound is None or not np.any(on_bound := value == bound):
                continue
            middle = self._unbounded(np, np.full(np.shape(value), 0.5))
            with np.errstate(divide="ignore", over="ignore"):
                nearest = SMALLEST_UNIFORM * self._kept(np) / np.exp(self.of.log_pdf(bound))
            value = np.where(on_bound, bound + side * np.minimum(nearest, CLOSEST * np.abs(middle - bound)), value)
        return value

    def cdf(self, value: Array | float) -> Array:
        values = np.asarray(value, dtype=float)
        start = self._start(np)
        below = start - self.of.sf(values) if self._from_above else self.of.cdf(values) - start
        return np.asarray(np.clip(below / self._kept(np), 0.0, 1.0))

    def sf(self, value: Array | float) -> Array:
        values = np.asarray(value, dtype=float)
        end = self._below(np, self.high, 1.0)
        left = end - self.of.cdf(values)
        if self.high is None or np.all(end > 0.5):
            left = self.of.sf(values) - (0.0 if self.high is None else self.of.sf(self.high))
        return np.asarray(np.clip(left / self._kept(np), 0.0, 1.0))

    def log_density(self, value: Array | float) -> Array:
        """Log density in the coordinate of what is truncated."""
        values = np.asarray(value, dtype=float)
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        inside = (values >= low) & (values <= high)
        return np.where(inside, self.of.log_density(values) - np.log(self._kept(np)), -np.inf)

    def log_slope(self, value: Array | float) -> Array:
        return np.asarray(self.of.log_slope(value))

    def _start(self, xp: Any) -> Any:
        """Probability, before anything is cut off, below the lower bound; or above it."""
        if self._from_above:
            return float(self.of.sf(self.low))
        return self._below(xp, self.low, 0.0)

    def _kept(self, xp: Any) -> Any:
        """Probability, before anything is cut off, between the bounds."""
        if self._from_above:
            return self._start(xp) - (0.0 if self.high is None else float(self.of.sf(self.high)))
        return self._below(xp, self.high, 1.0) - self._start(xp)

    def _below(self, xp: Any, bound: Any, unbounded: float) -> Any:
        low, high = self.of.widest or (-math.inf, math.inf)
        if bound is None or (isinstance(bound, float) and not low < bound < high):
            return unbounded
        return self.of.cdf(bound) if xp is np or not isinstance(self.of, Based) else self.of.cdf_in(xp, bound)
