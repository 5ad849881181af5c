"""Hierarchical priors, shares and shaped families in the forward simulation and in the graph, held to each other.

Seeds are fixed; each statistic is held to what chance explains at a false-alarm rate of one in a million.
"""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from compiled_dates import CompiledDates
from false_alarms import FALSE_ALARM
from own_rows import layer
from scipy import special, stats

from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.model.forward import outcome, simulate
from catchup.model.graph import build_model
from catchup.model.policies import apply_regime, redrawn
from catchup.priors import InputError
from catchup.priors.families import LogNormal, Uniform
from model_cases import drawn

QUICK = "FAST_COMPILE"
DRAWS = 20_480  # five scrambles of a power of two
TEXT = 'unit = "1"\ndescription = "x"\nsources = ["project"]\n'
HIERARCHY = f"""
[quantity.budget_level]
family = "lognormal"
median = 0.02
sigma = 0.3
{TEXT}
[quantity.budget_spread]
family = "truncated"
low = 0.0
of = {{family = "normal", mean = 0, sd = 0.3}}
{TEXT}
[quantity.hyperscaler_budget]
family = "truncated"
high = 1.0
of = {{family = "lognormal", median = {{quantity = "budget_level"}}, sigma = {{quantity = "budget_spread"}}}}
[quantity.startup_budget]
family = "truncated"
high = 1.0
[quantity.startup_budget.of]
family = "lognormal"
median = {{quantity = "budget_level", times = 1.5}}
sigma = {{quantity = "budget_spread"}}
[quantity.mfu_china]
family = "triangular"
low = 0.1
mode = {{quantity = "mfu_mode"}}
high = 0.4
[quantity.mfu_mode]
family = "uniform"
low = 0.15
high = 0.3
{TEXT}
"""
SHAPED = """
[quantity.algorithmic_progress]
family = "shifted_lognormal"
shift = 1.0
median = 9
sigma = 0.6
[quantity.mfu_anthropic]
family = "mixture"
components = [
    {weight = 0.7, family = "beta", alpha = 20, beta = 80},
    {weight = 0.3, family = "triangular", low = 0.2, mode = 0.35, high = 0.5},
]
[quantity.china_stock]
family = "empirical"
low = 0
quantiles = [[0.05, 1.2e6], [0.5, 1.7e6], [0.95, 3.2e6]]
[quantity.mythos_chips]
family = "truncated"
low = 1e5
of = {family = "student_t", location = 5e5, scale = 1e5, degrees_of_freedom = 4}
"""
SPLIT = f"""
[quantity.hyperscaler_share]
family = "dirichlet"
concentration = 4
block = "firms"
[quantity.startup_share]
family = "dirichlet"
concentration = 2
block = "firms"
{TEXT}maximum = 1.0
[quantity.other_share]
family = "dirichlet"
concentration = 3
block = "firms"
role = "comparison"
{TEXT}
[source.startup-stock]
amount = ["china_stock", "startup_share"]
"""


@pytest.fixture(scope="session")
def assumptions(article: Assumptions) -> Assumptions:
    """The published model: what is laid over it here names its firms."""
    return article


@pytest.fixture(scope="module")
def hierarchical() -> Assumptions:
    return load_assumptions(
        [layer(HIERARCHY), layer(SHAPED, "shaped.toml"), layer(SPLIT, "split.toml")], model="article"
    )


@pytest.fixture(scope="module")
def values(hierarchical: Assumptions) -> dict[str, np.ndarray]:
    return drawn(hierarchical, DRAWS, names=[*hierarchical.needed(), "other_share"])


def test_draws_of_what_does_not_change_stay_to_the_bit(
    assumptions: Assumptions, hierarchical: Assumptions, values: dict[str, np.ndarray]
) -> None:
    alone = drawn(assumptions, DRAWS)
    changed = {name for name, belief in hierarchical.beliefs.items() if assumptions.beliefs.get(name) != belief}
    assert {"budget_level", "budget_spread", "mfu_mode"} < set(values)  # drawn though no date names them
    for name in alone.keys() & values.keys():
        assert np.array_equal(alone[name], values[name]) == (name not in changed), name


