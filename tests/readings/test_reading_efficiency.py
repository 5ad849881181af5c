"""Efficiency: equations against each other, draws against closed forms and an independent quadrature."""

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from catchup.analysis.inference.outcomes import outcome_of
from catchup.analysis.presentation.tables.efficiency import closed_table
from catchup.analysis.studies.readings.efficiency import efficiency, first_requirement
from catchup.model.assumptions import load_assumptions
from catchup.model.efficiency import (
    channel_shares,
    edge_over_rich,
    gap_made_up,
    held_back_progress,
    months_until,
    split_progress,
)
from catchup.model.law import Law
from catchup.model.mechanisms.own import CONSTANT
from catchup.model.models import MODELS
from catchup.priors.errors import InputError
from reading_cases import ask, assert_estimates, prior

shares = st.floats(0.0, 1.0)
rates = st.floats(1.01, 1e3)
months = st.floats(0.0, 120.0)


def constant(progress):
    """Progress at one rate, by a factor a year."""
    return Law(CONSTANT, math.log(progress) / 12.0)


@pytest.fixture(scope="module")
def reading():
    question = ask()
    return efficiency(prior(question))


def test_tenfold_progress_a_year_makes_up_for_a_tenfold_gap_in_a_year():
    assert months_until(constant(10.0), 10.0) == pytest.approx(12.0, rel=1e-12)
    assert months_until(constant(100.0), 10.0) == pytest.approx(6.0, rel=1e-12)


@given(gap=st.floats(1.0, 1e6), progress=rates)
def test_lag_and_gap_invert_each_other(gap, progress):
    law = constant(progress)
    assert gap_made_up(np, law.log_progress(np, months_until(law, gap))) == pytest.approx(gap, rel=1e-9)


@given(needed=st.floats(1.0, 1e6), distilled=shares, replicated=shares)
def test_channels_multiply_to_the_progress_needed(needed, distilled, replicated):
    split = channel_shares(distilled, replicated)
    assert split.total == pytest.approx(1.0, abs=1e-12)
    factors = split_progress(np, needed, split)
    assert factors.own * factors.replicated * factors.distilled == pytest.approx(needed, rel=1e-9)
    assert min(factors.own, factors.replicated, factors.distilled) >= 1.0


@given(t=months, progress=rates, distilled=shares, replicated=shares, delay=st.floats(0.0, 24.0), ceiling=rates)
def test_delay_and_ceiling_only_hold_progress_back(t, progress, distilled, replicated, delay, ceiling):
    split = channel_shares(distilled, replicated)
    plain = math.log(gap_made_up(np, constant(progress).log_progress(np, t)))
    held_back = held_back_progress(np, t, constant(progress), split, delay, ceiling).total
    free = held_back_progress(np, t, constant(progress), split, 0.0, math.inf).total
    assert held_back <= plain + 1e-9
    assert free == pytest.approx(plain, rel=1e-9, abs=1e-9)


@given(t=months, delay=st.floats(0.0, 24.0), ceiling=rates)
def test_without_edges_only_distillation_is_gained_on_labs_that_progress(t, delay, ceiling):
    edge = edge_over_rich(np, t, 1.0, 1.0, delay, ceiling)
    assert edge.total == pytest.approx(math.log(ceiling), abs=1e-12)


def test_slowing_progress_is_read_as_it_slows():
    """The gap that a lag makes up for is the gap; with progress that slows a lag is longer, and a large gap stays."""
    slow = efficiency(prior(ask(2_000, overlays=["slowing-progress"])))
    plain = efficiency(prior(ask(2_000)))
    assert (slow.lags[10.0].values > plain.lags[10.0].values).all()
    ended = ask(2_000, overlays=["slowing-progress"], fixed={"progress_floor_share": 0.0, "algorithmic_progress": 2.0})
    found = efficiency(prior(ended))
    values = prior(ended).source.map(lambda values: {"half": values["progress_half_life_months"]})["half"]
    most = math.log(2.0) / 12.0 * values / math.log(2.0)
    assert np.isinf(found.lags[100.0].values[most < math.log(100.0)]).all()
    reached = most > math.log(2.0) * (1 + 1e-9)
    months = -values / math.log(2.0) * np.log1p(-math.log(2.0) / most, where=reached, out=np.zeros_like(most))
    np.testing.assert_allclose(found.lags[2.0].values[reached], months[reached], rtol=1e-7)


