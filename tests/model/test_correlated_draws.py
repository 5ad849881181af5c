"""Correlated priors in the forward simulation and in the PyMC graph, held to each other and to SciPy.

Seeds are fixed. Each statistic is held to what chance explains at a false-alarm rate of one in a million.
"""

from __future__ import annotations

import tomllib

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from compiled_dates import CompiledDates
from false_alarms import FALSE_ALARM
from scipy import special, stats

from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.model.forward import outcome, simulate
from catchup.model.graph import build_model, declare_quantities
from catchup.model.policies import apply_regime, redrawn
from catchup.priors import Layer
from catchup.priors.copula import Copula, group_by_dependence
from catchup.priors.errors import InputError
from catchup.priors.families import Beta, LogNormal, LogUniform, Normal, Triangular, TriangularLog10, Uniform
from model_cases import drawn

QUICK = "FAST_COMPILE"
DRAWS = 40_960  # five scrambles of a power of two
PAIR = ("mfu_anthropic", "mfu_china")
RANKS = {
    PAIR: 0.6,
    ("remote_stock", "remote_growth"): 0.4,
    ("h200_purchases", "algorithmic_progress"): -0.3,
    ("mfu_anthropic", "hyperscaler_budget"): 0.2,
    ("rl_ratio", "mythos_chips"): 0.5,  # what no date depends on
}
MIXED = {
    "triangle": Triangular(low=0.15, mode=0.2, high=0.3),
    "edge": Triangular(low=70e3, mode=75e3, high=75e3),
    "progress": TriangularLog10(low=2.0, mode=10.0, high=50.0),
    "normal": Normal(mean=0.3, sd=0.4),
    "price": LogNormal(median=3.0, sigma=0.2),
    "flat": Uniform(low=3.0, high=9.0),
    "scale": LogUniform(low=0.05, high=1.0),
    "share": Beta(alpha=2.0, beta=5.0),
}
SCIPY = {
    "triangle": stats.triang(1 / 3, 0.15, 0.15),
    "edge": stats.triang(1.0, 70e3, 5e3),
    "normal": stats.norm(0.3, 0.4),
    "price": stats.lognorm(0.2, scale=3.0),
    "flat": stats.uniform(3.0, 6.0),
    "scale": stats.loguniform(0.05, 1.0),
    "share": stats.beta(2.0, 5.0),
}
CHAIN = {pair: (-1) ** index * 0.4 for index, pair in enumerate(zip(MIXED, list(MIXED)[1:], strict=False))}


@pytest.fixture(scope="session")
def assumptions(article: Assumptions) -> Assumptions:
    """The published model: what is laid over it here names its firms."""
    return article


