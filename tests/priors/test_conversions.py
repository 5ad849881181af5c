"""Distribution objects of SciPy, PreliZ and PyMC, taken as they are."""

from __future__ import annotations

import subprocess
import sys
import warnings

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

PROBABILITIES = np.array([1e-4, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0 - 1e-4])
HALF_NORMAL = Truncated(of=Normal(mean=0.0, sd=2.0), low=0.0)

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
    ],
    ids=["preliz-moyal", "preliz-pareto", "preliz-kumaraswamy", "pymc-moyal", "pymc-pareto", "scipy-normal"],
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
        (stats.norm, "a distribution was expected"),
        (pz.Poisson(3), "of a continuous quantity, not PreliZ's Poisson"),
        (pz.Normal(), "with all its parameters was expected, not PreliZ's Normal without"),
        (pm.Poisson.dist(3), "of a continuous quantity"),
        (pm.Normal.dist([0, 1], 2), "of one quantity, not of 1 dims"),
        (pm.CustomDist.dist(logp=lambda x: -(x**2)), "a distribution was expected"),
        (pt.constant(3.0), "not a variable that is none"),
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
