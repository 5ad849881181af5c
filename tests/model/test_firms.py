"""Firms by name: their shares, budgets and names, what of their chips can train, and that one more is rows alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from budget_fit import INPUT, fit
from false_alarms import FALSE_ALARM, ranks, widest
from own_rows import BAIDU, layer
from scipy import stats

from catchup.model import equations
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.forward import outcome, simulate
from catchup.model.policies import apply_regime
from catchup.priors import InputError
from catchup.priors.families import Truncated
from catchup.priors.strict import read_toml

SIX = {
    "bytedance": "hyperscaler",
    "alibaba": "hyperscaler",
    "tencent": "hyperscaler",
    "deepseek": "startup",
    "moonshot": "startup",
    "zai": "startup",
}
LEVELS = [0.05, 0.5, 0.95]
SHARES = {"domestic": "hyperscaler_share", "ascend-950dt": "ascend_share", "remote": "remote_share"}
WITHIN = 0.01  # of the article's share
DRAWN, DRAWS = 100_000, 4_000


@pytest.fixture(scope="module")
def drawn(assumptions: Assumptions) -> dict[str, np.ndarray]:
    chunks = simulate(assumptions, dict, DRAWN, np.random.default_rng(3), names=assumptions.needed())
    kept = list(chunks)
    return {name: np.concatenate([chunk[name] for chunk in kept]) for name in kept[0]}


@pytest.fixture(scope="module")
def some(drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: column[:DRAWS] for name, column in drawn.items()}


def test_six_firms_race(assumptions: Assumptions) -> None:
    assert assumptions.race.archetypes == SIX


@pytest.mark.parametrize("source", SHARES)
def test_the_largest_share_is_the_articles(
    source: str, assumptions: Assumptions, article: Assumptions, drawn: dict[str, np.ndarray]
) -> None:
    """The first firm's by its row, and that of whoever has more then by no more than a hundredth."""
    firms = [firm for firm, kind in SIX.items() if kind == "hyperscaler"]
    names = [assumptions.race.sources[f"{firm}-{source}"].amount[-1] for firm in firms]
    largest = np.maximum.reduce([drawn[name] for name in names])
    belief = article.beliefs[SHARES[source]]
    for level in LEVELS:
        low, high = ranks(level, DRAWN)
        assert low < belief.cdf(np.quantile(drawn[names[0]], level)) < high
        assert belief.quantile(low) < np.quantile(largest, level) < belief.quantile(high) + WITHIN


def test_budgets_are_those_of_the_fit(assumptions: Assumptions) -> None:
    """Rounded to the digits that the rows have: half a unit of the last one."""
    archetypes, habits = fit(read_toml(INPUT))
    for kind, found in archetypes.items():
        belief = assumptions.beliefs[f"{kind}_budget"]
        assert isinstance(belief, Truncated)
        assert belief.of.median == pytest.approx(found.median, abs=5e-5)
        assert belief.of.sigma == pytest.approx(found.sigma, abs=5e-3)
    for firm, kind in {**SIX, "meituan": "startup"}.items():
        row = assumptions.table.quantities[f"{firm}_budget"].distribution.model_dump()["of"]
        assert row["median"]["quantity"] == f"{kind}_budget"
        assert row["median"]["times"] == pytest.approx(habits[firm].times, abs=5e-3)
        assert row["sigma"] == pytest.approx(habits[firm].sigma, abs=5e-3)
    row = assumptions.table.quantities["xiaomi_budget"].distribution.model_dump()["of"]
    assert row["sigma"] == pytest.approx(archetypes["startup"].tau, abs=5e-3)  # nothing is published of it


