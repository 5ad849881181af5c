"""Distribution objects of SciPy, PreliZ and PyMC, taken as they are."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
import xarray as xr
from scipy import stats

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports, not of ours
    import preliz as pz

from catchup.model import load_assumptions
from catchup.priors import Family, InputError, as_family
from catchup.priors.families import (
    Beta,
    Empirical,
    Fixed,
    Given,
    Library,
    LogNormal,
    LogUniform,
    Mixture,
    Normal,
    SkewNormal,
    StudentT,
    Triangular,
    Truncated,
    Uniform,
)

RANDOM = "a distribution whose parameters are known was expected, not one that hangs on another variable"
PROBABILITIES = np.array([1e-4, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0 - 1e-4])
HALF_NORMAL = Truncated(of=Normal(mean=0.0, sd=2.0), low=0.0)


class Ramp(stats.rv_continuous):
    """A distribution of one's own, as SciPy has it written."""

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        return x**2

    def _ppf(self, q: np.ndarray) -> np.ndarray:
        return np.sqrt(q)


NATIVE = [
    (stats.norm(2.0, 0.5), Normal(mean=2.0, sd=0.5)),
    (stats.norm(loc=2.0), Normal(mean=2.0, sd=1.0)),
    (stats.uniform(1.0, 3.0), Uniform(low=1.0, high=4.0)),
    (stats.triang(0.25, 1.0, 4.0), Triangular(low=1.0, mode=2.0, high=5.0)),
    (stats.lognorm(0.3, scale=5.0), LogNormal(median=5.0, sigma=0.3)),
    (stats.loguniform(0.1, 10.0), LogUniform(low=0.1, high=10.0)),
    (stats.beta(2.0, 5.0, 1.0, 3.0), Beta(alpha=2.0, beta=5.0, low=1.0, high=4.0)),
    (stats.t(4.0, 1.0, 2.0), StudentT(location=1.0, scale=2.0, degrees_of_freedom=4.0)),
    (stats.skewnorm(3.0, 1.0, 2.0), SkewNormal(location=1.0, scale=2.0, shape=3.0)),
    (stats.truncnorm(-1.0, np.inf, 3.0, 2.0), Truncated(of=Normal(mean=3.0, sd=2.0), low=1.0)),
    (stats.halfnorm(scale=2.0), HALF_NORMAL),
    (stats.gamma(3.0, scale=2.0), Library(distribution="gamma", parameters={"a": 3.0, "scale": 2.0})),
    (stats.gamma(0.5), Library(distribution="gamma", parameters={"a": 0.5})),
    (pz.Normal(2.0, 0.5), Normal(mean=2.0, sd=0.5)),
    (pz.LogNormal(0.0, 0.5), LogNormal(median=1.0, sigma=0.5)),
    (pz.HalfNormal(2.0), HALF_NORMAL),
    (pz.Beta(mu=0.4, sigma=0.2), Beta(alpha=2.0, beta=3.0)),
    (pz.BetaScaled(2.0, 3.0, 0.0, 5.0), Beta(alpha=2.0, beta=3.0, low=0.0, high=5.0)),
    (pz.StudentT(4.0, 1.0, 2.0), StudentT(location=1.0, scale=2.0, degrees_of_freedom=4.0)),
    (pz.SkewNormal(1.0, 2.0, 3.0), SkewNormal(location=1.0, scale=2.0, shape=3.0)),
    (pz.TruncatedNormal(0.0, 1.0, -1.0, 2.0), Truncated(of=Normal(mean=0.0, sd=1.0), low=-1.0, high=2.0)),
    (pz.Truncated(pz.Normal(0.0, 1.0), -1.0, np.inf), Truncated(of=Normal(mean=0.0, sd=1.0), low=-1.0)),
    (
        pz.Mixture([pz.Normal(0.0, 1.0), pz.Normal(3.0, 1.0)], [0.25, 0.75]),
        Mixture(components=[(0.25, Normal(mean=0.0, sd=1.0)), (0.75, Normal(mean=3.0, sd=1.0))]),
    ),
    (pm.Normal.dist(2.0, 0.5), Normal(mean=2.0, sd=0.5)),
    (pm.Triangular.dist(lower=1, c=2, upper=5), Triangular(low=1.0, mode=2.0, high=5.0)),
    (pm.HalfNormal.dist(2.0), HALF_NORMAL),
    (pm.LogNormal.dist(0.0, 0.5), LogNormal(median=1.0, sigma=0.5)),
    (pm.Beta.dist(2.0, 5.0), Beta(alpha=2.0, beta=5.0)),
    (pm.StudentT.dist(nu=4, mu=1, sigma=2), StudentT(location=1.0, scale=2.0, degrees_of_freedom=4.0)),
    (pm.SkewNormal.dist(mu=1, sigma=2, alpha=3), SkewNormal(location=1.0, scale=2.0, shape=3.0)),
    (pm.TruncatedNormal.dist(3.0, 2.0, lower=1.0), Truncated(of=Normal(mean=3.0, sd=2.0), low=1.0)),
    (pm.Gamma.dist(3.0, 0.5), Library(distribution="gamma", parameters={"a": 3.0, "scale": 2.0})),
    (pm.Exponential.dist(0.5), Library(distribution="expon", parameters={"scale": 2.0})),
    (pm.Uniform.dist(1.0, 4.0), Uniform(low=1.0, high=4.0)),
    (pm.Cauchy.dist(1.0, 2.0), StudentT(location=1.0, scale=2.0, degrees_of_freedom=1.0)),
    (pm.InverseGamma.dist(3.0, 2.0), Library(distribution="invgamma", parameters={"a": 3.0, "scale": 2.0})),
    (pm.Weibull.dist(1.5, 2.0), Library(distribution="weibull_min", parameters={"c": 1.5, "scale": 2.0})),
    (pm.Gumbel.dist(1.0, 2.0), Library(distribution="gumbel_r", parameters={"loc": 1.0, "scale": 2.0})),
    (pm.Laplace.dist(1.0, 2.0), Library(distribution="laplace", parameters={"loc": 1.0, "scale": 2.0})),
    (pm.Logistic.dist(1.0, 2.0), Library(distribution="logistic", parameters={"loc": 1.0, "scale": 2.0})),
    (pm.HalfCauchy.dist(2.0), Library(distribution="halfcauchy", parameters={"scale": 2.0})),
    (
        pm.Truncated.dist(pm.Gamma.dist(3.0, 0.5), lower=0.5, upper=9.0),
        Truncated(of=Library(distribution="gamma", parameters={"a": 3.0, "scale": 2.0}), low=0.5, high=9.0),
    ),
    (
        pm.Truncated.dist(pm.LogNormal.dist(0.0, 0.5), upper=3.0),
        Truncated(of=LogNormal(median=1.0, sigma=0.5), high=3.0),
    ),
    (
        pm.Mixture.dist([0.25, 0.75], [pm.Normal.dist(0.0, 1.0), pm.Normal.dist(3.0, 1.0)]),
        Mixture(components=[(0.25, Normal(mean=0.0, sd=1.0)), (0.75, Normal(mean=3.0, sd=1.0))]),
    ),
    (
        pm.NormalMixture.dist([0.25, 0.75], [0.0, 3.0], [1.0, 1.0]),
        Mixture(components=[(0.25, Normal(mean=0.0, sd=1.0)), (0.75, Normal(mean=3.0, sd=1.0))]),
    ),
    ({"family": "normal", "mean": 2, "sd": 0.5}, Normal(mean=2.0, sd=0.5)),
    (3, Fixed(value=3.0)),
    (np.float64(0.5), Fixed(value=0.5)),
    (HALF_NORMAL, HALF_NORMAL),
]


