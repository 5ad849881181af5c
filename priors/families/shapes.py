"""Location-scale families with a shape: Student's t and the skew-normal."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from ..bases import Array
from ..log_densities import log_density_of_score, log_student_t
from ..scores import rank_of
from .family import Figure, Positive
from .tabulated import FIRST_SCORES, Table, Tabulated, tabulate

EVERYWHERE = (-math.inf, math.inf)
TAIL = 2.0  # shape times distance, from which on the skew-normal's thin tail is a sum over `TAIL_NODES`
TAIL_NODES = 64


class LocationScale(Tabulated):
    """A family that is a standard distribution, moved and stretched."""

    model_config = ConfigDict(defer_build=True)
    widest: ClassVar[tuple[float, float] | None] = EVERYWHERE
    location: Figure
    scale: Positive

    def location_and_scale(self) -> tuple[Any, Any]:
        return self.location, self.scale

    def log_density(self, value: Array | float) -> Array:
        return np.asarray(self._log_standard_density(self._standard(value)) - np.log(self.scale))

    def _log_standard_density(self, x: Array) -> Array:
        raise NotImplementedError


class StudentT(LocationScale):
    """Student's t distribution: location, scale and degrees of freedom: the fewer, the heavier the tails.

    Attributes
    ----------
    location, scale : float
        In the quantity's unit.
    degrees_of_freedom : float
        1 or more; 1 makes a Cauchy distribution.

    Examples
    --------
    >>> from catchup.priors import StudentT
    >>> optimism = StudentT(location=0.3, scale=0.2, degrees_of_freedom=4.0)
    >>> optimism.quantile([0.05, 0.5, 0.95]).round(2)
    array([-0.13,  0.3 ,  0.73])
    """

    family: ClassVar[str] = "student_t"
    degrees_of_freedom: Annotated[float, Field(ge=1, le=1e6)]

    def table(self) -> Table:
        return _student_table(self.degrees_of_freedom)

    def _log_standard_density(self, x: Array) -> Array:
        return np.asarray(log_student_t(np, x, 1.0, self.degrees_of_freedom))


@lru_cache
def _student_table(freedom: float) -> Table:
    from scipy.special import stdtr, stdtrit

    def cdf(x: Array) -> Array:
        return np.asarray(stdtr(freedom, x))

    lower = stdtrit(freedom, rank_of(np, FIRST_SCORES[FIRST_SCORES < 0.0]))
    start = np.concatenate([lower, [0.0], -lower])
    return tabulate(cdf, lambda x: cdf(-x), lambda x: np.asarray(log_student_t(np, x, 1.0, freedom)), EVERYWHERE, start)


class SkewNormal(LocationScale):
    r"""Skew-normal distribution: location, scale and shape, whose sign is that of the skewness; 0 is the normal.

    Its density is :math:`\frac{2}{s} \varphi(z) \Phi(a z)` with :math:`z = (x - c)/s`: c the location (the mode only
    where a is 0), s the scale and a the shape.

    Attributes
    ----------
    location, scale : float
        In the quantity's unit.
    shape : float
        From -1000 to 1000.

    References
    ----------
    .. [1] Azzalini, A class of distributions which includes the normal ones (1985).

    Examples
    --------
    >>> from catchup.priors import SkewNormal
    >>> lead = SkewNormal(location=2.0, scale=3.0, shape=4.0)
    >>> lead.quantile([0.05, 0.5, 0.95]).round(2)
    array([1.76, 4.02, 7.88])
    """

    family: ClassVar[str] = "skew_normal"
    shape: Annotated[float, Field(ge=-1e3, le=1e3)]

    def table(self) -> Table:
        return _skew_table(self.shape)

    def _log_standard_density(self, x: Array) -> Array:
        return _skew_log_density(x, self.shape)


@lru_cache
def _skew_table(shape: float) -> Table:
    # scores of a normal distribution, and of the half-normal one that it comes near to on its thin side
    thin = np.linspace(-9.0, 0.0, 60) / math.hypot(1.0, shape)
    start = np.concatenate([FIRST_SCORES, thin if shape > 0 else -thin])
    return tabulate(
        lambda x: _skew_cdf(x, shape),
        lambda x: _skew_cdf(-x, -shape),
        lambda x: _skew_log_density(x, shape),
        EVERYWHERE,
        start,
    )


def _skew_log_density(x: Array, shape: float) -> Array:
    from scipy.special import log_ndtr

    return np.asarray(math.log(2.0) + log_density_of_score(x) + log_ndtr(shape * x))


def _skew_cdf(x: Array, shape: float) -> Array:
    r"""Distribution function :math:`\Phi(x) - 2 T(x, a)`, T being Owen's; in the thin tail, where the two cancel,

    .. math:: \frac{e^{-x^2 (1 + a^2)/2}}{\pi x^2} \int_0^\infty \frac{e^{-v}\,dv}{r (1 + r^2)},
       \qquad r^2 = a^2 + 2 v / x^2 .
    """
    from scipy.special import ndtr, owens_t

    whole = np.asarray(ndtr(x) - 2.0 * owens_t(x, shape))
    thin = shape * x < -TAIL if shape > 0 else np.zeros(x.shape, dtype=bool)
    if thin.any():
        nodes, weights = np.polynomial.laguerre.laggauss(TAIL_NODES)
        square = np.square(x[thin])[:, None]
        r = np.sqrt(shape**2 + 2.0 * nodes / square)
        integral = (weights / (r * (1.0 + r**2))).sum(axis=1) / square[:, 0]
        whole[thin] = np.exp(-0.5 * square[:, 0] * (1.0 + shape**2)) / math.pi * integral
    return whole
