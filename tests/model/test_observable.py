"""``pm.observe`` on the model's variables: the density of what is observed, what follows from it, and who refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.graph import build_model, declare_quantities
from catchup.model.naming import DIMS, UNITS
from catchup.priors.copula import Copula, group_by_dependence
from catchup.priors.errors import InputError
from catchup.priors.families import Beta, Family, LogNormal, LogUniform, Normal, Triangular, TriangularLog10, Uniform

PLAIN = Mode(linker="py", optimizer=None)
CHIPS = (2.0, 10.0, 50.0)
BELIEFS: dict[str, Family] = {
    "triangle": Triangular(low=0.15, mode=0.2, high=0.3),
    "progress": TriangularLog10(low=CHIPS[0], mode=CHIPS[1], high=CHIPS[2]),
    "share": Uniform(low=0.1, high=0.4),
    "budget": LogUniform(low=0.01, high=0.2),
    "shift": Normal(mean=1.0, sd=2.0),
    "price": LogNormal(median=3.0, sigma=0.3),
    "part": Beta(alpha=2.0, beta=3.0, low=0.5, high=2.5),
}
LOG_10 = np.log(10.0)
ORACLES = {
    "triangle": stats.triang(1 / 3, 0.15, 0.15).logpdf,
    "progress": lambda x: (
        stats.triang(np.log(5.0) / np.log(25.0), np.log10(2.0), np.log10(25.0)).logpdf(np.log10(x)) - np.log(x * LOG_10)
    ),
    "share": stats.uniform(0.1, 0.3).logpdf,
    "budget": stats.loguniform(0.01, 0.2).logpdf,
    "shift": stats.norm(1.0, 2.0).logpdf,
    "price": stats.lognorm(0.3, scale=3.0).logpdf,
    "part": stats.beta(2.0, 3.0, 0.5, 2.0).logpdf,
}
SEEN = {"triangle": 0.22, "progress": 7.0, "share": 0.2, "budget": 0.05, "shift": 0.3, "price": 2.7, "part": 1.1}
RANKS = {("triangle", "progress"): 0.5, ("progress", "budget"): -0.4, ("budget", "price"): 0.6, ("share", "part"): 0.3}

QUICK = ("mythos_flop", "launch", "ready")  # beginning, middle and end of the chain; the others are slow ones


def quantities(ranks: Mapping[tuple[str, str], float]) -> tuple[pm.Model, Copula]:
    """A model of quantities alone, and their sum, which follows from all of them."""
    copula = Copula(tuple(group_by_dependence(list(BELIEFS), ranks)))
    with pm.Model() as model:
        values = declare_quantities(BELIEFS, list(BELIEFS), copula)
        pm.Deterministic("total", pt.add(*values.values()))
    return model, copula


def somewhere(model: pm.Model, seed: int | None = None) -> dict[str, np.ndarray]:
    """A point of the unconstrained space: the origin, or at random."""
    shapes = {name: start.shape for name, start in model.initial_point().items()}
    rng = np.random.default_rng(seed)
    return {name: np.zeros(shape) if seed is None else rng.standard_normal(shape) for name, shape in shapes.items()}


def densities(model: pm.Model) -> Callable[..., dict[str, float]]:
    """By observed variable, its log density as a function of the model's unconstrained parameters."""
    logps = model.logp(vars=model.observed_RVs, sum=False)
    names = [variable.name for variable in model.observed_RVs]
    function = pytensor.function(model.value_vars, logps, mode=PLAIN, on_unused_input="ignore")
    return lambda *point: dict(zip(names, map(float, function(*point)), strict=True))


@pytest.mark.parametrize("name", BELIEFS)
def test_a_quantity_has_its_own_density(name: str) -> None:
    model, _ = quantities({})
    observed = pm.observe(model, {name: SEEN[name]})
    assert densities(observed)(*somewhere(observed).values()) == {
        name: pytest.approx(ORACLES[name](SEEN[name]), rel=1e-9)
    }


