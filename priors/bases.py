"""The four base distributions.

Every family is one of these in some coordinate (its natural one, a logarithm, a scaled one). Holding
the quantile function, the distribution function and the PyMC form of a base side by side is what
keeps the forward simulation and the PyMC model the same model; and a vector per base, instead of a
scalar per quantity, is what keeps the compiled model small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array as Array
from .beta_quantile import beta_quantile, has_whole_shapes
from .log_densities import log_density_of_score
from .scores import rank_of, score_of

SMALLEST = 1e-300  # under a root in a graph: keeps its derivative finite, and changes no digit


@dataclass(frozen=True)
class Base:
    """A base distribution.

    Attributes
    ----------
    name : str
        Its name.
    parameters : tuple of str
        The names of its parameters, in order.
    quantile : callable
        ``quantile(xp, u, *parameters)`` of one quantity: u in (0, 1), of any shape, in the array namespace `xp`
        (``numpy`` or ``pytensor.tensor``). Parameters are numbers or, where other quantities give them, of u's shape.
    cdf_in : callable
        ``cdf_in(xp, x, *parameters)`` of one quantity, over an array namespace: x inside the support, of any shape.
    sf : callable
        ``sf(x, *parameters)``, one minus the distribution function without the loss of digits: x of any shape.
    log_density : callable
        ``log_density(x, *parameters)`` of one quantity: x of any shape, natural logarithm.
    pymc : callable
        ``pymc(name, *parameters, dims=...)``: the vector random variable of many; parameters of shape (quantity,).

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.priors import BASES
    >>> low, mode, high = 4.0, 6.0, 9.0
    >>> BASES["triangular"].quantile(np, np.array([0.05, 0.5, 0.95]), low, mode, high).round(2)
    array([4.71, 6.26, 8.13])
    """

    name: str
    parameters: tuple[str, ...]
    quantile: Callable[..., Any]
    cdf_in: Callable[..., Any]
    sf: Callable[..., Array]
    log_density: Callable[..., Array]
    pymc: Callable[..., Any]

    def cdf(self, x: Array, *parameters: Any) -> Array:
        """Distribution function of one quantity, over NumPy: x of any shape."""
        return np.asarray(self.cdf_in(np, x, *parameters))


def _triangular_quantile(xp: Any, u: Any, low: float, mode: float, high: float) -> Any:
    r"""Invert the distribution function on either side of the mode c of a triangle from a to b.

    .. math:: Q(u) = a + \sqrt{u (b - a)(c - a)} \quad\text{or}\quad b - \sqrt{(1 - u)(b - a)(b - c)},

    the first while u is below the share :math:`(c - a)/(b - a)` of the probability that lies below the mode.

    References
    ----------
    .. [1] Kotz and van Dorp, Beyond Beta (2004), chapter 1.
    """
    width = high - low
    share_below = (mode - low) / width
    share_above = 1.0 - share_below
    # Each root stops growing at the mode, so that their difference is right on both sides of it: to choose
    # between the two by a mask, which no processor can predict, takes longer than the second root. In place where
    # it can be: this runs for every quantity of every draw.
    below = _root(xp, xp.minimum(u * share_below, share_below**2), share_below)
    above = 1.0 - u
    above *= share_above
    above = _root(xp, xp.minimum(above, share_above**2), share_above)
    above -= share_above
    below -= above
    below *= width
    below += low
    return xp.minimum(below, high)


def _root(xp: Any, square: Any, share: Any) -> Any:
    """Root of what grows with a side's share of the probability; zero where the side is empty (a mode on a bound)."""
    if isinstance(share, float):
        # of nothing there is no root in a graph: its derivative would be undefined
        return xp.sqrt(square) if share else xp.zeros_like(square)
    return xp.sqrt(square if xp is np else square + SMALLEST)


def _triangular_cdf(xp: Any, x: Any, low: Any, mode: Any, high: Any) -> Any:
    width = high - low
    share_below = (mode - low) / width
    position = xp.clip((x - low) / width, 0.0, 1.0)
    # A side that is empty (a mode on a bound) is never selected; its share only must not divide by zero.
    below = position**2 / _unless_zero(xp, share_below)
    above = 1.0 - (1.0 - position) ** 2 / _unless_zero(xp, 1.0 - share_below)
    return xp.where(position < share_below, below, above)


def _triangular_sf(x: Array, low: Any, mode: Any, high: Any) -> Array:
    return np.asarray(_triangular_cdf(np, -x, -high, -mode, -low))


def _unless_zero(xp: Any, share: Any) -> Any:
    return (share or 1.0) if isinstance(share, float) else xp.where(xp.equal(share, 0.0), 1.0, share)


def _triangular_log_density(x: Array, low: float, mode: float, high: float) -> Array:
    width, outside = high - low, (x < low) | (x > high)
    share_below = (mode - low) / width
    below, above = (x - low) / width, (high - x) / width
    # A side that is empty (a mode on a bound) is never selected; its share only must not divide by zero.
    rising = (below < share_below) | (share_below == 1.0)
    height = np.where(rising, below / _unless_zero(np, share_below), above / _unless_zero(np, 1.0 - share_below))
    with np.errstate(divide="ignore"):  # at a bound there is no density
        return np.asarray(np.log(np.where(outside, 0.0, height)) + np.log(2.0 / width))


