"""The distribution families a prior may have, each a base distribution in some coordinate.

A family checks its own numbers, says where its support lies, and carries values from the base's
coordinate to natural units. Quantile, distribution function and PyMC form then follow from the base.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from .bases import BASES, Array
from .strict import StrictModel, misfit

CLOSEST = 1e-9  # relative distance of two bounds; nearer ones drown in rounding
LARGEST = 1e100  # so that no product of two figures overflows
Figure = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Positive = Annotated[float, Field(gt=0, le=LARGEST)]
Shape = Annotated[float, Field(ge=1, le=1e6)]  # below 1 the density is infinite at a bound, where draws then pile up


class Family(StrictModel):
    """A distribution of one quantity.

    Attributes
    ----------
    family : str
        Its name in TOML.
    base : str or None
        Which base distribution carries it; None for a quantity without uncertainty.
    widest : tuple of float or None
        Its support, where that is the same whatever its numbers; None where they bound it.
    """

    family: ClassVar[str]
    base: ClassVar[str | None]
    widest: ClassVar[tuple[float, float] | None] = None

    def base_parameters(self) -> tuple[float, ...]:
        """Parameters of the base distribution, in its order."""
        raise NotImplementedError

    def support(self) -> tuple[float, float]:
        """Lowest and highest value, in natural units."""
        if self.widest is None:
            raise NotImplementedError
        return self.widest

    def to_natural(self, value: Any) -> Any:
        """Carry a value from the base's coordinate to natural units (NumPy array or PyTensor variable)."""
        return value

    def to_base(self, value: Any) -> Any:
        """Carry a value from natural units to the base's coordinate (NumPy array)."""
        return value

    def quantile(self, u: Array | float) -> Array:
        """Quantile function.

        Parameters
        ----------
        u : array or float
            Probabilities in (0, 1).

        Returns
        -------
        array
            Values in natural units, of the same shape.
        """
        probabilities = np.asarray(u, dtype=float)
        if self.base is None:
            return np.full(probabilities.shape, self.base_parameters()[0])
        return np.asarray(self.quantile_in(np, probabilities))

    def quantile_in(self, xp: Any, u: Any) -> Any:
        """Quantile function over ``numpy`` or ``pytensor.tensor`` (`xp`), of a quantity that is not fixed."""
        return self.to_natural(BASES[self.base or ""].quantile(xp, u, *map(np.float64, self.base_parameters())))

    def cdf(self, value: Array | float) -> Array:
        """Distribution function at values in natural units."""
        values = np.asarray(value, dtype=float)
        if self.base is None:
            return (values >= self.base_parameters()[0]).astype(float)
        return BASES[self.base].cdf(np.asarray(self.to_base(values)), *map(np.float64, self.base_parameters()))

    def log_density(self, value: Array | float) -> Array:
        """Log density in the base's coordinate, which the PyMC model's is too, at values in natural units."""
        values = np.asarray(value, dtype=float)
        if self.base is None:
            return np.zeros(values.shape)
        return BASES[self.base].log_density(np.asarray(self.to_base(values)), *map(np.float64, self.base_parameters()))

    def log_slope(self, value: Array | float) -> Array:
        """Log of the derivative of natural units by the base's coordinate, at values in natural units."""
        return np.zeros(np.shape(value))

    def log_pdf(self, value: Array | float) -> Array:
        """Log density in natural units, at values inside the support, in natural units."""
        return self.log_density(value) - self.log_slope(value)


class _Bounded(Family):
    """A family given by its lowest and highest value."""

    low: Figure
    high: Figure

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise misfit("high", f"must be above low ({self.low:g}), not {self.high:g}")
        if self.high - self.low < CLOSEST * max(abs(self.low), abs(self.high)):
            raise misfit("high", f"is too close to low ({self.low:g}) to tell apart; the fixed family takes one value")
        return self

    def support(self) -> tuple[float, float]:
        return self.low, self.high