@pytest.mark.parametrize(
    "names",
    [["progress"], ["triangle", "price"], ["price", "progress", "budget"], ["share"], ["part", "shift", "progress"]],
    ids="-".join,
)
def test_correlated_quantities_have_their_joint_density_given_the_others(names: list[str]) -> None:
    """However many are observed, and in whichever order: SciPy's multivariate normal, over that of the others alone."""
    model, copula = quantities(RANKS)
    for name in names:
        model = pm.observe(model, {name: SEEN[name]})
    found = densities(model)
    order = list(model.coords["correlated_quantity"])
    for seed in range(20):
        point = somewhere(model, seed)
        innovations = point["correlated_quantities"]
        expected = sum(ORACLES[name](SEEN[name]) for name in names if name not in order)
        for group in copula.groups:
            scores = group.factor @ innovations[[order.index(name) for name in group.names]]
            own = [at for at, name in enumerate(group.names) if name in names]
            rest = [at for at in range(len(group.names)) if at not in own]
            for at in own:
                name = group.names[at]
                scores[at] = stats.norm.ppf(BELIEFS[name].cdf(SEEN[name]))
                expected += ORACLES[name](SEEN[name]) - stats.norm.logpdf(scores[at])
            if own:
                expected += stats.multivariate_normal(cov=group.pearson).logpdf(scores)
                if rest:
                    cut = np.ix_(rest, rest)
                    expected -= stats.multivariate_normal(cov=group.pearson[cut]).logpdf(scores[rest])
        total = sum(found(*point.values()).values())
        assert total == pytest.approx(float(expected), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("ranks", [{}, RANKS], ids=["independent", "correlated"])
def test_all_that_follows_is_of_the_observation(ranks: Mapping[tuple[str, str], float]) -> None:
    model, _ = quantities(ranks)
    observed = pm.observe(model, {"progress": 7.0, "share": 0.2})
    names = [*(name for name in BELIEFS if name not in ("progress", "share")), "total"]
    graphs = observed.replace_rvs_by_values([observed[name] for name in names])
    function = pytensor.function(observed.value_vars, graphs, mode=PLAIN)
    *others, total = function(*somewhere(observed, 5).values())
    assert total == pytest.approx(sum(others) + 7.2)


def test_dates_follow_from_what_is_observed(assumptions: Assumptions) -> None:
    """By the same numbers, observing a quantity and holding it give the same dates."""
    model = build_model(assumptions)
    dates = []
    for changed in (pm.observe(model, {"mfu_china": 0.2}), pm.do(model, {"mfu_china": 0.2})):
        graph = changed.replace_rvs_by_values([changed["ready"], changed["launch"]])
        function = pytensor.function(changed.value_vars, graph, mode=PLAIN, on_unused_input="ignore")
        dates.append(function(*somewhere(changed, 5).values()))
    for one, other in zip(*dates, strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.isfinite(dates[0][0]).all()


def test_prior_predictive_draws_are_those_of_the_prior(assumptions: Assumptions) -> None:
    """Until it is sampled given the observation, an observed quantity is drawn as ever."""
    model = build_model(assumptions)
    found = [
        pm.draw(changed["mfu_china"], 5, random_seed=1) for changed in (model, pm.observe(model, {"mfu_china": 0.2}))
    ]
    np.testing.assert_array_equal(*found)


@pytest.fixture(scope="module")
def built(assumptions: Assumptions) -> pm.Model:
    return build_model(assumptions)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in UNITS]
)
def test_what_follows_from_others_cannot_be_observed(name: str, built: pm.Model) -> None:
    seen = np.ones([len(built.coords[dim]) for dim in DIMS[name]])
    with pytest.raises(
        InputError, match=rf"^{name}: follows from other variables and cannot be observed: count an item"
    ):
        pm.observe(built, {name: seen}).logp()


def test_who_is_fixed_cannot_be_observed() -> None:
    model = build_model(load_assumptions(fixed={"mfu_china": 0.2}))
    with pytest.raises(InputError, match=r"^mfu_china: is fixed, and cannot be observed as well"):
        pm.observe(model, {"mfu_china": 0.2}).logp()


def test_what_the_prior_excludes_cannot_be_observed(assumptions: Assumptions) -> None:
    with pytest.raises(InputError, match=r"^mfu_china: is observed to be 0.9, where .* is believed possible"):
        pm.observe(build_model(assumptions), {"mfu_china": 0.9}).logp()


def test_data_that_may_change_cannot_be_observed(assumptions: Assumptions) -> None:
    shared = pytensor.shared(np.float64(0.2))
    with pytest.raises(
        InputError, match=r"^mfu_china: is observed through data that may change; a number was expected"
    ):
        pm.observe(build_model(assumptions), {"mfu_china": shared}).logp()
