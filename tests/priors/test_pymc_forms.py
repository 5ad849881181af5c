"""The PyMC form of every family and of every quantity: finite, the right density, the same draws."""

from __future__ import annotations

import tomllib

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pymc.blocking import DictToArrayBijection
from pymc.distributions.shape_utils import change_dist_size
from scipy import stats

from catchup.priors.bases import BASES
from catchup.priors.distributions import take_distribution
from catchup.priors.families import Family
from catchup.priors.layers import Row
from catchup.priors.packaged import packaged_layers
from catchup.priors.strict import StrictModel
from catchup.priors.table import load_prior_table
from family_cases import CASES, oracle_of

FALSE_ALARMS = 1e-3  # of the whole set of comparisons of draws, were the forms exact and the seed another
DRAWS = 20_000
EXTREMES = np.array([1e-12, 1e-9, 1e-6, 1e-3])
SUPPORT = np.concatenate([EXTREMES, np.linspace(0.01, 0.99, 99), 1.0 - EXTREMES[::-1]])


class NoText(StrictModel):
    """A row that is nothing but a distribution."""


def from_toml(text: str) -> Family:
    """A family as a user writes it: whole numbers arrive as integers."""
    return take_distribution(Row(tomllib.loads(text), "here.toml", "here.toml"), NoText, "row")[0]


WHOLE_NUMBERS = [
    from_toml('family = "triangular"\nlow = 6\nmode = 12\nhigh = 24'),
    from_toml('family = "triangular"\nlow = 100\nmode = 127\nhigh = 255'),
    from_toml('family = "triangular_log10"\nlow = 2\nmode = 10\nhigh = 50'),
    from_toml('family = "uniform"\nlow = 6\nhigh = 24'),
    from_toml('family = "loguniform"\nlow = 1\nhigh = 1_000'),
    from_toml('family = "normal"\nmean = 120\nsd = 100'),
    from_toml('family = "lognormal"\nmedian = 100\nsigma = 2'),
    from_toml('family = "beta"\nalpha = 2\nbeta = 100\nlow = 0\nhigh = 100'),
]
TABLE = load_prior_table(packaged_layers())
BASELINE = {
    name: quantity.distribution for name, quantity in TABLE.quantities.items() if quantity.distribution.base is not None
}
BELIEFS: dict[str, Family] = {
    **{str(case): case.family for case in CASES},
    **{f"whole-{family.family}-{index}": family for index, family in enumerate(WHOLE_NUMBERS)},
    **BASELINE,
}


def variables(beliefs: dict[str, Family]) -> tuple[pm.Model, dict[str, list[str]]]:
    """One vector random variable per base distribution, as the generative model makes them; names by base."""
    groups = {base: [name for name, family in beliefs.items() if family.base == base] for base in BASES}
    with pm.Model() as model:
        for base, names in groups.items():
            model.add_coord(f"{base}_quantity", names)
            parameters = np.array([beliefs[name].base_parameters() for name in names]).T
            BASES[base].pymc(base, *parameters, dims=f"{base}_quantity")
    return model, groups


@pytest.fixture(scope="module")
def log_density():
    """Log density of one quantity, in its base's coordinate, at points of that coordinate."""
    model, groups = variables(BELIEFS)
    functions = {}
    for base in groups:
        values = pt.matrix()
        functions[base] = pytensor.function([values], pm.logp(model[base], values))

    def evaluate(name: str, points: np.ndarray) -> np.ndarray:
        base, names = BELIEFS[name].base, groups[BELIEFS[name].base]
        everywhere = np.array([BELIEFS[other].to_base(BELIEFS[other].quantile(0.5)) for other in names])
        values = np.tile(everywhere, (len(points), 1))
        values[:, names.index(name)] = points
        return functions[base](values)[:, names.index(name)]

    return evaluate


def stretch(family: Family, x: np.ndarray) -> np.ndarray:
    """Derivative of natural units by the base's coordinate."""
    if family.family == "shifted_lognormal":
        return (x - family.shift) * np.log(10.0)
    if family.family in ("triangular_log10", "loguniform", "lognormal"):
        return x * np.log(10.0)
    return np.full_like(x, family.high - family.low if family.family == "beta" else 1.0)


@pytest.mark.parametrize("name", BELIEFS)
def test_log_density_is_finite_over_the_whole_support(name, log_density):
    family = BELIEFS[name]
    assert np.isfinite(log_density(name, family.to_base(family.quantile(SUPPORT)))).all()