def test_held_back_progress_worked_by_hand():
    """At e a month: half innovated for 10 months, a quarter replicated from month 4 on, a quarter distilled up to e."""
    split = channel_shares(0.25, 1.0 / 3.0)
    parts = held_back_progress(np, 10.0, constant(math.exp(12.0)), split, 4.0, math.e)
    assert (parts.own, parts.replicated, parts.distilled) == pytest.approx((5.0, 1.5, 1.0), rel=1e-12)
    early = held_back_progress(np, 2.0, constant(math.exp(12.0)), split, 4.0, math.e)
    assert (early.own, early.replicated, early.distilled) == pytest.approx((1.0, 0.0, 0.5), rel=1e-12)


def test_edge_worked_by_hand():
    """Two years of halving, a doubling copied after six months, six-fold distillation."""
    parts = edge_over_rich(np, 24.0, 0.5, 2.0, 6.0, 6.0)
    factors = np.exp([parts.own, parts.replicated, parts.distilled])
    np.testing.assert_allclose(factors, [0.25, 2.0, 6.0], rtol=1e-12)
    assert edge_over_rich(np, 5.0, 0.5, 2.0, 6.0, 6.0).replicated == 0.0


@pytest.mark.parametrize("model", MODELS)
def test_gap_on_the_day_is_to_the_firm_that_would_spend_most(model):
    assumptions = load_assumptions(model=model)
    medians = {name: float(assumptions.quantiles(name, 0.5)) for name in assumptions.needed()}
    fixed = {name: value for name, value in medians.items() if name in assumptions.table.quantities}
    question = ask(10, fixed=fixed, as_of=assumptions.calendar.origin, model=model)
    seconds = 30.44 * 86_400.0

    def largest_run(firm):
        """Everything that is there at t = 0 and can train, at what the one run gets: habit or more, rivals aside."""
        row = assumptions.race.firms[firm]
        there = (source for source in assumptions.race.sources.values() if source.firm == firm and source.start is None)
        stock = sum(math.prod(medians[name] for name in (*each.amount, each.usable) if name) for each in there)
        budget = max(medians[name] for name in (row.budget, row.commitment) if name)
        budget /= 1.0 + medians.get("rival_compute", 0.0)
        return 12.0 * seconds * 9.89e14 * medians[row.mfu] * budget * stock

    runs = [largest_run(firm) for firm in assumptions.race.firms]
    spent = seconds * 6.5e14 * medians["mfu_anthropic"]
    mythos = medians["mythos_chips"] * spent * medians["mythos_training_months"]
    gap = efficiency(prior(question)).gap_now.values
    np.testing.assert_allclose(gap, mythos / max(runs), rtol=1e-9)
    assert max(runs) > 1.5 * min(runs)


def test_what_rivals_take_widens_the_gap_as_it_raises_the_progress_needed():
    """Twice a run's compute for other models: a third is left of every budget, and so of the largest run."""
    alone, beset = (
        efficiency(prior(ask(500, fixed={"rival_compute": rivals}, model="current"))) for rivals in (0.0, 2.0)
    )
    np.testing.assert_allclose(beset.gap_now.values, 3.0 * alone.gap_now.values, rtol=1e-9)
    assert beset.needed.quantile(0.5).value > alone.needed.quantile(0.5).value


@pytest.mark.parametrize("model", MODELS)
def test_distillation_is_asked_for_more_than_it_can_give_beyond_its_ceiling(model):
    """One that gives nothing is asked for too much wherever progress is needed: everywhere in the published race."""
    asked = {at: efficiency(prior(ask(1_000, fixed={"distillation_ceiling": at}, model=model))) for at in (1.0, 100.0)}
    needed = (asked[1.0].needed.values > 1.0).mean()
    assert asked[1.0].beyond_ceiling.value == needed
    assert needed == 1.0 if model == "article" else 0.9 < needed < 1.0
    assert asked[100.0].beyond_ceiling.value == 0.0