@pytest.fixture(scope="session")
def values(article_values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return article_values


def overlay(ranks: dict[tuple[str, str], float]) -> Layer:
    rows = [{"between": list(pair), "rank": rank} for pair, rank in ranks.items()]
    return Layer.of({"correlation": rows}, file="mine.toml")


@pytest.fixture(scope="module")
def correlated() -> Assumptions:
    return load_assumptions([overlay(RANKS)], model="article")


@pytest.fixture(scope="module")
def correlated_values(correlated: Assumptions) -> dict[str, np.ndarray]:
    return drawn(correlated, DRAWS)


def test_uncorrelated_quantities_keep_their_draws_to_the_bit(
    assumptions: Assumptions, correlated: Assumptions, correlated_values: dict[str, np.ndarray]
) -> None:
    alone = drawn(assumptions, DRAWS)
    order = list(assumptions.table.quantities)
    first = {min(group.names, key=order.index) for group in correlated.copula.groups}
    dependent = {name for group in correlated.copula.groups for name in group.names}
    assert set(correlated_values) == {*alone, "rl_ratio"}
    for name, column in alone.items():
        kept = np.array_equal(column, correlated_values[name])
        assert kept == (name not in dependent - first), name


def test_uncorrelated_quasi_random_draws_stay_to_the_bit(assumptions: Assumptions) -> None:
    alone, together = (
        drawn(each, DRAWS, replicates=5)
        for each in (assumptions, load_assumptions([overlay({PAIR: 0.6})], model="article"))
    )
    changed = [name for name, column in alone.items() if not np.array_equal(column, together[name])]
    assert changed == ["mfu_china"]


def test_ranks_taken_back_change_nothing(assumptions: Assumptions) -> None:
    layers = [overlay(RANKS), overlay(dict.fromkeys(RANKS, 0.0))]
    alone, back = drawn(assumptions, DRAWS), drawn(load_assumptions(layers, model="article"), DRAWS)
    assert alone.keys() == back.keys()
    assert all(np.array_equal(alone[name], back[name]) for name in alone)


@pytest.mark.parametrize("replicates", [0, 5])
def test_marginals_are_the_baselines_and_rank_correlations_as_asked(correlated: Assumptions, replicates: int) -> None:
    values = drawn(correlated, DRAWS, replicates)
    pearson = {}
    for group in correlated.copula.groups:
        for i, one in enumerate(group.names):
            ranks = correlated.beliefs[one].cdf(values[one])
            assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARM / 10, one
            pearson |= {(one, other): group.pearson[i, j] for j, other in enumerate(group.names) if j > i}
    assert len(pearson) == 6  # three of the group of three, and three pairs
    for (one, other), r in pearson.items():
        asked = 6.0 / np.pi * np.arcsin(r / 2.0)
        stated = RANKS.get((one, other), RANKS.get((other, one), 0.0))
        assert asked == pytest.approx(stated, abs=1e-12)
        found = stats.spearmanr(values[one], values[other]).statistic
        error = np.sqrt((1.0 + asked**2 / 2.0) / (DRAWS - 3))  # Bonett and Wright (2000)
        assert abs(np.arctanh(found) - np.arctanh(asked)) < stats.norm.isf(FALSE_ALARM / 20) * error, (one, other)


def test_draws_depend_neither_on_chunks_nor_on_what_else_is_drawn(
    correlated: Assumptions, correlated_values: dict[str, np.ndarray]
) -> None:
    few = drawn(correlated, DRAWS, names=["mfu_china", "china_stock"])
    assert set(few) == {"mfu_china", "china_stock", "mfu_anthropic", "hyperscaler_budget"}
    assert all(np.array_equal(few[name], correlated_values[name]) for name in few)
    transform = QuantileTransform(correlated.beliefs, ["mfu_china"], correlated.copula)
    pieces = UniformStreams(np.random.default_rng(5)).chunks(transform.names, 0, DRAWS, 777)
    found = np.concatenate([transform(uniforms)["mfu_china"] for uniforms in pieces])
    assert np.array_equal(found, correlated_values["mfu_china"])


def test_beside_quasi_random_draws_others_are_drawn_together(assumptions: Assumptions) -> None:
    """Latents that are correlated with each other alone stay outside the Sobol sequence, and depend on each other."""
    both = load_assumptions([overlay({("rl_ratio", "rental_price"): 0.7})], model="article")
    beside = {name: both.beliefs[name] for name in ("rl_ratio", "rental_price")}
    chunks = list(simulate(both, lambda v: v, 40_960, np.random.default_rng(1), beside=beside, replicates=5))
    values = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    found = stats.spearmanr(values["rl_ratio"], values["rental_price"]).statistic
    error = np.sqrt((1.0 + 0.7**2 / 2.0) / 40_957)
    assert abs(np.arctanh(found) - np.arctanh(0.7)) < stats.norm.isf(FALSE_ALARM / 2) * error
    plain = list(simulate(assumptions, lambda v: v, 40_960, np.random.default_rng(1), replicates=5))
    assert np.array_equal(values["mfu_china"], np.concatenate([chunk["mfu_china"] for chunk in plain]))


def test_graph_and_forward_simulation_agree_on_the_same_draws(correlated: Assumptions) -> None:
    compiled = CompiledDates(build_model(correlated), correlated, ["ready", "mythos_flop"], mode=QUICK)
    found = compiled.draw(2_500, np.random.default_rng(7))
    forward = list(simulate(correlated, lambda v: outcome(correlated, v)[1].ready, 2_500, np.random.default_rng(7)))
    np.testing.assert_allclose(found["ready"][:, 0], np.concatenate(forward), rtol=0, atol=1e-9)
    assert "rl_ratio" in compiled.names


def mixed_graph() -> tuple[pm.Model, dict[str, object], Copula]:
    copula = Copula(tuple(group_by_dependence(list(MIXED), CHAIN)))
    with pm.Model() as model:
        values = declare_quantities(MIXED, list(MIXED), copula)
    return model, values, copula


def test_every_family_has_the_same_values_in_the_graph() -> None:
    model, values, copula = mixed_graph()
    innovations = np.random.default_rng(1).standard_normal((400, len(MIXED)))
    function = pytensor.function([model["correlated_quantities"]], [values[name] for name in MIXED], mode=QUICK)
    found = np.array([function(row) for row in innovations]).T
    (group,) = copula.groups
    rows = {name: special.ndtr(column) for name, column in zip(group.names, innovations.T, strict=True)}
    transform = QuantileTransform(MIXED, list(MIXED), copula)
    expected = transform(np.array([rows[name] for name in transform.names]))
    for name, column in zip(MIXED, found, strict=True):
        np.testing.assert_allclose(column, expected[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_log_density_of_the_graph_is_scipys() -> None:
    """What is sampled are e; the density of the quantities x(e) is theirs over the determinant of dx/de."""
    model, values, copula = mixed_graph()
    (group,) = copula.groups
    names = list(group.names)
    vector = model["correlated_quantities"]
    drawn_values = [values[name] for name in names]
    work = pytensor.function([vector], [*drawn_values, *(pt.grad(x, vector) for x in drawn_values)], mode=QUICK)
    logp = model.compile_logp(mode=QUICK)
    for e in np.random.default_rng(2).standard_normal((40, len(names))):
        worked = work(e)
        x, slopes = worked[: len(names)], np.array(worked[len(names) :])
        found = logp({"correlated_quantities": e}) - np.linalg.slogdet(slopes)[1]
        ranks, marginal = [], 0.0
        for name, value in zip(names, x, strict=True):
            if name == "progress":
                low, mode, high = np.log10([2.0, 10.0, 50.0])
                oracle = stats.triang((mode - low) / (high - low), low, high - low)
                ranks.append(oracle.cdf(np.log10(value)))
                marginal += oracle.logpdf(np.log10(value)) - np.log(value * np.log(10.0))
            else:
                ranks.append(SCIPY[name].cdf(value))
                marginal += SCIPY[name].logpdf(value)
        scores = stats.norm.ppf(ranks)
        dependence = stats.multivariate_normal(cov=group.pearson).logpdf(scores) - stats.norm.logpdf(scores).sum()
        assert found == pytest.approx(marginal + dependence, rel=1e-7, abs=1e-6)


def test_the_graph_has_finite_gradients_wherever_a_sampler_goes() -> None:
    model, values, _ = mixed_graph()
    vector = model["correlated_quantities"]
    slopes = pytensor.function([vector], [pt.grad(values[name], vector) for name in MIXED], mode=QUICK)
    for score in (-40.0, -9.0, -8.2, -5.0, 0.0, 5.0, 8.2, 9.0, 40.0):
        for index in range(len(MIXED)):
            found = slopes(np.where(np.arange(len(MIXED)) == index, score, 0.1))
            assert np.isfinite(found).all(), (score, index)


def test_prior_predictive_of_the_graph_is_the_forward_simulation(
    correlated: Assumptions, correlated_values: dict[str, np.ndarray]
) -> None:
    names = ["mfu_anthropic", "mfu_china", "rl_ratio", "mythos_chips"]
    with pm.Model() as model:
        declare_quantities(correlated.beliefs, names, correlated.copula)
    found = pm.draw([model[name] for name in names], draws=2_000, random_seed=1, mode=QUICK)
    for one, other in ((0, 1), (2, 3)):
        forward = correlated_values[names[one]] / correlated_values[names[other]]
        assert stats.ks_2samp(found[one] / found[other], forward).pvalue > FALSE_ALARM


def test_a_correlated_node_can_be_fixed(correlated: Assumptions) -> None:
    model = pm.do(build_model(correlated), {"mfu_china": 0.2})
    assert np.isfinite(model["ready"].eval(mode=QUICK))


def test_a_regime_keeps_the_rank_and_with_it_the_dependence(
    correlated: Assumptions, correlated_values: dict[str, np.ndarray]
) -> None:
    regime = correlated.regimes["crash-programme"]
    change = apply_regime(regime, 3.0)
    new = redrawn(change.commitments, correlated.beliefs, correlated_values)["hyperscaler_budget"]
    assert stats.kstest(regime.distribution.cdf(new), "uniform").pvalue > FALSE_ALARM
    mfu = correlated_values["mfu_anthropic"]
    before = stats.spearmanr(correlated_values["hyperscaler_budget"], mfu).statistic
    assert stats.spearmanr(new, mfu).statistic == pytest.approx(before, abs=1e-9)


def test_scenarios_keep_correlations_and_state_none(correlated: Assumptions) -> None:
    for name in correlated.scenarios:
        world = under_scenario(correlated, name)
        assert [group.names for group in world.copula.groups] == [group.names for group in correlated.copula.groups]
    text = '[scenario.mine]\ntitle = "x"\nreferences = ["project"]\n[[scenario.mine.correlation]]\nrank = 0.5\n'
    with pytest.raises(InputError, match=r"scenario\.mine\.correlation: unknown key"):
        load_assumptions([Layer.of(tomllib.loads(text), file="mine.toml")], model="article")


def test_correlated_mfus_narrow_the_date_as_their_ratio_does() -> None:
    """The date depends on the MFUs through their ratio; of loguniform ones the variance of its log is known."""
    low, high, rank = 0.1, 0.4, 0.8
    row = {"family": "loguniform", "low": low, "high": high}
    quantities = Layer.of({"quantity": {"mfu_anthropic": row, "mfu_china": row}}, file="mfu.toml")
    spreads = []
    for layers, correlation in (([quantities], 0.0), ([quantities, overlay({PAIR: rank})], rank)):
        assumptions = load_assumptions(layers, model="article")
        values = drawn(assumptions, DRAWS)
        log_ratio = np.log(values["mfu_anthropic"] / values["mfu_china"])
        # of two uniform variables, Pearson's correlation is Spearman's
        expected = np.log(high / low) ** 2 / 6.0 * (1.0 - correlation)
        squares = (log_ratio - log_ratio.mean()) ** 2
        error = squares.std() / np.sqrt(DRAWS)
        assert abs(squares.mean() - expected) < stats.norm.isf(FALSE_ALARM / 4) * error
        spreads.append(np.array([batch.var() for batch in outcome(assumptions, values)[1].ready.reshape(40, -1)]))
    assert stats.ttest_rel(spreads[1], spreads[0], alternative="less").pvalue < FALSE_ALARM