@pytest.mark.parametrize("quantity", ["mfu", "post_training_months", "budget"])
def test_firms_of_a_kind_are_alike(quantity: str, assumptions: Assumptions, drawn: dict[str, np.ndarray]) -> None:
    """What they have in common shows in their ranks; given that, each has a rank of its own."""
    chance = widest((DRAWN - 1) ** -0.5)  # of the rank correlation of what is independent
    for firms in (("bytedance", "alibaba"), ("deepseek", "zai")):
        names = [f"{firm}_{quantity}" for firm in firms]
        assert stats.spearmanr(*(drawn[name] for name in names)).statistic > chance, firms
        own = [assumptions.beliefs[name].given(drawn).cdf(drawn[name]) for name in names]
        assert abs(stats.spearmanr(*own).statistic) < chance, firms
        assert all(stats.kstest(each, "uniform").pvalue > FALSE_ALARM for each in own), firms


def test_post_training_lasts_as_long_as_its_reinforcement_learning(
    assumptions: Assumptions, some: dict[str, np.ndarray]
) -> None:
    alone = assumptions.without_obstacles()
    result = outcome(alone, some)[1]
    for firm, contender in result.contenders.items():
        learning = some["rl_ratio"] * contender.run_length / some["rl_pool_share"]
        expected = np.maximum(some[f"{firm}_post_training_months"], learning)
        np.testing.assert_allclose(contender.post_training, expected, rtol=1e-12)
        assert (learning > some[f"{firm}_post_training_months"]).any(), firm
    ready = np.minimum.reduce([contender.ready for contender in result.contenders.values()])
    np.testing.assert_allclose(result.ready, ready, rtol=1e-12)


@pytest.mark.parametrize("ratio", [0.5, 30.0])
def test_the_slopes_of_post_training(ratio: float) -> None:
    """On either side of where reinforcement learning begins to bind, against differences."""
    at = np.array([1.5, ratio, 0.2, 0.25])  # months, ratio, run length, share
    variables = [pt.dscalar() for _ in at]
    value = equations.post_training_with_rl(pt, *variables)
    slopes = pytensor.function(variables, pytensor.grad(value, variables), mode="FAST_COMPILE")(*at)
    for place, slope in enumerate(slopes):
        step = np.zeros(4)
        step[place] = 1e-6
        up, down = (float(equations.post_training_with_rl(np, *(at + sign * step))) for sign in (1.0, -1.0))
        assert slope == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "current", "published"),
    [
        ("bytedance", "bytedance", "hyperscaler"),
        ("ByteDance", "bytedance", "hyperscaler"),
        ("Z.ai", "zai", "startup"),
        ("Moonshot AI", "moonshot", "startup"),
        ("Qwen", "alibaba", "hyperscaler"),
        ("Meituan", "deepseek", "startup"),  # which does not race: the first start-up stands for it
        ("hyperscaler", "bytedance", "hyperscaler"),
        ("startup", "deepseek", "startup"),
    ],
)
def test_a_name_means_a_firm_of_either_race(
    name: str, current: str, published: str, assumptions: Assumptions, article: Assumptions
) -> None:
    assert (assumptions.race.firm_named(name), article.race.firm_named(name)) == (current, published)


def test_an_unknown_firm_is_refused_with_the_nearest(assumptions: Assumptions) -> None:
    with pytest.raises(InputError, match="unknown firm 'bytedanse'; did you mean 'bytedance'") as caught:
        assumptions.race.firm_named("bytedanse", file="mine.toml", key="observed.firm")
    assert (caught.value.file, caught.value.key, caught.value.exit_code) == ("mine.toml", "observed.firm", 2)


def test_one_more_firm_is_rows_alone(some: dict[str, np.ndarray], assumptions: Assumptions) -> None:
    more = load_assumptions([layer(BAIDU)])
    assert list(more.race.firms) == [*SIX, "baidu"]
    assert more.race.firm_named("Ernie") == "baidu"
    values = some | {"baidu_stock": np.full(DRAWS, 2e6)}
    before, after = outcome(assumptions, some)[1], outcome(more, values)[1]
    for firm in SIX:
        np.testing.assert_array_equal(after.contenders[firm].ready, before.contenders[firm].ready)
    assert (after.ready <= before.ready).all()
    assert (after.ready < before.ready).any()


