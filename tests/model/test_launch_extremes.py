"""Launches at the edges: random parameters over many decades, empty pools, no progress, ramps of no length."""

from __future__ import annotations

import math

import numpy as np
import pytest

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.forward import outcome
from catchup.model.launch import solve, solve_closing_in
from catchup.model.policies import Intervention

DRAWS = 5_000
WITHIN = 1e-6  # months

Parameters = tuple[np.ndarray, list[np.ndarray], list[np.ndarray], list[np.ndarray], np.ndarray, np.ndarray]


def random_firms(seed: int, sources: int = 6) -> Parameters:
    """Firms of every kind: some without stock, sources that stay empty or arrive at once, some without progress."""
    rng = np.random.default_rng(seed)

    def sometimes(share: float, special: float, values: np.ndarray) -> np.ndarray:
        return np.where(rng.random(values.shape) < share, special, values)

    shape = (sources, DRAWS)
    stock = sometimes(0.2, 0.0, 10.0 ** rng.uniform(0.0, 9.0, DRAWS))
    rate = sometimes(0.3, 0.0, 10.0 ** rng.uniform(-3.0, 9.0, shape))
    start = sometimes(0.3, 0.0, rng.choice([0.0, 7.0, 12.0, 40.0], shape) + sometimes(0.5, 0.0, rng.random(shape)))
    length = sometimes(0.1, 0.0, 10.0 ** rng.uniform(-8.0, 2.5, shape))
    growth = np.log(sometimes(0.1, 1.0, 1.0 + 10.0 ** rng.uniform(-6.0, 6.0, DRAWS))) / 12.0
    target = rng.uniform(-10.0, 40.0, DRAWS)
    return stock, list(rate), list(start), list(length), growth, target


def bisected(parameters: Parameters) -> np.ndarray:
    """First moment at which the gate is met, by two hundred halvings of a bracket, all draws side by side."""
    stock, rate, start, length, growth, target = parameters

    def met(t: np.ndarray) -> np.ndarray:
        pool = stock + sum(r * np.clip(t - s, 0.0, n) for r, s, n in zip(rate, start, length, strict=True))
        with np.errstate(divide="ignore"):
            return np.log(pool) + growth * t >= target

    high = np.full(DRAWS, 1e-3)
    for _ in range(60):
        high = np.where(met(high), high, 4.0 * high)
    never = ~met(high)
    low = np.zeros(DRAWS)
    for _ in range(200):
        middle = 0.5 * (low + high)
        reached = met(middle)
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.where(never, np.inf, np.where(met(np.zeros(DRAWS)), 0.0, high))


@pytest.mark.parametrize("seed", range(8))
def test_launches_of_every_kind_agree_with_bisection(seed: int) -> None:
    parameters = random_firms(seed)
    expected = bisected(parameters)
    found = solve(*parameters)
    np.testing.assert_array_equal(np.isinf(found), np.isinf(expected))
    finite = np.isfinite(expected)
    assert 0.5 < finite.mean() < 1.0
    assert (expected == 0.0).any()
    np.testing.assert_array_equal(found[expected == 0.0], 0.0)
    # a date can be no better than the logarithms it is worked out from: 1e-14 of them, over the rate at which g rises
    exact = finite & (parameters[4] > 1e-6)
    np.testing.assert_allclose(found[exact], expected[exact], rtol=1e-12, atol=WITHIN)


@pytest.mark.parametrize("seed", range(4))
def test_the_bracket_alone_finds_the_same(seed: int) -> None:
    parameters = random_firms(seed)
    found, guarded = solve(*parameters), solve_closing_in(*parameters)
    np.testing.assert_array_equal(np.isinf(found), np.isinf(guarded))
    exact = np.isfinite(found) & (parameters[4] > 1e-4)
    np.testing.assert_allclose(found[exact], guarded[exact], rtol=1e-12, atol=1e-9)