def test_progress_needed_is_what_has_passed_by_the_first_launch():
    question = ask(2_000, model="article")  # no know-how lag: the requirement is read on the day of the launch
    drawn = prior(question)

    def evaluate(values):
        world, result = outcome_of(question, values)
        ends = np.stack([contender.pretrained for contender in result.contenders.values()])
        launches = np.stack([contender.launch for contender in result.contenders.values()])
        launch = np.choose(ends.argmin(axis=0), launches)
        passed = world.annual_progress ** (launch / 12.0)
        return {"needed": result.target_flop / first_requirement(result), "passed": passed}

    columns = drawn.source.map(evaluate)
    np.testing.assert_allclose(columns["needed"], columns["passed"], rtol=1e-9)
    np.testing.assert_allclose(efficiency(drawn).needed.values, columns["needed"], rtol=1e-12)


def test_channels_of_each_draw_multiply_to_its_need(reading):
    product = np.prod([spread.values for spread in reading.channels.values()], axis=0)
    np.testing.assert_allclose(product, reading.needed.values, rtol=1e-9)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("gap", [2.0, 10.0, 100.0])
def test_lag_of_a_gap_follows_from_the_rate_of_progress(reading, gap, p):
    progress = float(load_assumptions().beliefs["algorithmic_progress"].quantile(1.0 - p))
    assert_estimates(reading.lags[gap].quantile(p), 12.0 * math.log(gap) / math.log(progress))


def test_chance_that_progress_closes_the_gap_follows_from_its_rate(reading):
    calendar = reading.question.assumptions.calendar
    progress = reading.question.assumptions.beliefs["algorithmic_progress"]
    for row in reading.closed:
        t = calendar.months(row.day + timedelta(days=1))
        exact = 1.0 - float(progress.cdf(10.0 ** (12.0 / t)))
        # a chance near 0 or 1 may not show at all: its error then follows from the chance itself
        error = math.sqrt(exact * (1.0 - exact) / 20_000)
        assert_estimates(row.probability["progress"], exact, known_to=5.0 * error + 1e-12)


def test_chance_of_a_gap_closed_on_labs_that_progress_follows_by_quadrature(reading):
    def log_triangle(low, mode, high):
        low, mode, high = map(math.log, (low, mode, high))
        return stats.triang((mode - low) / (high - low), loc=low, scale=high - low)

    points = (np.arange(400) + 0.5) / 400.0
    own = log_triangle(0.5, 1.0, 1.2).ppf(points)[:, None]
    ceiling = log_triangle(1.5, 3.0, 6.0).ppf(points)[None, :]
    copied, delay = log_triangle(0.5, 1.0, 4.0), log_triangle(0.5, 5.0, 10.0)
    calendar = reading.question.assumptions.calendar
    for row in reading.closed[:4]:
        t = calendar.months(row.day + timedelta(days=1))
        missing = math.log(10.0) - own * t / 12.0 - ceiling
        copied_by_then = delay.cdf(math.log(t))
        exact = float((copied_by_then * copied.sf(missing) + (1.0 - copied_by_then) * (missing <= 0.0)).mean())
        assert_estimates(row.probability["edge"], exact, known_to=2e-4)
        assert 0.0 < exact < 0.05  # unlikely, not ruled out


def test_held_back_progress_closes_the_gap_later(reading):
    for row in reading.closed:
        chance = row.probability
        assert chance["edge"].value < chance["held_back"].value <= chance["progress"].value


def test_a_gap_is_closed_on_a_day_and_not_by_it(reading):
    """Labs that progress too can open it again: the row is of its own day alone."""
    table = closed_table(reading)
    assert table.columns[0].title == "A 10-fold gap closed on"
    assert [table.columns[0].value(row) for row in table.rows] == [row.day.isoformat() for row in reading.closed]


def test_a_wider_gap_is_closed_later():
    question = ask(2_000)
    narrow, wide = (efficiency(prior(question), gap).closed for gap in (3.0, 30.0))
    for row, later in zip(narrow, wide, strict=True):
        assert all(later.probability[name].value <= row.probability[name].value for name in row.probability)


@pytest.mark.parametrize("gap", [1.0, 0.5, -3.0, math.inf, math.nan])
def test_a_gap_that_is_none_is_refused(gap):
    question = ask(100)
    with pytest.raises(InputError, match="gap: "):
        efficiency(prior(question), gap)
