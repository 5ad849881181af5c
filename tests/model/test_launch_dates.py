"""Launch dates against a bisection that knows nothing of Newton, and against a plain grid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.model import launch
from catchup.model.assumptions import Assumptions
from catchup.model.forward import outcome
from catchup.model.launch import solve

WITHIN = 1e-6  # months


def pool_at(t: float, stock: float, rate: list[float], start: list[float], length: list[float]) -> float:
    return stock + sum(r * min(max(t - s, 0.0), n) for r, s, n in zip(rate, start, length, strict=True))


def bisect(
    stock: float, rate: list[float], start: list[float], length: list[float], growth: float, target: float
) -> float:
    """First t with log pool(t) + growth t >= target, by halving a bracket two hundred times."""

    def reached(t: float) -> bool:
        pool = pool_at(t, stock, rate, start, length)
        return pool > 0.0 and math.log(pool) + growth * t >= target

    if reached(0.0):
        return 0.0
    high = 1.0
    while not reached(high):
        high *= 2.0
        if high > 1e12:
            return math.inf
    low = 0.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def solve_one(
    stock: float, rate: list[float], start: list[float], length: list[float], growth: float, target: float
) -> float:
    columns = [np.array([value]) for value in rate]
    return float(
        solve(
            np.array([stock]),
            columns,
            list(start),
            [np.array([n]) for n in length],
            np.array([growth]),
            np.array([target]),
        )[0]
    )


SOURCES = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(1e-6, 1e6)),
        st.floats(0.0, 40.0),
        st.one_of(st.just(0.0), st.floats(1e-3, 60.0)),
    ),
    min_size=1,
    max_size=8,
)


@given(
    stock=st.one_of(st.just(0.0), st.floats(1.0, 1e8)),
    sources=SOURCES,
    progress=st.one_of(st.floats(1.01, 3.0), st.floats(2.0, 1e4)),
    target=st.floats(-5.0, 40.0),
)
def test_launch_dates_agree_with_bisection(
    stock: float, sources: list[tuple[float, float, float]], progress: float, target: float
) -> None:
    rate, start, length = map(list, zip(*sources, strict=True))
    growth = math.log(progress) / 12.0
    expected = bisect(stock, rate, start, length, growth, target)
    found = solve_one(stock, rate, start, length, growth, target)
    if math.isinf(expected):
        assert math.isinf(found)
    else:
        assert found == pytest.approx(expected, abs=WITHIN, rel=1e-12)


@pytest.mark.parametrize(
    ("stock", "rate", "start", "length", "growth", "target", "expected"),
    [
        (100.0, [0.0], [0.0], [12.0], 0.2, math.log(100.0), 0.0),  # met exactly at t = 0
        (100.0, [0.0], [0.0], [12.0], 0.2, math.log(50.0), 0.0),  # met long before
        (0.0, [10.0], [7.0], [4.0], 0.1, math.log(20.0) + 0.9, 9.0),  # empty at first: 20 at month 9
        (0.0, [0.0], [0.0], [0.0], 0.1, 5.0, math.inf),  # never any compute
        (10.0, [5.0], [0.0], [2.0], 0.1, math.log(20.0) + 0.2, 2.0),  # at the kink where arrivals end
        (10.0, [5.0], [3.0], [2.0], 0.1, math.log(10.0) + 0.3, 3.0),  # at the kink where they begin
        (10.0, [5.0], [3.0], [0.0], 0.1, math.log(10.0) + 0.5, 5.0),  # a frozen source
    ],
)
def test_launches_known_in_closed_form(
    stock: float,
    rate: list[float],
    start: list[float],
    length: list[float],
    growth: float,
    target: float,
    expected: float,
) -> None:
    assert solve_one(stock, rate, start, length, growth, target) == pytest.approx(expected, abs=1e-9)


def test_prior_launches_agree_with_bisection(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    world, result = outcome(article, values)
    months = article.table.number("days_per_month") * 86_400.0
    for name, firm in article.race.firms.items():
        pool = world.pools[name]
        flop_month = article.table.number("h100_peak") * months * values[firm.mfu]
        target = np.log(world.mythos_flop / (12.0 * values[firm.budget] * flop_month))
        for index in range(0, target.size, 40):

            def at(row: object, index: int = index, draws: int = target.size) -> float:
                return float(np.broadcast_to(row, (draws,))[index])

            expected = bisect(
                at(pool.stock),
                [at(row) for row in pool.rate],
                [at(row) for row in pool.start],
                [at(row) for row in pool.length],
                at(world.law.pace),
                at(target),
            )
            assert result.contenders[name].launch[index] == pytest.approx(expected, abs=WITHIN)


def test_the_published_grid(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    """The article's run, written out plainly: every pool at every half month, first point at which the gate is met."""
    v = {name: column[:1_000] for name, column in values.items()}
    t = np.arange(0.0, 120.5, 0.5)[:, None]

    def ramp(start: float, length: object) -> np.ndarray:
        return np.clip((t - start) / length, 0.0, 1.0)

    hyperscaler = (
        v["china_stock"] * v["hyperscaler_share"]
        + v["h200_purchases"] * ramp(0, v["h200_arrival_months"])
        + v["ascend_950pr_2026"] * v["ascend_share"] * ramp(0, v["ascend_950pr_arrival_months"])
        + v["ascend_950dt"] * v["ascend_share"] * ramp(7, 12)
        + v["ascend_950pr_2027"] * v["ascend_share"] * ramp(10, 12)
        + v["smuggled_2026"] * v["hyperscaler_share"] * ramp(0, 12)
        + v["smuggled_2026"] * v["rubin_uplift"] * v["hyperscaler_share"] * ramp(12, 12)
        + v["remote_stock"] * v["remote_share"]
        + v["remote_growth"] * v["remote_share"] * np.minimum(t, 24) / v["remote_growth_months"]
    )
    startup = v["startup_stock"] + v["startup_growth"] * np.minimum(t, 24) / v["startup_growth_months"]
    month = 30.44 * 86_400.0
    mythos = v["mythos_chips"] * 6.5e14 * v["mfu_anthropic"] * v["mythos_training_months"] * month
    required = mythos / v["algorithmic_progress"] ** (t / 12.0)
    ends = []
    for pool, budget in ((hyperscaler, "hyperscaler_budget"), (startup, "startup_budget")):
        length = required / (pool * 9.89e14 * v["mfu_china"] * month)
        first = (length <= 12.0 * v[budget]).argmax(axis=0)
        at_launch = np.take_along_axis(length, first[None], axis=0)[0]
        ends.append(t[first, 0] + np.maximum(at_launch, v["minimum_training_months"]))
    ready = np.minimum(*ends) + v["post_training_months"]
    world, result = outcome(article, v, launch_grid=0.5)
    np.testing.assert_allclose(result.ready, ready, rtol=0, atol=1e-9)
    np.testing.assert_allclose(world.mythos_flop, mythos, rtol=1e-12)


def test_the_grid_is_late_and_never_early(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    _, continuous = outcome(assumptions, values)
    _, gridded = outcome(assumptions, values, launch_grid=0.5)
    for name, contender in continuous.contenders.items():
        late = gridded.contenders[name].launch - contender.launch
        assert late.min() >= -1e-8
        assert late.max() <= 0.5 + 1e-8


def test_two_free_steps_settle_nearly_every_draw(
    assumptions: Assumptions, values: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bracket is for the few whose root lies beyond a kink: it is what a solver would cost without the steps."""
    close_in, far = launch.close_in, []

    def counted(stock: np.ndarray, *others: object) -> np.ndarray:
        far.append(stock.size)
        return close_in(stock, *others)

    monkeypatch.setattr(launch, "close_in", counted)
    outcome(assumptions, values)
    solved = len(assumptions.race.firms) * values["mythos_chips"].size
    assert 0 < sum(far) < 0.12 * solved  # found: 0.08, the same for every seed to a hundredth
