"""Families without a base of their own, each with an oracle: SciPy, a closed form or a slow root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from catchup.priors.families import (
    Beta,
    Empirical,
    Family,
    Library,
    LogNormal,
    Mixture,
    Normal,
    SkewNormal,
    StudentT,
    Triangular,
    TriangularLog10,
    Truncated,
    Uniform,
)
from family_cases import Power10


@dataclass(frozen=True)
class Cut:
    """A SciPy distribution, given that it lies between two bounds, worked out from whichever tail is the thinner."""

    whole: Any
    low: float = -np.inf
    high: float = np.inf

    def cdf(self, x):
        if self.whole.cdf(self.low) > 0.5:
            below = self.whole.sf(self.low) - self.whole.sf(x)
            return np.clip(below / (self.whole.sf(self.low) - self.whole.sf(self.high)), 0.0, 1.0)
        below = self.whole.cdf(x) - self.whole.cdf(self.low)
        return np.clip(below / (self.whole.cdf(self.high) - self.whole.cdf(self.low)), 0.0, 1.0)

    def ppf(self, u):
        if self.whole.cdf(self.low) > 0.5:
            return self.whole.isf(self.whole.sf(self.low) - u * (self.whole.sf(self.low) - self.whole.sf(self.high)))
        return self.whole.ppf(self.whole.cdf(self.low) + u * (self.whole.cdf(self.high) - self.whole.cdf(self.low)))

    def pdf(self, x):
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, self.whole.pdf(x) / (self.whole.cdf(self.high) - self.whole.cdf(self.low)), 0.0)


@dataclass(frozen=True)
class Mixed:
    """A mixture of SciPy distributions; quantiles by bracketing, one by one."""

    weights: tuple[float, ...]
    parts: tuple[Any, ...]

    def _sum(self, what: str, x):
        return sum(weight * getattr(part, what)(x) for weight, part in zip(self.weights, self.parts, strict=True))

    def cdf(self, x):
        return self._sum("cdf", x)

    def pdf(self, x):
        return self._sum("pdf", x)

    def ppf(self, u):
        return np.array([self._root(float(one)) for one in np.atleast_1d(u)])

    def _root(self, u: float) -> float:
        ends = [part.ppf(u) for part in self.parts]
        if min(ends) == max(ends):
            return float(ends[0])
        excess: Callable[[float], float] = (
            (lambda x: self._sum("cdf", x) - u) if u < 0.5 else (lambda x: (1.0 - u) - self._sum("sf", x))
        )
        return float(optimize.brentq(excess, min(ends), max(ends), xtol=1e-300, rtol=4 * np.finfo(float).eps))


@dataclass(frozen=True)
class Skewed:
    """The skew-normal distribution by quadrature of its density: SciPy's quantiles lose digits in thin tails."""

    shape: float

    def pdf(self, x):
        return 2.0 * stats.norm.pdf(x) * special.ndtr(self.shape * x)

    def cdf(self, x):
        # from each tail inwards, so that thin ones keep their digits
        x = np.atleast_1d(x)
        thin = 1.0 / np.hypot(1.0, self.shape)
        below = self._integral(x, -(thin if self.shape > 0.0 else 1.0))
        above = self._integral(x, thin if self.shape < 0.0 else 1.0)
        return np.where(x < 0.0, below, 1.0 - above)

    def _integral(self, x, width):
        """Of the density from x on, outwards, by Gauss and Legendre in pieces as wide as its tail is."""
        nodes, weights = np.polynomial.legendre.leggauss(40)
        edges = np.array([0.0, 0.25, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0]) * abs(width)
        places = 0.5 * ((edges[:-1] + edges[1:])[:, None] + np.diff(edges)[:, None] * nodes)
        heights = self.pdf(x[:, None, None] + np.sign(width) * places)
        return (heights * weights * 0.5 * np.diff(edges)[:, None]).sum(axis=(1, 2))


@dataclass(frozen=True)
class LogitNormal:
    """A normal distribution of the log-odds between two bounds."""

    mean: float
    sd: float
    low: float
    high: float

    def ppf(self, u):
        return self.low + (self.high - self.low) * special.expit(self.mean + self.sd * special.ndtri(u))

    def cdf(self, x):
        return special.ndtr((special.logit((x - self.low) / (self.high - self.low)) - self.mean) / self.sd)

    def pdf(self, x):
        share = (x - self.low) / (self.high - self.low)
        density = stats.norm(self.mean, self.sd).pdf(special.logit(share))
        return density / (share * (1.0 - share) * (self.high - self.low))


@dataclass(frozen=True)
class Mirrored:
    """Minus a SciPy distribution."""

    whole: Any

    def ppf(self, u):
        return -self.whole.isf(u)

    def cdf(self, x):
        return self.whole.sf(-x)

    def pdf(self, x):
        return self.whole.pdf(-x)


@dataclass(frozen=True)
class Case:
    """A family with numbers, and the same distribution from elsewhere."""

    name: str
    family: Family
    oracle: Any

    def __str__(self) -> str:
        return self.name