def test_a_firm_is_switched_on_by_one_row() -> None:
    switched = load_assumptions([layer("[firm.xiaomi]\ncompetes = true")])
    assert [*SIX, "xiaomi"] == list(switched.race.firms)
    assert switched.race.firm_named("MiMo") == "xiaomi"


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("[firm.zai]\nrl_ratio = 'rl_ration'", "firm.zai.rl_ratio"),
        ("[firm.zai]\ncommitment = 'zai_comitment'", "firm.zai.commitment"),
        ("[firm.zai]\npost_training = 'zai_post'", "firm.zai.post_training"),
        ("[source.tencent-domestic]\nusable = 'domestic_useable'", "source.tencent-domestic.usable"),
        ("[known_firm.stepfun]\nalias = ['Step']", "known_firm.stepfun.alias"),
    ],
)
def test_what_does_not_fit_is_refused(row: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions([layer(row)])
    assert (caught.value.file, caught.value.key) == ("mine.toml", key)


def test_half_of_what_reinforcement_learning_takes_is_refused() -> None:
    row = BAIDU.replace("minimum_training =", 'rl_ratio = "rl_ratio"\nminimum_training =')
    with pytest.raises(InputError, match="is missing: reinforcement learning") as caught:
        load_assumptions([layer(row)])
    assert caught.value.key == "firm.baidu.rl_pool_share"


def test_what_cannot_train_is_no_part_of_the_pool(some: dict[str, np.ndarray], assumptions: Assumptions) -> None:
    none = np.zeros(DRAWS)
    flows = ("ascend_950pr_2026", "ascend_950pr_2027")
    unusable = outcome(assumptions, some | {"ascend_950pr_usable": none})[1]
    without = outcome(assumptions, some | dict.fromkeys(flows, none))[1]
    np.testing.assert_array_equal(unusable.ready, without.ready)
    assert (unusable.ready > outcome(assumptions, some)[1].ready).any()


def test_the_stock_is_what_is_legal_and_what_is_smuggled(drawn: dict[str, np.ndarray]) -> None:
    """Epoch's estimate of what has been smuggled: 660,000 H100e in the middle, with a wide interval."""
    smuggled = drawn["china_stock"] - drawn["legal_stock"]
    low, middle, high = np.quantile(smuggled, LEVELS)
    ends = [660e3 * np.exp(0.5 * stats.norm.ppf(rank)) for rank in ranks(0.5, DRAWN)]  # sigma 0.5
    assert ends[0] < middle < ends[1]
    assert high / low > 4.0
    assert smuggled.min() > 0.0


def test_commitment_counts_where_it_is_beyond_habit(assumptions: Assumptions, some: dict[str, np.ndarray]) -> None:
    firm = assumptions.race.firms["tencent"]
    habit, commitment = some["tencent_budget"], some["tencent_commitment"]
    share = firm.share_of_year(np, some)
    np.testing.assert_array_equal(share, np.maximum(habit, commitment))
    assert 0.05 < (commitment > habit).mean() < 0.5
    nothing: Mapping[str, np.ndarray] = some | {f"{name}_commitment": np.full(DRAWS, 1e-9) for name in SIX}
    usual = outcome(assumptions, dict(nothing))[1].ready
    regime = apply_regime(assumptions.regimes["business-as-usual"], 0.0)
    hyperscalers = {name: nothing[name] for name in regime.commitments}
    after = outcome(assumptions, some | hyperscalers)[1].ready
    switched = outcome(assumptions, some, intervention=regime)[1].ready
    np.testing.assert_allclose(switched, after, rtol=1e-12)
    assert (usual >= outcome(assumptions, some)[1].ready - 1e-9).mean() > 0.99  # a long run's gain is not certain


def test_ranges_of_commitment_are_the_articles(assumptions: Assumptions, article: Assumptions) -> None:
    for name in ("seed-push", "crash-programme", "mobilisation"):
        assert assumptions.regimes[name].distribution == article.regimes[name].distribution
    highest = article.regimes["mobilisation"].distribution.support()[1]
    assert assumptions.beliefs["zai_commitment"].support()[1] == highest
