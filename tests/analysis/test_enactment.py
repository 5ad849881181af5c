"""The day of a lever's enactment: later buys less, and a grid is the same as its rows asked one by one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from catchup.analysis.inference.estimates import Distribution, Estimate, Weighting
from catchup.analysis.inference.outcomes import PRETRAINED
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.lever_grid import layout as lever_grid_layout
from catchup.analysis.presentation.text import shift_text
from catchup.analysis.studies.counterfactuals import Counterfactual, levers, regimes
from catchup.analysis.studies.enactment import default_days, levers_by_day
from catchup.analysis.studies.lever_grid import lever_grid
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import InputError

DAY = date(2026, 11, 26)


@pytest.fixture(scope="module", params=["article", "current"])
def prior(request):
    return prior_of(Question(load_assumptions(model=request.param), DAY, draws=3_000))


@pytest.mark.parametrize(("model", "fixed"), [("article", {}), ("current", {"rl_ratio": 0.0})])
def test_later_buys_less_and_is_past_rescue_more_often(model, fixed):
    asked = Question(load_assumptions(model=model, fixed=fixed), DAY, draws=3_000)
    found = levers_by_day(prior_of(asked), default_days(date(2026, 2, 24)))
    for enacted in found.levers.values():
        dates = np.array([each.effect.ready.values for each in enacted])
        assert (np.diff(dates, axis=0) <= 1e-8).all()
        unmoved = [each.effect.unmoved.value for each in enacted]
        assert (np.diff(unmoved) >= -1e-12).all()


def test_a_forced_wait_pays_only_where_reinforcement_learning_is_what_takes_long():
    """Who launches as soon as it can may have been ready sooner by waiting: less compute is asked for then."""
    long, none = (load_assumptions(model="current", fixed=fixed) for fixed in ({}, {"rl_ratio": 0.0}))
    days = default_days(date(2026, 2, 24))
    found, without = (
        levers_by_day(prior_of(Question(each, DAY, draws=3_000)), days).levers["remote-revoked"]
        for each in (long, none)
    )
    dates, shorter = (np.array([each.effect.ready.values for each in every]) for every in (found, without))
    sooner = (np.diff(dates, axis=0) > 1e-8).any(axis=0)
    assert 0 < sooner.sum() < 0.01 * sooner.size
    assert (dates > shorter + 1e-8).any(axis=0)[sooner].all()


@pytest.mark.parametrize("day", [date(2026, 2, 24), date(2026, 3, 1), DAY])
def test_what_is_past_a_lever_is_counted_apart(prior, day):
    """Where nothing has ended pre-training nothing is past; a lever may leave draws as they are all the same."""
    past = prior.summary[PRETRAINED]
    found = levers(prior, acting_from=day)
    month = prior.question.assumptions.calendar.months(day)
    assert found.past.value == pytest.approx(np.mean(past <= month))
    if day < DAY:
        assert found.past.value == 0.0
    assert all(found.past.value <= row.unmoved.value + 1e-12 for row in found.counterfactuals)
    assert max(row.unmoved.value for row in found.counterfactuals) > found.past.value  # indifferent, and not past
    for enacted in levers_by_day(prior, [day]).levers.values():
        assert enacted[0].past == found.past


def test_a_day_in_the_curve_is_the_lever_asked_from_that_day(prior):
    by_day = levers_by_day(prior, [DAY, date(2027, 2, 26)])
    for position, day in enumerate([DAY, date(2027, 2, 26)]):
        for row in levers(prior, acting_from=day).counterfactuals:
            np.testing.assert_array_equal(by_day.levers[row.id][position].effect.ready.values, row.ready.values)


def test_a_printed_grid_holds_what_its_figure_shows(prior):
    """The figure draws shifts of the 95% date, JSON has three quantiles: the table shows median and 95%."""
    grid = lever_grid(prior)
    tables = lever_grid_layout(grid).tables
    assert [table.title[:6] for table in tables] == ["Median", "95% by"]
    for table, p in zip(tables, (0.5, 0.95), strict=True):
        (first,) = [column for column in table.columns if column.title == "As the forecast has it"]
        for lever in grid.levers:
            assert first.text(lever) == shift_text(grid.bought(lever, None, p))


def test_the_grid_holds_levers_and_regimes_by_themselves(prior):
    grid = lever_grid(prior)
    for row in levers(prior).counterfactuals:
        np.testing.assert_array_equal(grid.dates[row.id, None].values, row.ready.values)
        assert grid.bought(row.id, None) == row.shift(0.5)
    for row in regimes(prior).counterfactuals:
        np.testing.assert_array_equal(grid.dates[None, row.id].values, row.ready.values)
    assert len(grid.dates) == (1 + len(grid.levers)) * (1 + len(grid.regimes))


def test_under_a_regime_a_lever_still_delays(prior):
    grid = lever_grid(prior, acting_from=date(2026, 2, 24))
    for lever in grid.levers:
        for regime in grid.regimes:
            assert (grid.dates[lever, regime].values >= grid.dates[None, regime].values - 1e-8).all()


def test_the_mean_shift_of_those_that_move_is_theirs(prior):
    row = levers(prior, acting_from=date(2026, 2, 24)).counterfactuals[0]
    moves = row.ready.values - row.baseline.values
    moved = np.isfinite(moves) & (np.abs(moves) > 1e-6)
    assert row.unmoved.value == pytest.approx(1.0 - moved.mean())
    assert row.shift_movable.value == pytest.approx(moves[moved].mean())
    spread = moves[moved].std() / np.sqrt(moved.sum())
    assert row.shift_movable.mcse == pytest.approx(spread, rel=0.05)


def test_the_mean_of_a_handful_is_not_meaningful():
    weighting = Weighting(1_000)
    before = np.full(1_000, 9.0)
    for moved, meaningful in ((9, False), (10, True)):
        after = before + np.where(np.arange(1_000) < moved, np.arange(1_000) % 3 + 1.0, 0.0)
        dates = (Distribution(months, weighting) for months in (after, before))
        row = Counterfactual("p", "P", (), ready=next(dates), baseline=next(dates))
        assert row.shift_movable.meaningful is meaningful


@pytest.mark.parametrize("left", [1e-13, 1e-200, 1e-300])
def test_the_mean_of_what_a_report_leaves_is_not_meaningful(left: float):
    """A milestone left a share of movable draws whose square is none: in the week of the report no job could end."""
    weights = np.array([1.0 - left, *[left / 20] * 20])
    before = np.array([9.0] * 21)
    after = before + np.array([0.0, *[2.0] * 20])
    ready, baseline = (Distribution(months, Weighting(21, weights=weights)) for months in (after, before))
    shift = Counterfactual("p", "P", (), ready=ready, baseline=baseline).shift_movable
    assert shift.value == pytest.approx(2.0)
    assert not shift.meaningful


def test_a_date_that_only_comes_under_a_policy_is_infinitely_earlier():
    weighting = Weighting(2)
    before, after = (Distribution(np.array(months), weighting) for months in ([np.inf, 9.0], [8.0, 9.0]))
    row = Counterfactual("programme", "A programme", (), ready=after, baseline=before)
    assert row.shift_movable == Estimate(-np.inf, np.inf)
    assert shift_text(row.shift_movable) == "from never"
    assert row.unmoved.value == 0.5


def test_a_day_before_the_origin_is_refused(prior):
    with pytest.raises(InputError, match=r"a day from 2026-02-24 \(t = 0\) on was expected, not 2026-02-23"):
        levers(prior, acting_from=date(2026, 2, 23))
