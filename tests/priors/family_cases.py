"""Families that have a base, with their SciPy counterparts, for every test that holds one against the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from catchup.priors.families import FAMILIES, Family


@dataclass(frozen=True)
class Power10:
    """10 raised to a SciPy distribution."""

    exponent: Any

    def ppf(self, u):
        return 10.0 ** self.exponent.ppf(u)

    def cdf(self, x):
        return self.exponent.cdf(np.log10(x))

    def pdf(self, x):
        return self.exponent.pdf(np.log10(x)) / (x * math.log(10.0))


@dataclass(frozen=True)
class Case:
    """A family with numbers, and the same distribution from SciPy."""

    family: Family
    oracle: Any

    def __str__(self) -> str:
        return f"{self.family.family}-" + "-".join(f"{value:g}" for value in self.family.model_dump().values())


def case(name: str, **numbers: float) -> Case:
    """Build a family and its oracle from the same numbers."""
    return Case(FAMILIES[name](**numbers), oracle_of(FAMILIES[name](**numbers)))


def oracle_of(family: Family) -> Any:
    """The same distribution from SciPy, in natural units."""
    match family.model_dump():
        case {"low": low, "mode": mode, "high": high}:
            if family.family == "triangular_log10":
                low, mode, high = np.log10([low, mode, high])
            triangle = stats.triang((mode - low) / (high - low), loc=low, scale=high - low)
            return Power10(triangle) if family.family == "triangular_log10" else triangle
        case {"alpha": alpha, "beta": beta, "low": low, "high": high}:
            return stats.beta(alpha, beta, loc=low, scale=high - low)
        case {"low": low, "high": high}:
            return stats.loguniform(low, high) if family.family == "loguniform" else stats.uniform(low, high - low)
        case {"mean": mean, "sd": sd}:
            return stats.norm(mean, sd)
        case {"shift": shift, "median": median, "sigma": sigma}:
            return stats.lognorm(sigma, loc=shift, scale=median - shift)
        case {"median": median, "sigma": sigma}:
            return stats.lognorm(sigma, scale=median)
    raise LookupError(family.family)


CASES = [
    case("triangular", low=0.15, mode=0.2, high=0.3),
    case("triangular", low=6, mode=12, high=24),  # whole numbers: a graph of small integers overflows
    case("triangular", low=250_000, mode=500_000, high=750_000),
    case("triangular", low=70e3, mode=75e3, high=75e3),  # mode on the upper bound
    case("triangular", low=70e3, mode=70e3, high=75e3),  # and on the lower
    case("triangular", low=-3, mode=1, high=2),
    case("triangular", low=1e6, mode=1e6 + 1.0, high=1e6 + 2.0),
    case("triangular_log10", low=2, mode=10, high=50),
    case("triangular_log10", low=0.02, mode=0.2, high=1),
    case("triangular_log10", low=1, mode=100, high=100),
    case("uniform", low=-1, high=4),
    case("uniform", low=3, high=12),
    case("loguniform", low=0.05, high=1),
    case("loguniform", low=1, high=1_000_000),
    case("normal", mean=0.3, sd=0.3),
    case("normal", mean=-1_000, sd=2),
    case("lognormal", median=1.25, sigma=0.75),
    case("lognormal", median=3, sigma=2),
    case("shifted_lognormal", shift=1, median=9, sigma=0.6),
    case("shifted_lognormal", shift=-50, median=2, sigma=1.5),
    case("beta", alpha=2, beta=5),
    case("beta", alpha=1, beta=1),
    case("beta", alpha=2_000, beta=8_000),
    case("beta", alpha=30, beta=1.5, low=10, high=20),
]
