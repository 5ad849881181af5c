"""Scores held to those of scoringrules, which compiles for five seconds once imported: all that ask it stand here."""

from __future__ import annotations

import math
from datetime import date, timedelta
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.archive.scoring import Outcome, score
from catchup.analysis.archive.views import EQUALLY_LIKELY, LEVELS, Curve, Knots, Window
from catchup.analysis.inference import proper_scores
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.proper_scores import HORIZON
from catchup.model.calendar import Calendar

CALENDAR = Calendar(date(2026, 2, 24), 30.44)
AROUND = [9.0, 10.5, 60.0, HORIZON - 1.0, HORIZON, HORIZON + 30.0, 1e6]  # within the horizon, and beyond it


@pytest.fixture(scope="module")
def scoringrules() -> ModuleType:
    import scoringrules

    return scoringrules


@pytest.mark.parametrize("moment", [9.0, 10.0, 10.6, 13.0, 15.0])
def test_a_windows_scores_are_the_uniforms(moment: float, scoringrules: ModuleType) -> None:
    window = Window(10.0, 13.0)
    assert window.crps(moment) == pytest.approx(float(scoringrules.crps_uniform(moment, 10.0, 13.0)), abs=1e-12)
    points = np.linspace(9.0, moment, 200_001)
    integral = np.trapezoid(stats.uniform(10.0, 3.0).cdf(points) ** 2, points)
    assert window.crps_until(moment) == pytest.approx(integral, abs=1e-9)
    if moment < 13.0:
        assert window.log_score_still_open(moment) == pytest.approx(-stats.uniform(10.0, 3.0).logsf(moment))
    else:
        assert window.log_score_still_open(moment) == math.inf


@pytest.mark.parametrize("moment", [6.0, 8.0, 9.0, 11.0, 16.0, 18.0, 21.0])
def test_quantiles_have_their_weighted_interval_score(moment: float, scoringrules: ModuleType) -> None:
    outcome = Outcome(CALENDAR.origin + timedelta(days=round(moment * 30.44)))
    found = score("x", "x", date(2026, 6, 1), Knots({0.05: 8.0, 0.5: 11.0, 0.95: 18.0}), outcome, CALENDAR)
    seen = outcome.months(CALENDAR)
    interval, median = float(scoringrules.interval_score(seen, 8.0, 18.0, 0.1)), abs(seen - 11.0)
    assert found.interval_score == pytest.approx((0.5 * median + 0.05 * interval) / 1.5, rel=1e-12)


def test_many_quantiles_of_a_normal_have_its_crps(scoringrules: ModuleType) -> None:
    levels = np.linspace(0.001, 0.999, 999)
    normal = Knots(dict(zip(levels, stats.norm.ppf(levels, 10.0, 2.0), strict=True)))
    for moment in (6.0, 10.5, 13.0):
        # what lies beyond 0.1% and 99.9% is put there: at most 2 sd of spread times 1e-3 squared, and lines between
        exact = float(scoringrules.crps_normal(moment, 10.0, 2.0))
        assert normal.crps(moment) == pytest.approx(exact, abs=1e-4)


def test_scores_are_those_of_the_library(scoringrules: ModuleType) -> None:
    rng = np.random.default_rng(6)
    for size in (1, 2, 501):
        values = np.sort(rng.normal(10.0, 2.0, size))
        for moment in (5.0, 9.5, 10.0, 15.0):
            theirs = float(scoringrules.crps_ensemble(moment, values, backend="numpy"))
            assert proper_scores.crps(values, moment) == pytest.approx(theirs, abs=1e-12)
            until = float(scoringrules.twcrps_ensemble(moment, values, b=moment, backend="numpy"))
            assert proper_scores.crps_until(values, moment) == pytest.approx(until, abs=1e-12)
    for level in (0.05, 0.5, 0.95):
        for quantile in (8.0, 11.0, 14.0):
            theirs = float(scoringrules.quantile_score(11.0, quantile, level, backend="numpy"))
            assert proper_scores.quantile_loss(quantile, level, 11.0) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("moment", AROUND)
@pytest.mark.parametrize("never", [0.0, 0.3, 1.0])
def test_a_curves_crps_is_the_librarys_threshold_weighted_one(
    moment: float, never: float, scoringrules: ModuleType
) -> None:
    rng = np.random.default_rng(7)
    values = np.sort(rng.lognormal(math.log(12.0), 1.0, LEVELS.size))
    values[LEVELS.size - round(never * LEVELS.size) :] = math.inf
    drawn = values[EQUALLY_LIKELY]
    curve = Curve(values, 1_000.0)
    far = np.where(np.isfinite(drawn), drawn, 1e9)  # the library takes no infinities: beyond the horizon all are alike
    theirs = float(scoringrules.twcrps_ensemble(moment, far, b=HORIZON, backend="numpy"))
    assert curve.crps(moment) == pytest.approx(theirs, rel=1e-9, abs=1e-9)
    clamped = float(scoringrules.crps_ensemble(min(moment, HORIZON), np.minimum(far, HORIZON), backend="numpy"))
    assert curve.crps(moment) == pytest.approx(clamped, rel=1e-9, abs=1e-9)
    until = float(scoringrules.twcrps_ensemble(moment, far, b=min(moment, HORIZON), backend="numpy"))
    assert curve.crps_until(moment) == pytest.approx(until, rel=1e-9, abs=1e-9)


def test_a_window_across_the_horizon_is_a_clamped_uniform(scoringrules: ModuleType) -> None:
    within = (HORIZON - 10.0) / 300.0  # of a uniform from 10 to 310, of which the rest is a mass at the horizon
    for moment in (20.0, 100.0, 400.0):
        theirs = float(scoringrules.crps_uniform(min(moment, HORIZON), 10.0, HORIZON, 0.0, 1.0 - within))
        assert Window(10.0, 310.0).crps(moment) == pytest.approx(theirs, abs=1e-9)


def test_scores_against_the_normal_distributions_own(scoringrules: ModuleType) -> None:
    outcome = Outcome(date(2027, 1, 15))
    moment = outcome.months(CALENDAR)
    normal = Distribution(stats.norm.ppf((np.arange(40_000) + 0.5) / 40_000, 10.0, 2.0), Weighting(40_000))
    found = score("x", "x", date(2026, 6, 1), normal, outcome, CALENDAR)
    # 2,000 equally likely values stand for the distribution: the error of the score is of the order of their spacing
    assert found.crps == pytest.approx(scoringrules.crps_normal(moment, 10.0, 2.0), abs=2e-3)
    assert found.log_score == pytest.approx(scoringrules.logs_normal(moment, 10.0, 2.0), abs=2e-3)
    assert found.covered == {0.5: True, 0.9: True}
