"""Rivals scored by closed forms: a window, quantiles, and probabilities by a day."""

from __future__ import annotations

import itertools
import json
import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate

from catchup.analysis.archive.rivals import load_rivals
from catchup.analysis.archive.scores import Scores, score_rivals
from catchup.analysis.archive.scoring import Outcome, Score, score
from catchup.analysis.archive.views import Knots, Unscored, Window
from catchup.analysis.inference import proper_scores
from catchup.analysis.presentation.tables.builders import as_json
from catchup.priors.errors import InputError
from scored_days import CALENDAR, DAY, FEBRUARY, scored


def rows(path: Path, content: str, outcome: Outcome | None = None) -> dict[str, Score]:
    path.write_text(content)
    return {row.id: row for row in score_rivals(CALENDAR, outcome or Outcome(DAY), load_rivals(path))}


# windows --------------------------------------------------------------------------------------------------------------


def test_a_february_is_scored_exactly(tmp_path: Path) -> None:
    found = rows(tmp_path / "rivals.toml", FEBRUARY)["february"]
    assert found.log_score == pytest.approx(math.log(28 / 30.44), abs=1e-12)  # -0.0836
    assert round(found.log_score or 0.0, 4) == -0.0836
    assert found.pit == (pytest.approx(0.5 / 28), pytest.approx(0.5 / 28))
    assert not found.approximate


@pytest.mark.parametrize("day", [date(2027, 1, 31), date(2027, 3, 1)], ids=["the day before", "the day after"])
def test_outside_a_window_the_log_score_is_infinite(day: date, tmp_path: Path) -> None:
    found = rows(tmp_path / "rivals.toml", FEBRUARY, Outcome(day))["february"]
    assert found.log_score == math.inf
    (content,) = as_json(Scores(Outcome(day), (found,)))["scores"]
    assert content["log_score"] is None
    assert content["reasons"]["log_score"].startswith("infinite")
    json.dumps(content, allow_nan=False)


@pytest.mark.parametrize("day", [date(2027, 2, 1), date(2027, 2, 28)])
def test_both_days_of_a_window_are_in_it(day: date, tmp_path: Path) -> None:
    assert math.isfinite(rows(tmp_path / "rivals.toml", FEBRUARY, Outcome(day))["february"].log_score or math.inf)


def test_a_window_with_less_than_all_of_the_probability() -> None:
    window = Window(10.0, 13.0, 0.6)
    assert window.log_score(11.0) == pytest.approx(-math.log(0.6 / 3.0))
    for unscored in (window.log_score(14.0), window.crps(11.0), window.crps_until(11.0)):
        assert isinstance(unscored, Unscored)
    assert window.probability_before(9.0) == (0.0, pytest.approx(0.4))
    assert window.probability_before(14.0) == (pytest.approx(0.6), pytest.approx(1.0))
    assert isinstance(window.log_score_still_open(14.0), Unscored)
    assert scored(window).interval_score is None
    assert scored(window).covered == {0.5: None, 0.9: None}


@pytest.mark.parametrize(("probability", "said"), [(0.6, "40%"), (0.9996, "below 0.1%")])
def test_bounds_of_a_probability_are_written_as_probabilities_are(probability: float, said: str) -> None:
    by = date(2026, 12, 31)
    window = Window(20.0, 23.0, probability)
    found = scored(window, Outcome(date(2027, 2, 1)), (by,))
    assert found.reasons["brier 2026-12-31"] == f"it states no probability of that, but one between 0% and {said}"


# quantiles ------------------------------------------------------------------------------------------------------------


QUANTILES = {0.05: 8.0, 0.5: 11.0, 0.95: 18.0}


def test_a_quantile_that_is_never_counts_as_the_horizon() -> None:
    """A date that a lab may keep to itself has no 95% quantile: it is late, not infinitely wrong."""
    outcome = Outcome(CALENDAR.origin + timedelta(days=300))
    found = scored(Knots({**QUANTILES, 0.95: math.inf}), outcome)
    assert found.interval_score == scored(Knots({**QUANTILES, 0.95: proper_scores.HORIZON}), outcome).interval_score
    assert found.interval_score is not None
    assert math.isfinite(found.interval_score)


@pytest.mark.parametrize("moment", [6.0, 8.5, 11.0, 13.0, 17.9, 21.0])
def test_joined_quantiles_have_the_crps_of_a_numerical_integral(moment: float) -> None:
    def cumulative(x: float) -> float:
        if x < 8.0:
            return 0.0
        return 1.0 if x >= 18.0 else float(np.interp(x, list(QUANTILES.values()), list(QUANTILES)))

    edges = sorted({5.0, 8.0, 11.0, 18.0, 25.0, moment})
    pieces = [
        integrate.quad(lambda x: (cumulative(x) - (x >= moment)) ** 2, left + 1e-12, right - 1e-12)[0]
        for left, right in itertools.pairwise(edges)
    ]
    assert Knots(QUANTILES).crps(moment) == pytest.approx(sum(pieces), abs=1e-8)
    until = [
        integrate.quad(lambda x: cumulative(x) ** 2, left + 1e-12, right - 1e-12)[0]
        for left, right in itertools.pairwise(edges)
        if right <= moment
    ]
    assert Knots(QUANTILES).crps_until(moment) == pytest.approx(sum(until), abs=1e-8)


def test_what_quantiles_do_not_say_is_not_scored() -> None:
    found = scored(Knots(QUANTILES), days=(date(2026, 12, 31),))
    assert found.log_score is None
    assert found.reasons["log_score"] == "what is stated has no density"
    assert found.approximate
    assert found.crps is not None
    assert found.pit == (0.5, 0.95)
    assert found.covered == {0.5: None, 0.9: True}
    assert found.reasons["covered 0.5"] == "no such interval was stated"
    assert found.brier == {date(2026, 12, 31): None}
    assert "between 5% and 50%" in found.reasons["brier 2026-12-31"]
    assert isinstance(Knots({0.25: 9.0, 0.75: 12.0}).crps(10.0), Unscored)  # half of it lies beyond