class _Log10(Family):
    """A family whose base lives in log10."""

    def to_natural(self, value: Any) -> Any:
        # exp(x log 10) instead of 10**x: several times faster over an array
        scaled = value * math.log(10.0)
        return np.exp(scaled) if isinstance(scaled, (np.ndarray, float)) else scaled.exp()

    def to_base(self, value: Any) -> Any:
        return np.log10(value)

    def log_slope(self, value: Array | float) -> Array:
        return np.log(np.asarray(value, dtype=float) * math.log(10.0))


class Triangular(_Bounded):
    """Triangular distribution: lowest, most likely and highest value."""

    family: ClassVar[str] = "triangular"
    base: ClassVar[str | None] = "triangular"
    mode: Figure

    @model_validator(mode="after")
    def _mode_inside(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise misfit("mode", f"must lie between low ({self.low:g}) and high ({self.high:g}), not {self.mode:g}")
        return self

    def base_parameters(self) -> tuple[float, ...]:
        return self.low, self.mode, self.high


class TriangularLog10(_Log10, Triangular):
    """Triangular distribution of the base-10 logarithm; low, mode and high in natural units."""

    family: ClassVar[str] = "triangular_log10"
    low: Positive
    mode: Positive
    high: Positive

    def base_parameters(self) -> tuple[float, ...]:
        return math.log10(self.low), math.log10(self.mode), math.log10(self.high)


class Uniform(_Bounded):
    """Uniform distribution between two values."""

    family: ClassVar[str] = "uniform"
    base: ClassVar[str | None] = "uniform"

    def base_parameters(self) -> tuple[float, ...]:
        return self.low, self.high


class LogUniform(_Log10, _Bounded):
    """Uniform distribution of the logarithm between two positive values."""

    family: ClassVar[str] = "loguniform"
    base: ClassVar[str | None] = "uniform"
    low: Positive
    high: Positive

    def base_parameters(self) -> tuple[float, ...]:
        return math.log10(self.low), math.log10(self.high)


class Normal(Family):
    """Normal distribution: mean and standard deviation."""

    family: ClassVar[str] = "normal"
    base: ClassVar[str | None] = "normal"
    widest: ClassVar[tuple[float, float] | None] = (-math.inf, math.inf)
    mean: Figure
    sd: Positive

    def base_parameters(self) -> tuple[float, ...]:
        return self.mean, self.sd


class LogNormal(_Log10):
    """Lognormal distribution: median, and standard deviation of the natural logarithm."""

    family: ClassVar[str] = "lognormal"
    base: ClassVar[str | None] = "normal"
    widest: ClassVar[tuple[float, float] | None] = (0.0, math.inf)
    median: Positive
    sigma: Annotated[float, Field(gt=0, le=10)]

    def base_parameters(self) -> tuple[float, ...]:
        return math.log10(self.median), self.sigma / math.log(10.0)


class Beta(_Bounded):
    """Beta distribution, between 0 and 1 unless low and high say otherwise."""

    family: ClassVar[str] = "beta"
    base: ClassVar[str | None] = "beta"
    alpha: Shape
    beta: Shape
    low: Figure = 0.0
    high: Figure = 1.0

    def base_parameters(self) -> tuple[float, ...]:
        return self.alpha, self.beta

    def to_natural(self, value: Any) -> Any:
        return self.low + (self.high - self.low) * value

    def to_base(self, value: Any) -> Any:
        return (value - self.low) / (self.high - self.low)

    def log_slope(self, value: Array | float) -> Array:
        return np.full(np.shape(value), math.log(self.high - self.low))


class Fixed(Family):
    """A known value, without uncertainty."""

    family: ClassVar[str] = "fixed"
    base: ClassVar[str | None] = None
    value: Figure

    def base_parameters(self) -> tuple[float, ...]:
        return (self.value,)

    def support(self) -> tuple[float, float]:
        return self.value, self.value


FAMILIES: dict[str, type[Family]] = {
    family.family: family
    for family in (Triangular, TriangularLog10, Uniform, LogUniform, Normal, LogNormal, Beta, Fixed)
}