@pytest.mark.parametrize("name", BELIEFS)
def test_density_is_scipys(name, log_density):
    # No closer to the bounds than a millionth of the probability: a mode on a bound is moved inside by a little less.
    family = BELIEFS[name]
    x = family.quantile(SUPPORT[(SUPPORT >= 1e-6) & (SUPPORT <= 1 - 1e-6)])
    density = np.exp(log_density(name, family.to_base(x))) / stretch(family, x)
    np.testing.assert_allclose(density, oracle_of(family).pdf(x), rtol=1e-6)


@pytest.mark.parametrize("name", BELIEFS)
def test_log_density_without_pymc_is_the_same(name, log_density):
    family = BELIEFS[name]
    x = family.quantile(SUPPORT[(SUPPORT >= 1e-6) & (SUPPORT <= 1 - 1e-6)])
    np.testing.assert_allclose(family.log_density(x), log_density(name, family.to_base(x)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", BELIEFS)
def test_density_integrates_to_the_distribution_function(name, log_density):
    # Gauss-Legendre over 200 pieces of the range that holds all but a millionth of the probability.
    family = BELIEFS[name]
    natural_edges = family.quantile(np.linspace(5e-7, 1.0 - 5e-7, 201))
    edges = family.to_base(natural_edges)
    nodes, weights = np.polynomial.legendre.leggauss(10)
    half = np.diff(edges) / 2.0
    points = (edges[:-1, None] + edges[1:, None]) / 2.0 + half[:, None] * nodes
    pieces = (np.exp(log_density(name, points.ravel())).reshape(points.shape) * weights).sum(axis=1) * half
    np.testing.assert_allclose(pieces, np.diff(family.cdf(natural_edges)), rtol=1e-4)
    assert pieces.sum() == pytest.approx(1.0 - 1e-6, abs=1e-6)


def test_model_of_every_quantity_has_finite_log_density_and_gradient():
    # Where NUTS moves: bounded variables on the log-odds scale, normal ones on their own.
    model, groups = variables(BELIEFS)
    density_and_gradient = model.logp_dlogp_function(ravel_inputs=True)
    normal = [BELIEFS[name] for name in groups["normal"]]
    for z in np.linspace(-20.0, 20.0, 41):
        point = {value.name: np.full(len(groups[variable.name]), z) for variable, value in model.rvs_to_values.items()}
        point["normal"] = np.array([mean + sd * z / 4.0 for mean, sd in (f.base_parameters() for f in normal)])
        density, gradient = density_and_gradient(DictToArrayBijection.map(point))
        assert np.isfinite(density), z
        assert np.isfinite(gradient).all(), z


@pytest.fixture(scope="module")
def pymc_draws():
    """Draws that PyMC makes of each quantity, in natural units."""
    model, groups = variables(BELIEFS)
    # One array per base, and no compilation: asking PyMC for each draw in turn takes a hundred times as long.
    arrays = [change_dist_size(model[base], DRAWS, expand=True) for base in groups]
    vectors = pm.draw(arrays, random_seed=20260224, mode="FAST_COMPILE")
    return {
        name: BELIEFS[name].to_natural(vector[:, position])
        for (_, names), vector in zip(groups.items(), vectors, strict=True)
        for position, name in enumerate(names)
    }


def own_draws(family: Family, name: str) -> np.ndarray:
    """Draws through the quantile function, as the forward simulation makes them."""
    return family.quantile(np.random.default_rng([20260224, *name.encode()]).random(DRAWS))


@pytest.mark.parametrize("name", BELIEFS)
def test_pymc_draws_what_the_forward_simulation_draws(name, pymc_draws):
    p_value = stats.ks_2samp(pymc_draws[name], own_draws(BELIEFS[name], name)).pvalue
    assert p_value > FALSE_ALARMS / len(BELIEFS)


def test_comparison_of_draws_notices_a_prior_that_is_slightly_off(pymc_draws):
    slightly_off = BASELINE["mythos_chips"].model_copy(update={"mode": 560_000.0})
    p_value = stats.ks_2samp(pymc_draws["mythos_chips"], own_draws(slightly_off, "mythos_chips")).pvalue
    assert p_value < FALSE_ALARMS / len(BELIEFS)


def test_quantiles_are_the_same_in_a_graph() -> None:
    random = {name: belief for name, belief in BELIEFS.items() if belief.base is not None}
    u = pt.vector("u", dtype="float64")
    function = pytensor.function([u], [belief.quantile_in(pt, u) for belief in random.values()], mode="FAST_COMPILE")
    for (name, belief), found in zip(random.items(), function(SUPPORT), strict=True):
        expected = belief.quantile(SUPPORT)
        # a quantile near nothing is the difference of figures as large as the distribution is wide
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13 * np.ptp(expected), err_msg=name)
