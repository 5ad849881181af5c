"""The CRPS counts the months up to a stated horizon: against integrals and closed forms."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from scipy import integrate

from catchup.analysis.archive.scores import Outcome, score_rivals
from catchup.analysis.archive.scoring import score
from catchup.analysis.archive.views import LEVELS, Curve, Knots, Window
from catchup.analysis.inference import proper_scores
from catchup.analysis.inference.proper_scores import HORIZON
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.scores import scores_table
from catchup.model import load_assumptions

AROUND = [9.0, 10.5, 60.0, HORIZON - 1.0, HORIZON, HORIZON + 30.0, 1e6]  # within the horizon, and beyond it


def numerically(cumulative: Callable[[float], float], moment: float, knots: list[float], until: float) -> float:
    """Integral of the squared distance of two distribution functions, piece by piece."""
    edges = sorted({0.0, until, *(edge for edge in (*knots, moment) if 0.0 < edge < until)})
    return sum(
        integrate.quad(lambda x: (cumulative(x) - (x >= moment)) ** 2, left + 1e-12, right - 1e-12)[0]
        for left, right in itertools.pairwise(edges)
    )


@pytest.mark.parametrize("moment", AROUND)
@pytest.mark.parametrize(
    "last", [13.0, HORIZON, HORIZON + 200.0], ids=["within the horizon", "up to it", "across the horizon"]
)
def test_windows_and_quantiles_count_up_to_the_horizon(moment: float, last: float) -> None:
    points = {0.05: 10.0, 0.5: 0.4 * last + 6.0, 0.95: last}

    def joined(x: float) -> float:
        return 0.0 if x < 10.0 else 1.0 if x >= last else float(np.interp(x, list(points.values()), list(points)))

    def uniform(x: float) -> float:
        return min(max((x - 10.0) / (last - 10.0), 0.0), 1.0)

    for view, cumulative in ((Knots(points), joined), (Window(10.0, last), uniform)):
        edges = [10.0, points[0.5], last]
        exact = numerically(cumulative, min(moment, HORIZON), edges, HORIZON)
        assert view.crps(moment) == pytest.approx(exact, abs=1e-7)
        until = numerically(cumulative, math.inf, edges, min(moment, HORIZON))
        assert view.crps_until(moment) == pytest.approx(until, abs=1e-7)


def test_what_never_comes_costs_its_squared_probability_up_to_the_horizon() -> None:
    for never in (0.1, 0.3):
        months = np.where(1.0 - never > LEVELS, 12.0, math.inf)
        cost = Curve(months, 1_000.0).crps(12.0)
        assert cost == pytest.approx(never**2 * (HORIZON - 12.0), rel=2e-3)  # of 2,000 values


def test_a_forecast_is_scored_best_by_what_it_holds_wherever_its_mass_lies() -> None:
    """Over outcomes of a belief with mass beyond the horizon, that belief scores no worse than others."""
    outcomes = np.array([8.0, 20.0, 70.0, 150.0, math.inf])
    truth = np.repeat(outcomes, [2, 3, 2, 2, 1])
    rivals = [np.repeat(outcomes, shares) for shares in ([1, 3, 2, 2, 2], [2, 3, 3, 1, 1], [0, 10, 0, 0, 0])]
    own = np.mean([proper_scores.crps_within(truth, moment) for moment in truth])
    for rival in rivals:
        assert own <= np.mean([proper_scores.crps_within(rival, moment) for moment in truth]) + 1e-12
    beyond = np.repeat(outcomes, [2, 3, 2, 1, 2])  # beyond the horizon nothing is told apart
    assert np.mean([proper_scores.crps_within(beyond, moment) for moment in truth]) == pytest.approx(own)


def test_intervals_count_what_comes_after_the_horizon_as_coming_then() -> None:
    calendar = load_assumptions().calendar
    asked = Knots({0.05: 8.0, 0.5: 11.0, 0.95: HORIZON - 1.0})
    within, at, beyond = (
        score("x", "x", calendar.origin, asked, Outcome(calendar.day(month)), calendar).interval_score
        for month in (HORIZON - 2.0, HORIZON + 0.1, HORIZON + 50.0)
    )
    assert within is not None
    assert at is not None
    assert within < at
    assert beyond == pytest.approx(at)


def test_the_horizon_is_said() -> None:
    found = score_rivals(load_assumptions().calendar, Outcome(date(2027, 12, 31)))
    assert as_json(found)["crps_horizon_months"] == HORIZON
    assert f"CRPS and WIS count the {HORIZON:g} months after t = 0" in scores_table(found).lines[0]
