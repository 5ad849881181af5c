"""Families that are a base distribution in some coordinate, and the fixed value.

A family checks its own numbers, says where its support lies, and carries values from the base's
coordinate to natural units. Quantile, distribution function and PyMC form then follow from the base.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import model_validator

from ..bases import Array
from ..scores import log10, power_of_10
from ..strict import misfit
from .family import CLOSEST, Based, Family, Figure, Logarithmic, Positive, Shape, Spread, are_known


class Bounded(Based):
    """A family given by its lowest and highest value."""

    low: Figure
    high: Figure

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        refuse_disordered(self.low, self.high)
        return self

    def support(self) -> tuple[float, float]:
        return self.low, self.high


def refuse_disordered(low: Any, high: Any) -> None:
    """Refuse bounds that are known and not in order, or too close to tell apart."""
    if not are_known(low, high):
        return
    if not low < high:
        raise misfit("high", f"must be above low ({low:g}), not {high:g}")
    if high - low < CLOSEST * max(abs(low), abs(high)):
        raise misfit("high", f"is too close to low ({low:g}) to tell apart; the fixed family takes one value")


class Triangular(Bounded):
    """Triangular distribution: lowest, most likely and highest value.

    Attributes
    ----------
    low, mode, high : float
        In the quantity's unit; the mode may be a bound.

    Examples
    --------
    >>> from catchup.priors import Triangular
    >>> mfu = Triangular(low=0.2, mode=0.35, high=0.45)
    >>> mfu.quantile([0.05, 0.5, 0.95]).round(3)
    array([0.243, 0.337, 0.415])
    """

    family: ClassVar[str] = "triangular"
    base: ClassVar[str | None] = "triangular"
    mode: Figure

    @model_validator(mode="after")
    def _mode_inside(self) -> Self:
        if (are_known(self.low, self.mode) and self.mode < self.low) or self._above(self.mode):
            bounds = [f"{bound:g}" if are_known(bound) else bound.quantity for bound in (self.low, self.high)]
            raise misfit("mode", f"must lie between low ({bounds[0]}) and high ({bounds[1]}), not {self.mode:g}")
        return self

    def _above(self, mode: Any) -> bool:
        return are_known(mode, self.high) and bool(mode > self.high)

    def base_parameters(self) -> tuple[Any, ...]:
        return self.low, self.mode, self.high


class TriangularLog10(Logarithmic, Triangular):
    """Triangular distribution of the base-10 logarithm; low, mode and high in natural units.

    Attributes
    ----------
    low, mode, high : float
        In the quantity's unit, above 0.

    Examples
    --------
    >>> from catchup.priors import TriangularLog10
    >>> progress = TriangularLog10(low=1.5, mode=3.0, high=10.0)
    >>> progress.quantile([0.05, 0.5, 0.95]).round(2)
    array([1.94, 3.43, 7.13])
    """

    family: ClassVar[str] = "triangular_log10"
    low: Positive
    mode: Positive
    high: Positive

    def base_parameters(self) -> tuple[Any, ...]:
        return log10(self.low), log10(self.mode), log10(self.high)


class Uniform(Bounded):
    """Uniform distribution between two values.

    Attributes
    ----------
    low, high : float
        In the quantity's unit.

    Examples
    --------
    >>> from catchup.priors import Uniform
    >>> share = Uniform(low=0.2, high=0.6)
    >>> share.quantile([0.25, 0.5, 0.75]).round(2)
    array([0.3, 0.4, 0.5])
    """

    family: ClassVar[str] = "uniform"
    base: ClassVar[str | None] = "uniform"

    def base_parameters(self) -> tuple[Any, ...]:
        return self.low, self.high


class LogUniform(Logarithmic, Bounded):
    """Uniform distribution of the logarithm between two positive values.

    Attributes
    ----------
    low, high : float
        In the quantity's unit, above 0.

    Examples
    --------
    >>> from catchup.priors import LogUniform
    >>> progress = LogUniform(low=2.0, high=8.0)
    >>> progress.quantile([0.25, 0.5, 0.75]).round(2)
    array([2.83, 4.  , 5.66])
    """

    family: ClassVar[str] = "loguniform"
    base: ClassVar[str | None] = "uniform"
    low: Positive
    high: Positive

    def base_parameters(self) -> tuple[Any, ...]:
        return log10(self.low), log10(self.high)


class Normal(Based):
    """Normal distribution: mean and standard deviation.

    Attributes
    ----------
    mean, sd : float
        In the quantity's unit.

    Examples
    --------
    >>> from catchup.priors import Normal
    >>> optimism = Normal(mean=0.3, sd=0.2)
    >>> float(optimism.cdf(0.0).round(3))
    0.067
    """

    family: ClassVar[str] = "normal"
    base: ClassVar[str | None] = "normal"
    widest: ClassVar[tuple[float, float] | None] = (-math.inf, math.inf)
    mean: Figure
    sd: Positive

    def base_parameters(self) -> tuple[Any, ...]:
        return self.mean, self.sd


class LogNormal(Logarithmic):
    """Lognormal distribution: median, and standard deviation of the natural logarithm.

    Attributes
    ----------
    median : float
        In the quantity's unit.
    sigma : float
        In nats.

    Examples
    --------
    >>> from catchup.priors import LogNormal
    >>> stock = LogNormal(median=2.1e6, sigma=0.2)
    >>> stock.quantile([0.05, 0.5, 0.95]).round(-4)
    array([1510000., 2100000., 2920000.])
    """

    family: ClassVar[str] = "lognormal"
    base: ClassVar[str | None] = "normal"
    widest: ClassVar[tuple[float, float] | None] = (0.0, math.inf)
    median: Positive
    sigma: Spread

    def base_parameters(self) -> tuple[Any, ...]:
        return log10(self.median), self.sigma / math.log(10.0)


class ShiftedLogNormal(Logarithmic):
    """Lognormal distribution above a bound: the bound, the median, and the standard deviation of log(x - shift).

    Attributes
    ----------
    shift, median : float
        In the quantity's unit.
    sigma : float
        In nats.

    Examples
    --------
    >>> from catchup.priors import ShiftedLogNormal
    >>> months = ShiftedLogNormal(shift=1.0, median=3.0, sigma=0.5)
    >>> months.quantile([0.05, 0.5, 0.95]).round(2)
    array([1.88, 3.  , 5.55])
    """

    family: ClassVar[str] = "shifted_lognormal"
    base: ClassVar[str | None] = "normal"
    shift: Figure
    median: Figure
    sigma: Spread

    @model_validator(mode="after")
    def _median_above(self) -> Self:
        if are_known(self.shift, self.median) and not self.median > self.shift:
            raise misfit("median", f"must be above shift ({self.shift:g}), not {self.median:g}")
        return self

    def base_parameters(self) -> tuple[Any, ...]:
        return log10(self.median - self.shift), self.sigma / math.log(10.0)

    def support(self) -> tuple[float, float]:
        return self.shift, math.inf

    def to_natural(self, value: Any) -> Any:
        return self.shift + power_of_10(value)

    def to_base(self, value: Any) -> Any:
        return super().to_base(value - self.shift)

    def log_slope(self, value: Array | float) -> Array:
        return super().log_slope(np.asarray(value, dtype=float) - self.shift)


class Beta(Bounded):
    """Beta distribution, between 0 and 1 unless low and high say otherwise.

    Attributes
    ----------
    alpha, beta : float
        Shapes, 1 or more.
    low, high : float
        In the quantity's unit.

    Examples
    --------
    >>> from catchup.priors import Beta
    >>> share = Beta(alpha=2.0, beta=6.0)
    >>> share.quantile([0.05, 0.5, 0.95]).round(2)
    array([0.05, 0.23, 0.52])
    """

    family: ClassVar[str] = "beta"
    base: ClassVar[str | None] = "beta"
    alpha: Shape
    beta: Shape
    low: Figure = 0.0
    high: Figure = 1.0

    def base_parameters(self) -> tuple[Any, ...]:
        return self.alpha, self.beta

    def to_natural(self, value: Any) -> Any:
        return self.low + (self.high - self.low) * value

    def to_base(self, value: Any) -> Any:
        return (value - self.low) / (self.high - self.low)

    def log_slope(self, value: Array | float) -> Array:
        return np.asarray(np.log(self.high - self.low) + np.zeros(np.shape(value)))


class Fixed(Family):
    """A known value, without uncertainty; or the value of another quantity.

    Attributes
    ----------
    value : float
        In the quantity's unit.

    Examples
    --------
    >>> from catchup.priors import Fixed
    >>> known = Fixed(value=0.25)
    >>> known.support(), known.quantile([0.05, 0.95])
    ((0.25, 0.25), array([0.25, 0.25]))
    """

    family: ClassVar[str] = "fixed"
    base: ClassVar[str | None] = None
    value: Figure

    def known(self, xp: Any) -> Any:
        return self.value

    def support(self) -> tuple[float, float]:
        return self.value, self.value

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return xp.zeros_like(u) + self.value

    def cdf(self, value: Array | float) -> Array:
        return np.asarray((np.asarray(value, dtype=float) >= self.value).astype(float))

    def log_density(self, value: Array | float) -> Array:
        return np.zeros(np.shape(value))