@pytest.mark.parametrize(
    ("theirs", "ours"), NATIVE, ids=[f"{index}-{ours.family}" for index, (_, ours) in enumerate(NATIVE)]
)
def test_they_become_the_family_that_they_are(theirs: object, ours: Family) -> None:
    found = as_family(theirs)
    assert type(found) is type(ours)
    ranks = PROBABILITIES[1:-1]
    np.testing.assert_allclose(found.quantile(ranks), ours.quantile(ranks), rtol=1e-6)


@pytest.mark.parametrize(
    ("theirs", "oracle"),
    [
        (pz.Moyal(1.0, 2.0), stats.moyal(1.0, 2.0)),
        (pz.Pareto(3.0, 2.0), stats.pareto(3.0, scale=2.0)),
        (pz.Kumaraswamy(2.0, 3.0), None),
        (pm.Moyal.dist(1.0, 2.0), stats.moyal(1.0, 2.0)),
        (pm.Pareto.dist(3.0, 2.0), stats.pareto(3.0, scale=2.0)),
        (stats.Normal(mu=2.0, sigma=0.5), stats.norm(2.0, 0.5)),
        (Ramp(a=0.0, b=1.0, name="ramp")(loc=1.0, scale=2.0), stats.triang(1.0, 1.0, 2.0)),
        (Ramp(a=0.0, b=1.0, name="norm")(loc=1.0, scale=2.0), stats.triang(1.0, 1.0, 2.0)),
        (stats.rv_histogram(([1, 1, 1, 1], [0.0, 1.0, 2.0, 3.0, 4.0]))(), stats.uniform(0.0, 4.0)),
    ],
    ids=[
        *("preliz-moyal", "preliz-pareto", "preliz-kumaraswamy", "pymc-moyal", "pymc-pareto", "scipy-normal"),
        *("own-of-scipy", "own-by-a-name-of-scipys", "scipy-histogram"),
    ],
)
def test_what_has_no_family_is_a_curve_through_its_quantiles(theirs: object, oracle: object) -> None:
    """Between quantiles a twentieth of a score apart, a curve is off by at most a thousandth of a score."""
    found = as_family(theirs)
    assert isinstance(found, Empirical)
    assert len(found.quantiles) > 200
    if oracle is None:
        ranks = 1.0 - (1.0 - found.quantile(PROBABILITIES) ** 2) ** 3  # its distribution function
        assert found.support() == (0.0, 1.0)
    else:
        ranks = oracle.cdf(found.quantile(PROBABILITIES))
        assert found.support() == oracle.support()
    assert (np.abs(stats.norm.ppf(ranks) - stats.norm.ppf(PROBABILITIES)) < 1e-3).all()