@pytest.mark.parametrize("replicates", [0, 5])
def test_each_quantity_given_its_parents_is_uniform_in_rank(hierarchical: Assumptions, replicates: int) -> None:
    found = drawn(hierarchical, DRAWS, replicates, [*hierarchical.needed(), "other_share"])
    ranked = [name for name in found if hierarchical.beliefs[name].base is not None]
    for name in ranked:
        ranks = hierarchical.beliefs[name].given(found).cdf(found[name])
        assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARM / len(ranked), name
    children = ("hyperscaler_budget", "startup_budget")
    log_ratio = np.log(found[children[0]] / found[children[1]])
    centred = (log_ratio + np.log(1.5)) / found["budget_spread"]
    assert stats.kstest(centred, stats.norm(0, np.sqrt(2)).cdf).pvalue > 1e-3 * FALSE_ALARM  # truncation cuts a little


def test_draws_depend_neither_on_chunks_nor_on_what_else_is_drawn(
    hierarchical: Assumptions, values: dict[str, np.ndarray]
) -> None:
    few = drawn(hierarchical, DRAWS, names=["hyperscaler_budget"])
    assert list(few) == ["budget_level", "budget_spread", "hyperscaler_budget"]
    assert all(np.array_equal(few[name], values[name]) for name in few)
    transform = QuantileTransform(hierarchical.beliefs, ["startup_share", "other_share"])
    pieces = UniformStreams(np.random.default_rng(5)).chunks(transform.names, 0, DRAWS, 777)
    found = np.concatenate([transform(uniforms)["other_share"] for uniforms in pieces])
    assert np.array_equal(found, values["other_share"])


def test_what_hangs_on_quantities_drawn_before_is_drawn_beside_them(hierarchical: Assumptions) -> None:
    """Beside quasi-random draws, too: a latent quantity's parents may be among those of the sequence."""
    row = '[quantity.rl_ratio]\nfamily = "lognormal"\nmedian = {quantity = "mfu_china", times = 9}\nsigma = 0.1'
    latent = load_assumptions([layer(HIERARCHY), layer(row)], model="article")
    beside = {"rl_ratio": latent.beliefs["rl_ratio"]}
    for replicates in (0, 5):
        chunks = list(
            simulate(latent, lambda v: v, DRAWS, np.random.default_rng(1), beside=beside, replicates=replicates)
        )
        ratio = np.concatenate([np.log(chunk["rl_ratio"] / (9.0 * chunk["mfu_china"])) for chunk in chunks])
        assert stats.kstest(ratio, stats.norm(0.0, 0.1).cdf).pvalue > FALSE_ALARM


def test_the_graph_and_the_forward_simulation_agree_on_the_same_draws(hierarchical: Assumptions) -> None:
    compiled = CompiledDates(build_model(hierarchical), hierarchical, ["ready", "mythos_flop"], mode=QUICK)
    found = compiled.draw(2_500, np.random.default_rng(7))
    forward = list(simulate(hierarchical, lambda v: outcome(hierarchical, v)[1].ready, 2_500, np.random.default_rng(7)))
    np.testing.assert_allclose(found["ready"][:, 0], np.concatenate(forward), rtol=0, atol=1e-9)


@pytest.fixture(scope="module")
def graph(hierarchical: Assumptions) -> pm.Model:
    return build_model(hierarchical, extra_quantities=["other_share"])


