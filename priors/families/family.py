"""What every distribution family is: numbers that are checked, and the forms that engines and commands need."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, PlainSerializer, WrapValidator

from ..bases import BASES, Array
from ..scores import FARTHEST_SCORE, LARGEST_UNIFORM, SMALLEST_UNIFORM, log10, power_of_10, rank_of
from ..strict import StrictModel
from .given import Given, number_as_written, number_or_given

SCORE = "score"  # the base of a family without one of its own: the standard normal distribution of the score
CLOSEST = 1e-9  # relative distance of two bounds; nearer ones drown in rounding
LARGEST = 1e100  # so that no product of two figures overflows
if TYPE_CHECKING:
    # a number; a `Given`; or, once that has been given, an array or a variable
    type Figure = Any
    type Positive = Any
    type Spread = Any
else:
    _OR_GIVEN = WrapValidator(number_or_given), PlainSerializer(number_as_written)
    Figure = Annotated[float, Field(ge=-LARGEST, le=LARGEST), *_OR_GIVEN]
    Positive = Annotated[float, Field(gt=0, le=LARGEST), *_OR_GIVEN]
    Spread = Annotated[float, Field(gt=0, le=10), *_OR_GIVEN]  # of a natural logarithm
Shape = Annotated[float, Field(ge=1, le=1e6)]  # below 1 the density is infinite at a bound, where draws then pile up


def are_known(*numbers: Any) -> bool:
    """Whether numbers are numbers: none is given by another quantity."""
    return not any(isinstance(number, Given) for number in numbers)


class Family(StrictModel):
    """A distribution of one quantity.

    A family of your own derives from this class, names itself, declares its numbers as fields (typed `Figure`,
    `Positive` or `Spread` where another quantity may give them) and brings `support`, `quantile_in`, `cdf` and
    `log_density`.

    Attributes
    ----------
    family : str
        Its name in TOML.
    base : str or None
        Which base distribution carries it: one of `BASES`; ``score`` for the standard normal score that every
        quantile function can be a function of; None for a quantity that takes no random number of its own.
    widest : tuple of float or None
        Its support, where that is the same whatever its numbers; None where they bound it.
    shorthands : tuple of str
        Keys that its fields may be written by instead.
    example : mapping
        Numbers, by name, on which a family of your own is tried when it is registered.

    Examples
    --------
    >>> from catchup.priors import Family, LogNormal
    >>> stock = LogNormal(median=2.1e6, sigma=0.2)
    >>> isinstance(stock, Family), stock.support()
    (True, (0.0, inf))
    >>> stock.quantile([0.05, 0.95]).round(-4)
    array([1510000., 2920000.])
    """

    family: ClassVar[str]
    base: ClassVar[str | None] = SCORE
    widest: ClassVar[tuple[float, float] | None] = None
    shorthands: ClassVar[tuple[str, ...]] = ()
    example: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    @cache
    def row_keys(cls) -> tuple[str, ...]:
        """Keys of TOML that its numbers may be written under."""
        return *cls.model_fields, *cls.shorthands

    def support(self) -> tuple[float, float]:
        """Lowest and highest value, in natural units."""
        if self.widest is None:
            raise NotImplementedError
        return self.widest

    def quantile_in(self, xp: Any, u: Any) -> Any:
        """Quantile function over ``numpy`` or ``pytensor.tensor`` (`xp`), of a quantity that is drawn."""
        raise NotImplementedError

    def cdf(self, value: Array | float) -> Array:
        """Distribution function at values in natural units."""
        raise NotImplementedError

    def log_density(self, value: Array | float) -> Array:
        """Log density in the family's own coordinate (natural units, unless `log_slope` says otherwise)."""
        raise NotImplementedError

    def log_slope(self, value: Array | float) -> Array:
        """Log of the derivative of natural units by the family's own coordinate, at values in natural units."""
        return np.zeros(np.shape(value))

    def sf(self, value: Array | float) -> Array:
        """Survival function, one minus the distribution function, at values in natural units."""
        return 1.0 - self.cdf(value)

    def log_pdf(self, value: Array | float) -> Array:
        """Log density in natural units, at values in natural units."""
        density = self.log_density(value)
        outside = np.isneginf(density)
        return np.where(outside, density, density - np.where(outside, 0.0, self.log_slope(value)))

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
        return np.asarray(self.quantile_in(np, np.asarray(u, dtype=float)))

    def at_score(self, xp: Any, score: Any) -> Any:
        """Value whose rank has a normal score, over an array namespace."""
        return self.quantile_in(xp, rank_of(xp, xp.clip(score, -FARTHEST_SCORE, FARTHEST_SCORE)))

    def extremes(self) -> tuple[float, float]:
        """Least and greatest value that is ever drawn."""
        return float(self.quantile(SMALLEST_UNIFORM)), float(self.quantile(LARGEST_UNIFORM))

    @property
    def parents(self) -> tuple[str, ...]:
        """Quantities whose values it must be given before it is a distribution; none for most."""
        return ()

    def given(self, values: Mapping[str, Any]) -> Family:
        """The distribution that the values of its parents (arrays of draws, or variables of a graph) make it."""
        return self

    def known(self, xp: Any) -> Any:
        """Value of a quantity that takes no random number of its own, over an array namespace."""
        raise NotImplementedError

    @property
    def certain(self) -> bool:
        """Whether it is one known value."""
        return self.base is None and not self.parents

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Quantities that give numbers of it, in order of first mention."""
        return tuple(dict.fromkeys(number.quantity for number in self.numbers_given))

    @cached_property
    def numbers_given(self) -> tuple[Given, ...]:
        """Its numbers that other quantities give, in order of mention."""
        found = []

        def note(number: Given) -> Given:
            found.append(number)
            return number

        self.mapped(note)
        return tuple(found)

    def mapped(self, change: Callable[[Given], Any]) -> Family:
        """The same family with each number that another quantity gives changed, and nothing checked anew."""
        numbers = {name: _mapped(getattr(self, name), change) for name in type(self).model_fields}
        return type(self).model_construct(**numbers)

    def as_row(self) -> dict[str, Any]:
        """Return its name and numbers as a row of TOML has them."""
        return {"family": self.family, **self.model_dump(exclude_none=True)}


def _mapped(value: Any, change: Callable[[Given], Any]) -> Any:
    if isinstance(value, Given):
        return change(value)
    return value.mapped(change) if isinstance(value, Family) else value


class Based(Family):
    """A family that is one of the base distributions in some coordinate.

    Attributes
    ----------
    base : str
        One of `BASES`.

    Examples
    --------
    >>> from catchup.priors import Based, LogNormal
    >>> stock = LogNormal(median=2.1e6, sigma=0.2)
    >>> isinstance(stock, Based), stock.base
    (True, 'normal')
    >>> stock.to_base(1e6), stock.to_natural(6.0)
    (6.0, np.float64(1000000.0000000013))
    """

    def base_parameters(self) -> tuple[Any, ...]:
        """Parameters of the base distribution, in its order."""
        raise NotImplementedError

    def to_natural(self, value: Any) -> Any:
        """Carry a value from the base's coordinate to natural units (NumPy array or PyTensor variable)."""
        return value

    def to_base(self, value: Any) -> Any:
        """Carry a value from natural units to the base's coordinate."""
        return value

    def quantile_in(self, xp: Any, u: Any) -> Any:
        """Quantile function over ``numpy`` or ``pytensor.tensor`` (`xp`)."""
        return self.to_natural(self._of_base.quantile(xp, u, *self._parameters))

    def cdf_in(self, xp: Any, value: Any) -> Any:
        """Distribution function over ``numpy`` or ``pytensor.tensor`` (`xp`), at values inside the support."""
        return self._of_base.cdf_in(xp, self.to_base(value), *self._parameters)

    def cdf(self, value: Array | float) -> Array:
        """Distribution function at values in natural units."""
        with np.errstate(over="ignore"):  # beyond all numbers of standard deviations: as good as infinitely many
            return np.asarray(self.cdf_in(np, np.asarray(value, dtype=float)))

    def sf(self, value: Array | float) -> Array:
        """Survival function at values in natural units."""
        at = np.asarray(self.to_base(np.asarray(value, dtype=float)))
        with np.errstate(over="ignore"):
            return np.asarray(self._of_base.sf(at, *self._parameters))

    def log_density(self, value: Array | float) -> Array:
        """Log density in the base's coordinate, which the PyMC model's is too, at values in natural units."""
        with np.errstate(over="ignore"):
            return self.log_density_of_base(np.asarray(self.to_base(np.asarray(value, dtype=float))))

    def log_density_of_base(self, value: Array) -> Array:
        """Log density in the base's coordinate, at values in that coordinate."""
        with np.errstate(over="ignore"):
            return np.asarray(self._of_base.log_density(value, *self._parameters))

    def at_score(self, xp: Any, score: Any) -> Any:
        """Value whose rank has a normal score, over an array namespace."""
        if self.base != "normal":
            return super().at_score(xp, score)
        mean, sd = self.base_parameters()
        return self.to_natural(mean + sd * score)

    @property
    def _of_base(self) -> Any:
        return BASES[self.base or ""]

    @property
    def _parameters(self) -> list[Any]:
        return [np.float64(number) if isinstance(number, (int, float)) else number for number in self.base_parameters()]


class Logarithmic(Based):
    """A family whose base lives in log10."""

    def to_natural(self, value: Any) -> Any:
        return power_of_10(value)

    def to_base(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return log10(value)
        with np.errstate(divide="ignore"):  # of what is not positive: minus infinity, below which nothing lies
            return np.log10(np.maximum(value, 0.0))

    def log_slope(self, value: Array | float) -> Array:
        """Log of x log 10."""
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(value, 0.0) * math.log(10.0))