def test_draws_are_taken_as_a_list_or_an_array() -> None:
    draws = np.random.default_rng(1).normal(3.0, 2.0, 500)
    assert as_family(draws) == as_family(list(draws)) == Empirical(draws=draws)


def test_arrays_of_other_libraries_are_draws() -> None:
    """A column of a table, and a variable of a result tree over chains and draws; bounds are the quantity's."""
    draws = np.random.default_rng(1).lognormal(0.0, 0.4, (2, 200))
    ours = as_family(draws.ravel())
    assert as_family(pd.Series(draws.ravel())) == as_family(xr.DataArray(draws, dims=("chain", "draw"))) == ours
    found = load_assumptions(priors={"china_stock": pd.Series(2e6 * draws.ravel())}).beliefs["china_stock"]
    assert found == load_assumptions(priors={"china_stock": 2e6 * draws.ravel()}).beliefs["china_stock"]
    with pytest.raises(InputError, match="not DataFrame"):
        as_family(pd.DataFrame({"one": draws.ravel()}))


def test_objects_of_other_libraries_are_parts_of_ours() -> None:
    found = Truncated(of=stats.norm(0.0, 2.0), low=0.0)
    assert found == HALF_NORMAL
    mixed = Mixture(components=[(0.5, pm.Normal.dist(0, 1)), (0.5, pz.Normal(3, 1))])
    assert mixed == Mixture(components=[(0.5, Normal(mean=0, sd=1)), (0.5, Normal(mean=3, sd=1))])


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (stats.poisson(3), "of a continuous quantity, not SciPy's poisson"),
        (stats.norm([0, 1], 2), "loc: a number was expected"),
        (stats.norm(0, -1), "sd: should be above 0"),
        (stats.beta(0.5, 0.5), "parameters: a density that is positive and finite all over the support was expected"),
        (stats.pareto(3), "draws or quantiles of it make an empirical prior"),
        (stats.norm, "a distribution was expected"),
        (pz.Poisson(3), "of a continuous quantity, not PreliZ's Poisson"),
        (pz.Normal(), "with all its parameters was expected, not PreliZ's Normal without"),
        (pm.Poisson.dist(3), "of a continuous quantity"),
        (pm.Normal.dist([0, 1], 2), "of one quantity, not of 1 dims"),
        (pm.CustomDist.dist(logp=lambda x: -(x**2)), "a distribution was expected"),
        (pt.constant(3.0), "not a variable that is none"),
        (stats.Binomial(n=3, p=0.5), "of a continuous quantity, not SciPy's Binomial"),
        (stats.Binomial(n=10**9, p=0.5), "of a continuous quantity, not SciPy's Binomial"),
        (pm.Censored.dist(pm.Normal.dist(0, 1), -1, 1), "not one that is -1 with a probability of its own"),
        (pm.Censored.dist(pm.Normal.dist(0, 1), None, 4), "not one that is 4 with a probability of its own"),
        (pm.HurdleGamma.dist(0.9, 2, 1), "a distribution was expected"),
        (pz.Censored(pz.Normal(0, 1), -1, 1), "not one that is -1 with a probability of its own"),
        (pz.Hurdle(pz.Gamma(2, 1), 0.7), "not one that is 0 with a probability of its own"),
        (stats.Normal(mu=[1.0, 2.0], sigma=1.0), "of one quantity, not of 1 dims"),
        (Ramp(name="ramp", a=0.0, b=1.0)([0.0, 1.0]), "of one quantity, not of 1 dims"),
        (pz.Normal(np.array([1.0, 2.0]), 1.0), "of one quantity, not of 1 dims"),
        (pz.Moyal(np.array([1.0, 2.0]), 1.0), "a distribution was expected"),
        (pm.Kumaraswamy.dist(-1, 2), "its quantile function fails (ParameterValueError"),
        (pm.Normal.dist(pt.scalar("level"), 1), RANDOM),
        pytest.param(10**400, "finite numbers were expected", id="beyond-all-floats"),
        pytest.param(-(10**400), "finite numbers were expected", id="below-all-floats"),
        (pm.LogNormal.dist(1000, 1), "finite numbers were expected"),
        (pm.Exponential.dist(scale=np.inf), "finite numbers were expected"),
        (np.complex128(3 + 1j), "not complex128"),
        (np.timedelta64(3, "D"), "not timedelta64"),
        ([10**400] * 60, "finite numbers were expected"),
        ("normal", "a distribution was expected: a family of catchup.priors, a frozen distribution of SciPy"),
        (None, "not NoneType"),
        (True, "not bool"),
        (["many"], "a list of numbers was expected"),
        ([1.0, 2.0], "at least 50 draws were expected, not 2"),
        ([1.0] * 60, "too many of these are equal"),
        ([np.inf] * 60, "finite numbers were expected"),
        ({"family": "normal", "mean": 0}, "sd: is missing"),
        ({"family": "nrmal"}, "unknown family 'nrmal'; did you mean 'normal'?"),
    ],
)
def test_what_is_no_distribution(theirs: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        as_family(theirs)
    assert said in str(caught.value)


HIERARCHICAL = {
    "a parent": lambda: pm.Normal.dist(pm.Normal.dist(0, 1), 1),
    "a transformed parent": lambda: pm.LogNormal.dist(2.0 + 3.0 * pm.Normal.dist(0, 1), 1),
    "a parent without a quantile function": lambda: pm.HalfStudentT.dist(3, pm.Flat.dist()),
    "a parent of a curve": lambda: pm.HalfStudentT.dist(3, pm.HalfNormal.dist(1)),
    "a bound": lambda: pm.Truncated.dist(pm.Gamma.dist(2, 1), lower=pm.HalfNormal.dist(1)),
    "a parent of what is truncated": lambda: pm.Truncated.dist(pm.Gamma.dist(pm.HalfNormal.dist(1), 1), lower=0.5),
    "weights": lambda: pm.Mixture.dist(pm.Dirichlet.dist([1, 1]), [pm.Normal.dist(0, 1), pm.Normal.dist(5, 1)]),
    "a parent of a component": lambda: pm.Mixture.dist(
        [0.5, 0.5], [pm.Normal.dist(pm.Normal.dist(0, 1), 1), pm.Normal.dist(5, 1)]
    ),
    "a parent of components": lambda: pm.NormalMixture.dist([0.5, 0.5], pm.Normal.dist([0.0, 3.0], 1), [1.0, 1.0]),
}


@pytest.mark.parametrize("make", HIERARCHICAL.values(), ids=HIERARCHICAL)
def test_a_parameter_that_is_random_is_refused_as_one_draw_of_it_would_stand_for_all(make: Callable[[], Any]) -> None:
    with pytest.raises(InputError, match=re.escape(RANDOM)):
        as_family(make())


def test_a_parameter_that_is_random_is_refused_within_a_model_too() -> None:
    with pm.Model():
        spread = pm.Deterministic("spread", pm.HalfNormal("sd", 1.0) + 1.0)
        variable = pm.Normal("x", pm.Data("level", 2.0), spread)
    with pytest.raises(InputError, match=re.escape(RANDOM)):
        as_family(variable)


def test_parameters_that_are_data_or_reckoned_are_known() -> None:
    with pm.Model():
        variable = pm.Normal("x", pm.Data("level", 2.0) * 2.0, pt.exp(0.0))
    assert as_family(variable) == Normal(mean=4.0, sd=1.0)


def test_a_random_variable_of_a_model_is_taken_too() -> None:
    with pm.Model():
        variable = pm.Normal("x", 2.0, 0.5)
    assert as_family(variable) == Normal(mean=2.0, sd=0.5)


def test_a_number_that_another_quantity_gives_stays_given() -> None:
    found = as_family({"family": "normal", "mean": {"quantity": "level", "plus": 1.0}, "sd": 1})
    assert found == Normal(mean=Given("level", plus=1.0), sd=1.0)


def test_nothing_of_theirs_is_imported_for_it() -> None:
    code = (
        "import sys; from catchup.priors import as_family, Normal\n"
        "as_family(3.0), as_family(Normal(mean=0, sd=1)), as_family({'family': 'uniform', 'low': 0, 'high': 1})\n"
        "assert not {'pymc', 'preliz', 'pytensor', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
