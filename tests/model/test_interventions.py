"""Levers, and commitments, from their day: dates against a slow twin on a grid, and what neither may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import race_oracle
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.enacted import one_after_another
from catchup.model.forward import outcome, simulate
from catchup.model.policies import Intervention, apply_as_published, apply_lever, apply_regime
from catchup.priors.families import Fixed

EXAMPLES = settings(max_examples=12)  # each of every lever, on hundreds of draws, in both models
SLACK = 1e-8  # months; a hundred times what the solver proves
DAYS = {"article": date(2026, 6, 12), "november": date(2026, 11, 26)}
LOW_PROGRESS, HIGH_PROGRESS = 2.05, 48.0
OF_ARTICLE = [
    {},
    {"algorithmic_progress": LOW_PROGRESS},
    {"algorithmic_progress": HIGH_PROGRESS},
    {"hyperscaler_budget": 0.0051},
    {"hyperscaler_budget": 0.0195},
    {"hyperscaler_budget": 0.2},
    {"startup_budget": 0.119, "startup_stock": 400e3},
    {"mythos_chips": 251e3},
    {"mythos_chips": 745e3},
    {"minimum_training_months": 0.76},
    {"minimum_training_months": 2.95},
    {"minimum_training_months": 9.0},
    {"remote_stock": 8e6},
    {"china_stock": 2e5},
    {"smuggled_2026": 1.2e6, "rubin_uplift": 1.9},
    {"distilled_share": 0.4, "distillation_removed_share": 0.7},
    {"distilled_share": 0.9, "distillation_removed_share": 0.95, "algorithmic_progress": 30.0},
    {"mfu_china": 0.29, "mfu_anthropic": 0.16},
    {"mfu_china": 0.155, "mfu_anthropic": 0.29},
    {"algorithmic_progress": 30.0, "hyperscaler_budget": 0.05, "mythos_chips": 300e3},
]
OF_CURRENT = [
    {"bytedance_launch_delay": 9.0, "alibaba_launch_delay": 0.0, "tencent_launch_delay": 4.0},
    {"bytedance_know_how_lag": 8.0, "alibaba_know_how_lag": 5.0, "algorithmic_progress": HIGH_PROGRESS},
    {"rival_compute": 4.0},
    {"run_setback_months": 9.0},
    {"run_setback_months": 14.0, "data_and_rl_months": 20.0, "algorithmic_progress": LOW_PROGRESS},
    {"rl_ratio": 2.5, "rl_pool_share": 0.3},
    {"bytedance_commitment": 0.2, "deepseek_commitment": 0.3},
    {"domestic_usable": 0.1},
    {"minimum_training_months": 9.0, "remote_stock": 8e6},
    {"distilled_share": 0.9, "distillation_removed_share": 0.95, "deepseek_know_how_lag": 6.0, "bytedance_mfu": 0.01},
]
EXTREMES = [("article", each) for each in OF_ARTICLE] + [("current", each) for each in OF_CURRENT]
COMMITTED = 0.07  # share of a year's compute to which all firms commit themselves at once


def drawn(assumptions: Assumptions, draws: int, seed: int, fixed: dict[str, float] | None = None) -> dict:
    names = assumptions.needed(distillation=True)
    (values,) = simulate(assumptions, lambda values: values, draws, np.random.default_rng(seed), names=names)
    return values | {name: np.full(draws, value) for name, value in (fixed or {}).items()}


@pytest.fixture(scope="module", params=["article", "current"])
def either(request) -> Assumptions:
    return load_assumptions(model=request.param)


@pytest.fixture(scope="module")
def some(either: Assumptions) -> dict[str, np.ndarray]:
    return drawn(either, 400, 5)


def ready(assumptions, values, intervention=None):
    given_intervention = {} if intervention is None else {"intervention": intervention}
    return outcome(assumptions, values, **given_intervention)[1].ready


def disagreements(assumptions: Assumptions, fixed: dict[str, float], seed: int, day: date, draws: int) -> dict:
    """Levers whose quantiles differ from the twin's by more than 0.03 month, with the differences."""
    month = assumptions.calendar.months(day)
    values = decided(assumptions, drawn(assumptions, draws, seed, fixed), month)
    changes = {name: apply_lever(lever, assumptions.race, month) for name, lever in assumptions.levers.items()}
    if any(firm.commitment for firm in assumptions.race.firms.values()):
        quantities = assumptions.regimes["crash-programme"].text.quantities
        pushed = Intervention(commitments=dict.fromkeys(quantities, Fixed(value=COMMITTED)), act_from_month=month)
        changes["committed"] = pushed
        changes["committed, without remote access"] = replace(changes["remote-revoked"], commitments=pushed.commitments)
    found = {}
    for name, change in changes.items():
        dates = ready(assumptions, values, change), race_oracle.ready(assumptions, values, change)
        # draws' own, so that none lies between a date and never; the twin's grid ends somewhere
        ours, theirs = (
            np.quantile(np.minimum(each, race_oracle.LAST), (0.5, 0.75, 0.95), method="inverted_cdf") for each in dates
        )
        if not np.all(np.abs(ours - theirs) <= 0.03):
            found[name] = ours - theirs
    return found