def test_the_graph_has_the_same_values_at_the_same_scores(hierarchical: Assumptions, graph: pm.Model) -> None:
    names = list(graph.coords["scored_quantity"])
    scores = np.random.default_rng(3).standard_normal((300, len(names)))
    wanted = [*names, "other_share"]
    function = pytensor.function([graph["scored_quantities"]], [graph[name] for name in wanted], mode=QUICK)
    found = np.array([function(row) for row in scores]).T
    transform = QuantileTransform(hierarchical.beliefs, wanted)
    free = UniformStreams(np.random.default_rng(1))
    uniforms = next(free.chunks(transform.names, 0, 300, 300))
    for row, name in zip(scores.T, names, strict=True):
        uniforms[transform.names.index(name)] = special.ndtr(row)
    # of what has a base, the graph has vectors of its own: the same values there
    fixed = {name: value for name, value in transform(uniforms).items() if name not in wanted}
    given = [name for name in fixed if name in graph.named_vars]
    function = pytensor.function(
        [graph["scored_quantities"], *(graph[name] for name in given)], [graph[name] for name in wanted], mode=QUICK
    )
    found = np.array([function(row, *(fixed[name][index] for name in given)) for index, row in enumerate(scores)]).T
    expected = transform(uniforms)
    for name, column in zip(wanted, found, strict=True):
        np.testing.assert_allclose(column, expected[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_values_and_gradients_are_finite_wherever_a_sampler_goes(graph: pm.Model) -> None:
    vector = graph["scored_quantities"]
    ready = graph["ready"][0]
    others = [variable for variable in graph.free_RVs if variable is not vector]
    outputs = [ready, pt.grad(ready, vector)]
    function = pytensor.function([vector, *others], outputs, mode=QUICK, on_unused_input="ignore")
    middle = pm.draw(others, random_seed=1, mode=QUICK)
    for score in (-8.0, -4.0, 0.0, 4.0, 8.0):
        for index in range(vector.type.shape[0] or len(graph.coords["scored_quantity"])):
            at = np.where(np.arange(len(graph.coords["scored_quantity"])) == index, score, 0.1)
            date, slope = function(at, *middle)
            assert np.isfinite(date), (score, index)
            assert np.isfinite(slope).all(), (score, index)


def test_fixing_a_parent_moves_its_children(hierarchical: Assumptions, graph: pm.Model) -> None:
    names = ["hyperscaler_budget", "startup_budget"]
    plain, moved = (
        pm.draw([model[name] for name in names], draws=200, random_seed=1, mode=QUICK)
        for model in (pm.do(graph, {"budget_level": 0.01}), pm.do(graph, {"budget_level": 0.02}))
    )
    for one, other in zip(plain, moved, strict=True):
        np.testing.assert_allclose(other / one, 2.0, rtol=0.05)  # truncation at 1 keeps it from being exact


def test_shares_of_the_graph_sum_to_one(graph: pm.Model) -> None:
    names = ("hyperscaler_share", "startup_share", "other_share")
    shares = pm.draw([graph[name] for name in names], 50, random_seed=1, mode=QUICK)
    np.testing.assert_allclose(np.sum(shares, axis=0), 1.0, rtol=0, atol=1e-12)


# interventions


def test_a_regime_on_a_parent_moves_what_hangs_on_it(hierarchical: Assumptions, values: dict[str, np.ndarray]) -> None:
    change = {"budget_level": LogNormal(median=0.04, sigma=0.3)}
    found = redrawn(change, hierarchical.beliefs, values)
    assert list(found) == ["budget_level", "hyperscaler_budget", "startup_budget"]
    after = {**values, **found}
    np.testing.assert_allclose(after["budget_level"], 2.0 * values["budget_level"], rtol=1e-9)
    for name in ("hyperscaler_budget", "startup_budget"):
        before_rank = hierarchical.beliefs[name].given(values).cdf(values[name])
        after_rank = hierarchical.beliefs[name].given(after).cdf(after[name])
        np.testing.assert_allclose(after_rank, before_rank, rtol=1e-6, atol=1e-9)


def test_a_regime_on_a_child_keeps_its_rank_given_its_parents(
    hierarchical: Assumptions, values: dict[str, np.ndarray]
) -> None:
    change = apply_regime(hierarchical.regimes["crash-programme"], 3.0)
    found = redrawn(change.commitments, hierarchical.beliefs, values)
    assert list(found) == ["hyperscaler_budget"]
    rank = hierarchical.beliefs["hyperscaler_budget"].given(values).cdf(values["hyperscaler_budget"])
    after = change.commitments["hyperscaler_budget"].cdf(found["hyperscaler_budget"])
    np.testing.assert_allclose(after, rank, atol=1e-9)


def test_a_regime_may_hang_on_a_quantity_itself(values: dict[str, np.ndarray]) -> None:
    text = '[regime.seed-push]\nfamily = "uniform"\nlow = 0.0\nhigh = {quantity = "mfu_mode"}\n'
    asked = load_assumptions([layer(HIERARCHY), layer(text)], model="article")
    found = redrawn(apply_regime(asked.regimes["seed-push"], 0.0).commitments, asked.beliefs, values)
    assert (found["hyperscaler_budget"] < values["mfu_mode"]).all()
    assert stats.kstest(found["hyperscaler_budget"] / values["mfu_mode"], "uniform").pvalue > FALSE_ALARM


def test_what_others_leave_of_a_whole_cannot_be_given_another_distribution(
    hierarchical: Assumptions, values: dict[str, np.ndarray]
) -> None:
    with pytest.raises(InputError, match="follows from hyperscaler_share, startup_share") as caught:
        redrawn({"other_share": Uniform(low=0.0, high=1.0)}, hierarchical.beliefs, values)
    assert caught.value.key == "other_share"


def test_a_scenario_that_believes_a_parent_otherwise_moves_its_children(hierarchical: Assumptions) -> None:
    scenario = '[scenario.rich]\ntitle = "x"\nreferences = ["project"]\n'
    scenario += "[scenario.rich.quantity.budget_level]\nmedian = 0.05\n"
    asked = load_assumptions([layer(HIERARCHY), layer(scenario, "rich.toml")], model="article")
    world = under_scenario(asked, "rich")
    assert world.beliefs["hyperscaler_budget"].parents == ("budget_level", "budget_spread")
    assert world.quantiles("hyperscaler_budget", 0.5) == pytest.approx(0.05, rel=0.02)


def test_shares_of_one_flow_may_reach_one_each(hierarchical: Assumptions) -> None:
    own = '[quantity.other_share]\nfamily = "uniform"\nlow = 0.1\nhigh = 0.4\nrole = "model"\n' + TEXT
    more = (
        '[source.more]\ntitle = "x"\nfirm = "startup"\nchannel = "startup"\namount = ["china_stock", "other_share"]\n'
    )
    shares, used = SPLIT.split("[quantity.other_share]")[0], SPLIT[SPLIT.index("[source") :]
    with pytest.raises(InputError, match=r"shares of china_stock could add up to 1\.40, above 1"):
        load_assumptions([layer(shares + own + more + used)], model="article")
    assert {"hyperscaler_share", "startup_share"} < set(hierarchical.needed())


@pytest.mark.parametrize(
    "belief",
    [
        LogNormal(median=1.1e6, sigma=0.1),
        stats.lognorm(0.1, scale=1.1e6),
        stats.gamma(100.0, scale=1.1e4),
        {"family": "empirical", "quantiles": [[0.1, 1e6], [0.5, 1.1e6], [0.9, 1.3e6]], "low": 0.5e6},
    ],
)
def test_a_stock_without_an_upper_bound_may_carry_another(belief: object) -> None:
    assumptions = load_assumptions(priors={"legal_stock": belief})
    values = drawn(assumptions, DRAWS, names=["legal_stock", "china_stock"])
    assert (values["china_stock"] > values["legal_stock"]).all()