def test_a_launch_does_not_depend_on_its_neighbours() -> None:
    stock, rate, start, length, growth, target = random_firms(1)
    whole = solve(stock, rate, start, length, growth, target)
    some = np.random.default_rng(2).permutation(DRAWS)[:97]
    few = solve(
        stock[some],
        [r[some] for r in rate],
        [s[some] for s in start],
        [n[some] for n in length],
        growth[some],
        target[some],
    )
    np.testing.assert_array_equal(few, whole[some])


def test_no_source_arrives() -> None:
    stock, growth, target = np.array([100.0, 0.0]), np.full(2, 0.2), np.full(2, math.log(200.0))
    np.testing.assert_allclose(solve(stock, [], [], [], growth, target), [math.log(2.0) / 0.2, np.inf], rtol=1e-12)


def test_the_launch_is_the_same_for_columns_and_for_numbers() -> None:
    stock, rate, _, _, growth, target = random_firms(3)
    starts, lengths = [0.0, 0.0, 7.0, 10.0, 12.0, 12.0], [24.0, 6.0, 12.0, 12.0, 12.0, 1.0]
    columns = [[np.full(DRAWS, value) for value in values] for values in (starts, lengths)]
    np.testing.assert_array_equal(
        solve(stock, rate, starts, lengths, growth, target), solve(stock, rate, *columns, growth, target)
    )


@pytest.mark.parametrize(
    "fixed",
    [
        {"startup_stock": 0.0, "startup_growth": 0.0},
        {"china_stock": 0.0, "remote_stock": 0.0},
        {"h200_arrival_months": 1e-300, "ascend_950pr_arrival_months": 1e-12, "remote_growth_months": 1e-9},
        {"algorithmic_progress": 1.0 + 1e-12},
        {"algorithmic_progress": 1e100},
        {"mythos_chips": 1e-100},
        {"mythos_chips": 1e100, "mfu_china": 1e-100},
        {"hyperscaler_budget": 1e-100, "startup_budget": 1.0},
        {"china_stock": 1e100, "startup_stock": 1e-100},
    ],
    ids=str,
)
def test_extreme_assumptions_give_dates_and_no_warning(fixed: dict[str, float]) -> None:
    """Warnings are errors here: no logarithm of nothing, nothing over nothing, no overflow."""
    assumptions = load_assumptions(fixed=fixed, model="article")
    names = assumptions.needed(distillation=True)
    values = {name: assumptions.beliefs[name].quantile(np.linspace(0.01, 0.99, 99)) for name in names}
    _, result = outcome(assumptions, values)
    assert not np.isnan(result.ready).any()
    for contender in result.contenders.values():
        for column in (contender.launch, contender.pool, contender.requirement, contender.run_length):
            assert not np.isnan(column).any()
        np.testing.assert_array_equal(np.isinf(contender.pretrained), np.isinf(contender.launch))


def test_every_source_closed(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    nothing = Intervention(kept=dict.fromkeys(assumptions.race.sources, 0.0))
    _, result = outcome(assumptions, values, intervention=nothing)
    assert np.isinf(result.ready).all()
    _, result = outcome(assumptions, values, intervention=nothing, launch_grid=0.5)
    assert np.isinf(result.ready).all()


def test_every_source_stopped_at_once(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    """Ramps of no length add nothing: what is left is the stock and the falling requirement, known in closed form."""
    arriving = [name for name, source in article.race.sources.items() if source.arrives]
    world, result = outcome(article, values, intervention=Intervention(stop=dict.fromkeys(arriving, 0.0)))
    for name, firm in article.race.firms.items():
        affordable = 12.0 * values[firm.budget] * world.pools[name].stock * world.flop_month[name]
        expected = np.maximum(np.log(world.mythos_flop / affordable) / world.law.pace, 0.0)
        np.testing.assert_allclose(result.contenders[name].launch, expected, rtol=1e-9, atol=1e-9)