def test_quantiles_while_it_is_open() -> None:
    open_after = Outcome(date(2027, 6, 1), open=True)
    found = scored(Knots(QUANTILES), open_after)
    assert found.interval_score is None
    assert found.reasons["interval_score"] == "undecided until it happens"
    assert found.log_score is None
    assert found.pit == (0.5, 1.0)
    assert found.covered[0.9] is None
    assert scored(Knots(QUANTILES), Outcome(date(2027, 12, 1), open=True)).covered[0.9] is False


def test_quantiles_on_one_day_are_joined_by_a_jump() -> None:
    jumped = Knots({0.05: 8.0, 0.5: 11.0, 0.75: 11.0, 0.95: 18.0})
    near = Knots({0.05: 8.0, 0.5: 11.0 - 1e-9, 0.75: 11.0, 0.95: 18.0})
    for moment in (9.0, 11.5):
        assert jumped.crps(moment) == pytest.approx(near.crps(moment), abs=1e-8)  # type: ignore[arg-type]


# probabilities by a day -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "brier"),
    [
        (Outcome(date(2026, 12, 31)), (0.18 - 1.0) ** 2),  # the day itself counts
        (Outcome(date(2027, 1, 1)), 0.18**2),
        (Outcome(date(2026, 12, 31), open=True), 0.18**2),
        (Outcome(date(2026, 12, 30), open=True), None),
    ],
    ids=["on the day", "after it", "open then", "open before"],
)
def test_a_probability_by_a_day_is_scored_by_its_square(outcome: Outcome, brier: float | None) -> None:
    by = date(2026, 12, 31)
    found = scored(Knots({}, ((0.18, CALENDAR.months(date(2027, 1, 1))),)), outcome, (by,))
    assert found.brier[by] == (None if brier is None else pytest.approx(brier))
    assert found.crps is None
    assert found.interval_score is None
    # still open just when its probability is of: then it has one of a later date as well
    just_then = outcome.open and outcome.day == by
    assert found.log_score == (pytest.approx(-math.log1p(-0.18)) if just_then else None)
    assert ("brier 2026-12-31" in found.reasons) is (brier is None)


@pytest.mark.parametrize(("made", "scored_by"), [(0, True), (1, False)], ids=["on that day", "the day after"])
def test_a_probability_by_a_day_is_none_once_it_has_passed(made: int, scored_by: bool) -> None:
    by = date(2026, 12, 31)
    view = Knots({}, ((0.18, CALENDAR.months(date(2027, 1, 1))),))
    found = score("x", "x", by + timedelta(days=made), view, Outcome(DAY), CALENDAR, days=(by,))
    assert (found.brier[by] is not None) is scored_by
    assert (found.reasons.get("brier 2026-12-31") == "made after that day") is not scored_by


def test_probabilities_beside_quantiles_are_passed_through() -> None:
    view = Knots(QUANTILES, ((0.131, 9.2), (0.256, 10.2)))
    assert [level for level, _ in view.points] == [0.05, 0.131, 0.256, 0.5, 0.95]
    assert view.scored_levels == (0.05, 0.5, 0.95)
    assert view.probability_before(9.2) == (0.131, 0.131)
    assert view.probability_before(9.5) == (0.131, 0.256)
    assert view.crps(11.0) != Knots(QUANTILES).crps(11.0)


FLAT = """
[rival.flat]
kind = "quantiles"
title = "Not in the first quarter of 2027"
date = 2026-06-12
source = "Somebody"
opened = true
quantiles = { "0.05" = "2026-11-10", "0.5" = "2027-05-01", "0.95" = "2028-01-01" }
probabilities = { "2026-12-31" = 0.3, "2027-03-31" = 0.3 }
"""


def test_one_probability_by_two_days_is_one_by_each_of_them(tmp_path: Path) -> None:
    (tmp_path / "rivals.toml").write_text(FLAT)
    rivals = load_rivals(tmp_path / "rivals.toml")
    view, days = rivals["flat"].view(CALENDAR), rivals["flat"].days()
    for day in (*days, date(2027, 2, 1)):
        assert view.probability_before(CALENDAR.months_by(day)) == (0.3, 0.3)
    (row,) = score_rivals(CALENDAR, Outcome(date(2027, 2, 1)), rivals)
    assert row.brier == {days[0]: pytest.approx(0.3**2), days[1]: pytest.approx(0.7**2)}
    moments = np.linspace(-10.0, proper_scores.HORIZON, 400_001)
    knots = [(0.0, view.points[0][1] - 1e-9), *view.points, (1.0, view.points[-1][1] + 1e-9)]
    levels, months = zip(*knots, strict=True)
    joined = np.interp(moments, months, levels, left=0.0, right=1.0)
    seen = moments >= CALENDAR.months_by(date(2027, 2, 1))
    assert view.crps(CALENDAR.months_by(date(2027, 2, 1))) == pytest.approx(
        np.trapezoid((joined - seen) ** 2, moments), abs=1e-3
    )


def test_a_quantile_is_stated_once(tmp_path: Path) -> None:
    (tmp_path / "rivals.toml").write_text(
        FLAT.replace('"0.05" = "2026-11-10"', '"0.5" = "2026-11-10"').replace('"0.5" = "2027', '"0.50" = "2027')
    )
    with pytest.raises(InputError, match=r"flat\.quantiles: states the quantile of one probability twice"):
        load_rivals(tmp_path / "rivals.toml")