def decided(assumptions: Assumptions, values: dict, month: float) -> dict:
    """Draws without a launch within a step of the twin's grid of the day: it could not tell which comes first."""
    contenders = outcome(assumptions, values)[1].contenders.values()
    near = np.any([np.abs(run.launch - month) <= race_oracle.STEP for run in contenders], axis=0)
    assert near.mean() < 0.05
    return {name: column[~near] for name, column in values.items()}


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_every_lever_against_the_twin(either, day):
    assert disagreements(either, {}, 11, day, 60 if either.model == "article" else 20) == {}


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
@pytest.mark.parametrize(("model", "fixed"), EXTREMES)
def test_every_lever_at_extremes_against_the_twin(model, fixed, day):
    seed = 100 + [each for _, each in EXTREMES].index(fixed)
    assert disagreements(load_assumptions(model=model), fixed, seed, day, 200 if model == "article" else 60) == {}


def test_the_twin_would_find_a_lever_that_rewrites_the_past():
    assumptions = load_assumptions(model="article")
    values = drawn(assumptions, 60, 11)
    month = assumptions.calendar.months(DAYS["november"])
    published = apply_as_published(assumptions.levers["remote-revoked"], assumptions.race, month)
    physical = apply_lever(assumptions.levers["remote-revoked"], assumptions.race, month)
    gap = np.quantile(ready(assumptions, values, published), 0.5) - np.quantile(
        race_oracle.ready(assumptions, values, physical), 0.5
    )
    assert gap > 0.5


@EXAMPLES
@given(months=st.tuples(st.floats(0.0, 40.0), st.floats(0.0, 40.0)))
def test_pulled_later_a_lever_never_delays_more(either, some, months):
    sooner, later = sorted(months)
    for lever in either.levers.values():
        dates = [ready(either, some, apply_lever(lever, either.race, month)) for month in (sooner, later)]
        assert (dates[1] <= dates[0] + SLACK).all()


@EXAMPLES
@given(month=st.floats(0.0, 60.0))
def test_a_run_that_has_ended_pre_training_never_moves(either, some, month):
    before = outcome(either, some)[1]
    for lever in either.levers.values():
        after = outcome(either, some, intervention=apply_lever(lever, either.race, month))[1]
        for firm, contender in before.contenders.items():
            ended = contender.pretrained <= month
            np.testing.assert_array_equal(after.contenders[firm].pretrained[ended], contender.pretrained[ended])
            np.testing.assert_array_equal(after.contenders[firm].ready[ended], contender.ready[ended])
            decided = ended & (before.ready >= contender.ready)  # nobody else is ready before it
            np.testing.assert_array_equal(after.ready[decided], before.ready[decided])


def test_pulled_after_every_draw_is_pre_trained_a_lever_moves_nothing(either, some):
    before = outcome(either, some)[1]
    ends = [contender.pretrained for contender in before.contenders.values()]
    last = max(end[np.isfinite(end)].max() for end in ends)
    for lever in either.levers.values():
        np.testing.assert_array_equal(ready(either, some, apply_lever(lever, either.race, last)), before.ready)


def test_from_the_origin_a_lever_is_the_published_one(either, some):
    for lever in either.levers.values():
        np.testing.assert_array_equal(
            ready(either, some, apply_lever(lever, either.race, 0.0)),
            ready(either, some, apply_as_published(lever, either.race, 0.0)),
        )


@EXAMPLES
@given(month=st.floats(0.0, 30.0))
def test_a_run_under_way_is_not_ended_before_it_had_planned_to(either, some, month):
    before = outcome(either, some)[1]
    for lever in either.levers.values():
        for regime in either.regimes.values():
            *_, change = one_after_another([apply_lever(lever, either.race, month), apply_regime(regime, month)])
            after = outcome(either, some, intervention=change)[1]
            for firm, contender in before.contenders.items():
                begun = contender.launch < month
                late = after.contenders[firm].pretrained - contender.pretrained
                assert (late[begun] >= -SLACK).all()


def test_distillation_may_be_limited_in_some_of_the_draws(either, some):
    limited = np.arange(400) % 2.0
    found = ready(either, some, Intervention(limit_distillation=limited))
    everywhere = ready(either, some, Intervention(limit_distillation=True))
    np.testing.assert_array_equal(found, np.where(limited, everywhere, ready(either, some)))
    assert (found[1::2] > ready(either, some)[1::2]).any()
    assert Intervention(limit_distillation=np.zeros(400)).nothing
    assert not Intervention(limit_distillation=limited).nothing


def test_what_acts_on_one_source_acts_on_what_the_other_has_left():
    gone, halved = Intervention(kept={"s": 0.0}, stop={"s": 3.0}), Intervention(kept={"s": 0.5}, stop={"s": 9.0})
    for pair in ([gone, halved], [halved, gone]):
        *_, both = one_after_another(pair)
        assert (both.kept, both.stop) == ({"s": 0.0}, {"s": 3.0})


def test_a_lever_that_takes_all_compute_away_stops_a_run_under_way(either, some):
    before = outcome(either, some)[1]
    month = float(np.median(next(iter(before.contenders.values())).pretrained)) - 0.5
    everything = either.levers["remote-revoked"].model_copy(update={"remove": tuple(either.race.channels())})
    after = outcome(either, some, intervention=apply_lever(everything, either.race, month))[1]
    begun = before.pretrained > month
    assert np.isinf(after.ready[begun]).all()
    assert np.isfinite(after.ready[~begun]).all()