Z95 = float(special.ndtri(0.95))
CASES = [
    Case("half-normal", Truncated(of=Normal(mean=0, sd=0.2), low=0), Cut(stats.norm(0, 0.2), low=0)),
    Case(
        "normal-in-two-bounds",
        Truncated(of=Normal(mean=0.2, sd=0.08), low=0.05, high=0.6),
        Cut(stats.norm(0.2, 0.08), 0.05, 0.6),
    ),
    Case("normal-upper-tail", Truncated(of=Normal(mean=0, sd=1), low=4), Cut(stats.norm(0, 1), low=4)),
    Case("normal-lower-tail", Truncated(of=Normal(mean=0, sd=1), high=-4), Cut(stats.norm(0, 1), high=-4)),
    Case(
        "lognormal-below",
        Truncated(of=LogNormal(median=0.02, sigma=1), high=0.5),
        Cut(stats.lognorm(1, scale=0.02), high=0.5),
    ),
    Case(
        "triangular-cut",
        Truncated(of=Triangular(low=0, mode=1, high=4), low=0.5, high=2),
        Cut(stats.triang(0.25, 0, 4), 0.5, 2),
    ),
    Case("beta-cut", Truncated(of=Beta(alpha=2, beta=5), low=0.3), Cut(stats.beta(2, 5), low=0.3)),
    Case("t-cut", Truncated(of=StudentT(location=0, scale=1, degrees_of_freedom=3), low=0), Cut(stats.t(3), low=0)),
    Case("cauchy", StudentT(location=0, scale=1, degrees_of_freedom=1), stats.cauchy()),
    Case("t", StudentT(location=-3, scale=2, degrees_of_freedom=4), stats.t(4, -3, 2)),
    Case("t-nearly-normal", StudentT(location=1e6, scale=10, degrees_of_freedom=1e5), stats.t(1e5, 1e6, 10)),
    Case("skew-right", SkewNormal(location=0, scale=1, shape=4), Skewed(4.0)),
    Case("skew-left", SkewNormal(location=0, scale=1, shape=-1.5), Skewed(-1.5)),
    Case("not-skewed", SkewNormal(location=5, scale=2, shape=0), stats.norm(5, 2)),
    Case(
        "two-normals",
        Mixture(components=[(0.25, Normal(mean=0, sd=1)), (0.75, Normal(mean=3, sd=0.5))]),
        Mixed((0.25, 0.75), (stats.norm(0, 1), stats.norm(3, 0.5))),
    ),
    Case(
        "far-apart",
        Mixture(components=[(0.5, Normal(mean=0, sd=1)), (0.5, Normal(mean=40, sd=1))]),
        Mixed((0.5, 0.5), (stats.norm(0, 1), stats.norm(40, 1))),
    ),
    Case(
        "with-corners",
        Mixture(components=[(0.7, Beta(alpha=20, beta=80)), (0.3, Triangular(low=0.2, mode=0.35, high=0.5))]),
        Mixed((0.7, 0.3), (stats.beta(20, 80), stats.triang(0.5, 0.2, 0.3))),
    ),
    Case(
        "with-steps",
        Mixture(components=[(0.4, Uniform(low=0, high=2)), (0.6, Uniform(low=1, high=5))]),
        Mixed((0.4, 0.6), (stats.uniform(0, 2), stats.uniform(1, 4))),
    ),
    Case(
        "with-a-gap",
        Mixture(components=[(0.455, Uniform(low=0, high=1)), (0.545, Triangular(low=2, mode=3, high=4))]),
        Mixed((0.455, 0.545), (stats.uniform(0, 1), stats.triang(0.5, 2, 2))),
    ),
    Case(
        "positive-and-heavy",
        Mixture(components=[(0.9, LogNormal(median=3, sigma=0.2)), (0.1, LogNormal(median=9, sigma=1))]),
        Mixed((0.9, 0.1), (stats.lognorm(0.2, scale=3), stats.lognorm(1, scale=9))),
    ),
    Case("two-quantiles", Empirical(quantiles=[[0.05, 2.0], [0.95, 8.0]]), stats.norm(5, 3 / Z95)),
    Case(
        "above-a-bound",
        Empirical(quantiles=[[0.05, 1.0], [0.95, 100.0]], low=0),
        stats.lognorm(np.log(10) / Z95, scale=10),
    ),
    Case(
        "below-a-bound",
        Empirical(quantiles=[[0.05, -100.0], [0.95, -1.0]], high=0),
        Mirrored(stats.lognorm(np.log(10) / Z95, scale=10)),
    ),
    Case(
        "between-bounds",
        Empirical(quantiles=[[0.05, 10 + 10 * special.expit(-2)], [0.95, 10 + 10 * special.expit(2)]], low=10, high=20),
        LogitNormal(0.0, 2 / Z95, 10.0, 20.0),
    ),
    Case("gamma", Library(distribution="gamma", parameters={"a": 3.0, "scale": 2.0}), stats.gamma(3, scale=2)),
    Case("weibull", Library(distribution="weibull_min", parameters={"c": 0.9}), stats.weibull_min(0.9)),
    Case("gumbel", Library(distribution="gumbel_r", parameters={"loc": -2.0}), stats.gumbel_r(-2)),
    Case(
        "log10-cut",
        Truncated(of=TriangularLog10(low=2, mode=10, high=50), high=30),
        Cut(Power10(stats.triang(np.log(5) / np.log(25), np.log10(2), np.log10(25))), 2, 30),
    ),
]
