"""What must hold of any race: more never delays, less never advances."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.forward import outcome
from catchup.model.policies import Intervention, apply_lever, apply_regime
from catchup.priors.families import Uniform

SLACK = 1e-9  # months; the solver's own tolerance

COMPUTE = [
    "china_stock",
    "hyperscaler_share",
    "h200_purchases",
    "ascend_950pr_2026",
    "ascend_950dt",
    "ascend_950pr_2027",
    "ascend_share",
    "smuggled_2026",
    "rubin_uplift",
    "remote_stock",
    "remote_growth",
    "remote_share",
    "startup_stock",
    "startup_growth",
    "mfu_china",
]
BUDGETS = ["hyperscaler_budget", "startup_budget"]
HELPS = [*COMPUTE, "algorithmic_progress", *BUDGETS]
# A larger budget launches earlier, and on a smaller pool at a higher requirement, so that the run is longer: it ends
# later only once the run outlasts the time in which requirement over pool falls by a factor e (about four months).
LARGEST_RUN = 3.0  # months
ASKS = ["mythos_chips", "mythos_training_months", "mfu_anthropic", "compute_equivalent_multiple"]
DELAYS = [
    "h200_arrival_months",
    "ascend_950pr_arrival_months",
    "remote_growth_months",
    "startup_growth_months",
    "minimum_training_months",
    "post_training_months",
]


@pytest.fixture(scope="session")
def assumptions(article: Assumptions) -> Assumptions:
    """The published model: what helps and what delays is told by the names of its quantities."""
    return article


@pytest.fixture(scope="session")
def values(article_values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return article_values


@pytest.fixture(scope="module")
def some(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: column[:500] for name, column in values.items()}


@pytest.mark.parametrize("name", HELPS)
@given(factor=st.floats(1.0, 50.0))
def test_more_never_delays_a_launch(
    assumptions: Assumptions, some: dict[str, np.ndarray], name: str, factor: float
) -> None:
    _, before = outcome(assumptions, some)
    _, after = outcome(assumptions, some | {name: some[name] * factor})
    for firm in before.contenders:
        assert (after.contenders[firm].launch <= before.contenders[firm].launch + SLACK).all()


@pytest.mark.parametrize("name", HELPS)
@given(factor=st.floats(1.0, 50.0))
def test_more_never_delays_the_date(
    assumptions: Assumptions, some: dict[str, np.ndarray], name: str, factor: float
) -> None:
    if name in BUDGETS:
        factor = min(factor, LARGEST_RUN / (12.0 * some[name].max()))
    _, before = outcome(assumptions, some)
    _, after = outcome(assumptions, some | {name: some[name] * factor})
    assert (after.ready <= before.ready + SLACK).all()


@pytest.mark.parametrize("name", [*ASKS, *DELAYS])
@given(factor=st.floats(1.0, 50.0))
def test_more_asked_never_advances_the_date(
    assumptions: Assumptions, some: dict[str, np.ndarray], name: str, factor: float
) -> None:
    _, before = outcome(assumptions, some)
    _, after = outcome(assumptions, some | {name: some[name] * factor})
    assert (after.ready >= before.ready - SLACK).all()


@given(month=st.floats(0.0, 40.0))
def test_levers_never_advance_the_date(assumptions: Assumptions, some: dict[str, np.ndarray], month: float) -> None:
    _, before = outcome(assumptions, some)
    for lever in assumptions.levers.values():
        _, after = outcome(assumptions, some, intervention=apply_lever(lever, assumptions.race, month))
        assert (after.ready >= before.ready - SLACK).all()


@given(month=st.floats(0.0, 40.0))
def test_larger_commitments_never_delay_the_date(
    assumptions: Assumptions, some: dict[str, np.ndarray], month: float
) -> None:
    dates = [
        outcome(assumptions, some, intervention=apply_regime(regime, month))[1].ready
        for regime in assumptions.regimes.values()
    ]
    for smaller, larger in pairwise(dates):
        assert (larger <= smaller + SLACK).all()


@given(month=st.floats(0.0, 40.0), share=st.floats(0.3, 0.9))
def test_a_commitment_cannot_change_the_past(
    assumptions: Assumptions, some: dict[str, np.ndarray], month: float, share: float
) -> None:
    change = Intervention(commitments={"hyperscaler_budget": Uniform(low=share, high=1.0)}, act_from_month=month)
    _, before = outcome(assumptions, some)
    _, after = outcome(assumptions, some, intervention=change)
    launch, earlier = after.contenders["hyperscaler"].launch, before.contenders["hyperscaler"].launch
    past = earlier <= month
    np.testing.assert_array_equal(launch[past], earlier[past])
    assert (launch[~past] >= month).all()


def test_intermediates_are_consistent(article: Assumptions, some: dict[str, np.ndarray]) -> None:
    world, result = outcome(article, some)
    for name, firm in article.race.firms.items():
        contender = result.contenders[name]
        np.testing.assert_allclose(
            contender.run_length, contender.requirement / (contender.pool * world.flop_month[name]), rtol=1e-12
        )
        later = contender.launch > 0
        # the gate is met exactly where the launch is not at once
        np.testing.assert_allclose(contender.run_length[later], 12.0 * some[firm.budget][later], rtol=1e-8)
        assert (contender.pretrained >= contender.launch + some[firm.minimum_training] - SLACK).all()
    first = np.minimum(*(contender.pretrained for contender in result.contenders.values()))
    np.testing.assert_allclose(result.ready, first + some["post_training_months"], rtol=1e-12)


def test_a_firm_without_compute_never_launches(assumptions: Assumptions, some: dict[str, np.ndarray]) -> None:
    nothing = np.zeros_like(some["startup_stock"])
    _, result = outcome(assumptions, some | {"startup_stock": nothing, "startup_growth": nothing})
    assert np.isinf(result.contenders["startup"].pretrained).all()
    assert np.isfinite(result.ready).all()


def test_a_firm_that_has_yet_to_decide_waits(assumptions: Assumptions, some: dict[str, np.ndarray]) -> None:
    from catchup.model.assumptions import under_scenario

    world = under_scenario(assumptions, "domestic-superpods")
    extra = {name: world.beliefs[name].quantile(np.full(500, 0.5)) for name in world.needed() if name not in some}
    for month in (5.0, 20.0):
        _, result = outcome(world, some | extra, as_of_month=month)
        earliest = month + extra["consortium_decision_months"]
        assert (result.contenders["consortium"].launch >= earliest - SLACK).all()


def test_distillation_at_the_medians() -> None:
    from catchup.model.equations import remaining_progress

    assert remaining_progress(np, 10.0, 0.25, 0.5) == pytest.approx(7.5, abs=0.01)


def test_fixed_values_reach_the_race() -> None:
    fixed = load_assumptions(fixed={"algorithmic_progress": 10.0, "mythos_chips": 500_000}, model="article")
    assert fixed.beliefs["mythos_chips"].quantile(0.3) == 500_000
    assert replace(fixed) == fixed