def _triangular_pymc(name: str, low: Array, mode: Array, high: Array, *, dims: str) -> Any:
    import pymc as pm

    # PyMC divides by the distance from the mode to either bound, even where that side is empty: a
    # mode on a bound (a quantity that cannot exceed its most likely value) is moved inside by a
    # billionth of the width, or by the spacing of floats, which changes no density by more than that.
    inside = 1e-9 * (high - low)
    lowest, highest = np.nextafter(low + inside, np.inf), np.nextafter(high - inside, -np.inf)
    return pm.Triangular(name, lower=low, c=np.clip(mode, lowest, highest), upper=high, dims=dims)


def _normal_quantile(xp: Any, u: Any, mean: float, sd: float) -> Any:
    return mean + sd * score_of(xp, u)


def _normal_cdf(xp: Any, x: Any, mean: Any, sd: Any) -> Any:
    return rank_of(xp, (x - mean) / sd)


def _normal_sf(x: Array, mean: Any, sd: Any) -> Array:
    return np.asarray(rank_of(np, (mean - x) / sd))


def _normal_log_density(x: Array, mean: float, sd: float) -> Array:
    return np.asarray(log_density_of_score((x - mean) / sd) - np.log(sd))


def _normal_pymc(name: str, mean: Array, sd: Array, *, dims: str) -> Any:
    import pymc as pm

    return pm.Normal(name, mu=mean, sigma=sd, dims=dims)


def _uniform_quantile(xp: Any, u: Any, low: float, high: float) -> Any:
    return low + (high - low) * u


def _uniform_cdf(xp: Any, x: Any, low: Any, high: Any) -> Any:
    return xp.clip((x - low) / (high - low), 0.0, 1.0)


def _uniform_sf(x: Array, low: Any, high: Any) -> Array:
    return np.asarray(np.clip((high - x) / (high - low), 0.0, 1.0))


def _uniform_log_density(x: Array, low: float, high: float) -> Array:
    density = 0.0 * np.clip(x, low, high) - np.log(high - low)  # of what is no number there is none
    return np.asarray(np.where((x < low) | (x > high), -np.inf, density))


def _uniform_pymc(name: str, low: Array, high: Array, *, dims: str) -> Any:
    import pymc as pm

    return pm.Uniform(name, lower=low, upper=high, dims=dims)


def _beta_quantile(xp: Any, u: Any, alpha: float, beta: float) -> Any:
    if xp is not np:
        return xp.betaincinv(alpha, beta, u)
    if np.ndim(u) and has_whole_shapes(alpha, beta):
        return beta_quantile(u, int(alpha), int(beta))
    from scipy.special import betaincinv

    return betaincinv(alpha, beta, u)


def _beta_cdf(xp: Any, x: Any, alpha: Any, beta: Any) -> Any:
    inside = xp.clip(x, 0.0, 1.0)
    if xp is not np:
        return xp.betainc(alpha, beta, inside)
    from scipy.special import betainc

    return betainc(alpha, beta, inside)


def _beta_sf(x: Array, alpha: Any, beta: Any) -> Array:
    from scipy.special import betaincc

    return np.asarray(betaincc(alpha, beta, np.clip(x, 0.0, 1.0)))


def _beta_log_density(x: Array, alpha: float, beta: float) -> Array:
    outside = (x < 0.0) | (x > 1.0)
    inside = np.where(outside, 0.5, x)
    scale = _log_gamma(alpha + beta) - _log_gamma(alpha) - _log_gamma(beta)
    with np.errstate(divide="ignore", invalid="ignore"):  # of a bound whose power is 0, nothing is counted
        power, other = (alpha - 1.0) * np.log(inside), (beta - 1.0) * np.log1p(-inside)
    power, other = np.where(np.equal(alpha, 1.0), 0.0, power), np.where(np.equal(beta, 1.0), 0.0, other)
    return np.asarray(np.where(outside, -np.inf, np.where(np.isnan(x), np.nan, power + other + scale)))


_log_gamma = np.vectorize(math.lgamma, otypes=[float])
"""SciPy's would take a tenth of a second to load, for a few numbers."""


def _beta_pymc(name: str, alpha: Array, beta: Array, *, dims: str) -> Any:
    import pymc as pm

    return pm.Beta(name, alpha=alpha, beta=beta, dims=dims)


BASES = {
    base.name: base
    for base in (
        Base(
            "triangular",
            ("low", "mode", "high"),
            _triangular_quantile,
            _triangular_cdf,
            _triangular_sf,
            _triangular_log_density,
            _triangular_pymc,
        ),
        Base("normal", ("mean", "sd"), _normal_quantile, _normal_cdf, _normal_sf, _normal_log_density, _normal_pymc),
        Base(
            "uniform",
            ("low", "high"),
            _uniform_quantile,
            _uniform_cdf,
            _uniform_sf,
            _uniform_log_density,
            _uniform_pymc,
        ),
        Base("beta", ("alpha", "beta"), _beta_quantile, _beta_cdf, _beta_sf, _beta_log_density, _beta_pymc),
    )
}
