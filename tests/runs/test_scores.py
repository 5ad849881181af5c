"""Forecasts scored by what they published: closed forms, what cannot be scored, and what is no forecast."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from catchup.analysis.archive import ready_curve, scores
from catchup.analysis.archive.manifest import BrokenRunError, read_json
from catchup.analysis.archive.reading import Run, read_run
from catchup.analysis.archive.ready_curve import KNOWN_CURVE, READY_CURVE, published_dates
from catchup.analysis.archive.rivals import KINDS, load_rivals
from catchup.analysis.archive.scores import Scores, distribution_of, score_rivals, score_runs, score_trends, stated_days
from catchup.analysis.archive.scoring import Outcome, Score, score
from catchup.analysis.archive.views import LEVELS, Curve, Knots, Unscored, View, Window
from catchup.analysis.commands.main import run
from catchup.analysis.inference import proper_scores
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.presentation.table import plain
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.scores import scores_table
from catchup.analysis.presentation.text import date_text
from catchup.model.calendar import Calendar
from catchup.priors.errors import InputError

Shelf = tuple[Path, list[Run]]
CALENDAR = Calendar(date(2026, 2, 24), 30.44)
DAY, LATE = date(2027, 2, 1), date(2027, 12, 31)
FEBRUARY = """
[rival.february]
kind = "window"
title = "February"
date = 2026-06-12
from = 2027-02-01
to = 2027-02-28
source = "a test"
opened = true
"""


def scored(view: View | Distribution, outcome: Outcome | None = None, days: tuple[date, ...] = ()) -> Score:
    return score("x", "x", date(2026, 6, 1), view, outcome or Outcome(DAY), CALENDAR, days=days)


def rows(path: Path, content: str, outcome: Outcome | None = None) -> dict[str, Score]:
    path.write_text(content)
    return {row.id: row for row in score_rivals(CALENDAR, outcome or Outcome(DAY), load_rivals(path))}


# windows -------------------------------------------------------------------------------------------------------------


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


# quantiles -----------------------------------------------------------------------------------------------------------


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


# probabilities by a day ----------------------------------------------------------------------------------------------


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


# whole distributions -------------------------------------------------------------------------------------------------


LOGNORMAL = stats.lognorm(0.25, scale=12.0)


def exactly(distribution: stats.rv_continuous, draws: int = 40_000) -> Distribution:
    return Distribution(distribution.ppf((np.arange(draws) + 0.5) / draws), Weighting(draws))


@pytest.mark.parametrize("p", [0.0005, 0.005, 0.05, 0.5, 0.9, 0.999])
@pytest.mark.parametrize(
    "distribution",
    [LOGNORMAL, stats.norm(10.0, 2.0), stats.t(4, 10.0, 2.0)],
    ids=["lognormal", "normal", "Student"],
)
def test_a_density_is_right_in_the_tails_as_well(distribution: stats.rv_continuous, p: float) -> None:
    moment = float(distribution.ppf(p))
    found = Curve.of(exactly(distribution)).log_score(moment)
    # the third derivative of the quantile function over a bandwidth of 0.18 normal scores; most for Student's tails
    assert found == pytest.approx(-distribution.logpdf(moment), abs=0.02)


def test_a_lognormals_tail_is_not_the_kernels() -> None:
    moment = float(LOGNORMAL.ppf(0.0005))
    assert round(Curve.of(exactly(LOGNORMAL)).log_score(moment), 2) == 6.61  # type: ignore[arg-type]


def test_where_no_draw_lies_the_log_score_is_infinite_and_where_all_do_there_is_none() -> None:
    curve = Curve.of(exactly(stats.norm(10.0, 2.0)))
    assert curve.log_score(-10.0) == math.inf
    assert curve.log_score(40.0) == math.inf
    tied = Curve(np.full(LEVELS.size, 10.0), 1_000.0)
    assert isinstance(tied.log_score(10.0), Unscored)


def test_a_date_that_may_never_come_is_scored() -> None:
    values = np.concatenate([np.linspace(8.0, 12.0, 700), np.full(300, np.inf)])
    curve = Curve.of(Distribution(values, Weighting(1_000)))
    assert curve.probability_before(1e6)[0] == pytest.approx(0.7, abs=1e-3)
    assert curve.log_score_still_open(1e6) == pytest.approx(-math.log(0.3), abs=5e-3)
    assert curve.log_score(10.0) == pytest.approx(-math.log(0.7 / 4.0), abs=0.03)
    assert math.isfinite(curve.crps(10.0))


@pytest.mark.slow
def test_log_scores_of_draws_are_close_to_those_of_their_distribution() -> None:
    """Over many samples of the size of a posterior: no bias beyond a twentieth, and errors as small as a kernel's."""
    errors = []
    for seed in range(200):
        draws = LOGNORMAL.rvs(2_000, random_state=seed)
        curve = Curve.of(Distribution(draws, Weighting(draws.size)))
        errors.append(
            [curve.log_score(float(LOGNORMAL.ppf(p))) + LOGNORMAL.logpdf(LOGNORMAL.ppf(p)) for p in (0.05, 0.5)]
        )  # type: ignore[operator]
    bias, spread = np.mean(errors, axis=0), np.std(errors, axis=0)
    assert (np.abs(bias) < 0.05).all()
    assert (spread < np.array([0.15, 0.06])).all()


# the table -----------------------------------------------------------------------------------------------------------


def test_every_rival_has_a_form_a_source_and_whether_it_was_opened() -> None:
    rivals = load_rivals()
    assert {rival.kind for rival in rivals.values()} == set(KINDS)
    assert set(rivals) >= {
        "article",
        "article-code",
        "first-quarter",
        "sooner",
        "index-gap",
        "markets-low",
        "markets-high",
    }
    for rival in rivals.values():
        assert rival.source
        assert rival.date >= date(2026, 6, 12)
    assert not rivals["first-quarter"].opened
    assert rivals["article-code"].opened


def test_the_article_is_scored_by_its_published_interval() -> None:
    view = load_rivals()["article"].view(CALENDAR)
    assert isinstance(view, Knots)
    months = {level: CALENDAR.day(moment) for level, moment in view.quantiles.items()}
    assert {level: (day.year, day.month) for level, day in months.items() if day} == {
        0.05: (2026, 10),
        0.5: (2027, 2),
        0.95: (2027, 9),
    }
    middle = CALENDAR.months(date(2026, 10, 1)) + 0.5 * 31 / 30.44
    assert view.quantiles[0.05] == pytest.approx(middle)
    code = load_rivals()["article-code"].view(CALENDAR)
    assert isinstance(code, Knots)
    assert CALENDAR.day(code.quantiles[0.5]) == date(2027, 2, 19)
    assert code.probability_before(CALENDAR.months(date(2027, 1, 1))) == (0.256, 0.256)


@pytest.mark.parametrize("outcome", [Outcome(DAY), Outcome(date(2026, 12, 31), open=True)], ids=["happened", "open"])
def test_every_rival_is_scored_by_something_and_every_gap_has_a_reason(outcome: Outcome) -> None:
    rivals = load_rivals()
    found = score_rivals(CALENDAR, outcome, rivals)
    assert {row.id for row in found} == set(rivals)
    for row in found:
        given = [row.crps, row.interval_score, row.log_score, *row.brier.values()]
        assert any(figure is not None for figure in given)
        for name, figure in (("crps", row.crps), ("interval_score", row.interval_score), ("log_score", row.log_score)):
            assert (figure is None) == (name in row.reasons)
        for day, figure in row.brier.items():
            assert (figure is None) == (f"brier {day}" in row.reasons)
    json.dumps(as_json(found), allow_nan=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "window"', 'kind = "windw"'), "did you mean 'window'"),
        (('kind = "window"\n', ""), "february.kind: is missing"),
        (("to = 2027-02-28", "to = 2027-01-28"), "on was expected, not 2027-01-28"),
        (("to = 2027-02-28", "to = 3027-02-28"), "rival.february.to: a day up to 2999-12-31 was expected"),
        (("opened = true", "opend = true"), "opened"),
        (("to = 2027-02-28", "to = 2027-02-28\nprobability = 1.5"), "probability"),
        ((FEBRUARY, "rival = { x = 3 }"), "rival.x: should be a table"),
    ],
    ids=["kind", "no kind", "order", "calendar", "key", "probability", "no table"],
)
def test_a_row_that_cannot_be_used_is_refused_by_file_and_key(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "rivals.toml"
    path.write_text(FEBRUARY.replace(*change))
    with pytest.raises(InputError) as error:
        load_rivals(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("quantiles", "said"),
    [
        ('{ "0.05" = "2027-02", "0.5" = "2026-10" }', "later days"),
        ('{ "1.05" = "2027-02" }', "probability between 0 and 1"),
        ('{ "half" = "2027-02" }', "probability between 0 and 1"),
        ('{ "0.5" = "February" }', "a day such as"),
        ('{ "0.5" = "2027-13" }', "a day such as"),
        ('{ "0.5" = "3000-01-01" }', "a day such as"),
        ('{ "0.5" = "9999-12" }', "a day such as"),
        ("{}", "at least one"),
    ],
)
def test_quantiles_that_are_none_are_refused(quantiles: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "rivals.toml"
    head = FEBRUARY.replace('kind = "window"', f'kind = "quantiles"\nquantiles = {quantiles}')
    path.write_text(head.replace("from = 2027-02-01\nto = 2027-02-28\n", ""))
    with pytest.raises(InputError, match=said):
        load_rivals(path)


# runs ----------------------------------------------------------------------------------------------------------------


def test_a_run_is_scored_by_the_curve_that_it_published(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(date(2027, 2, 10))
    monkeypatch.setattr(scores, "distribution_of", refuse)
    monkeypatch.setattr(Run, "snapshot", property(refuse))
    found = score_runs(shelf[1], outcome)
    assert [row.id for row in found] == [one.name for one in shelf[1]]
    for row, one in zip(found, shelf[1], strict=True):
        kept = published_dates(one)["known"]
        for p, quantile in one.forecast["known"]["quantiles"].items():
            # between quantiles that are 1/2000 apart, and rounded
            near = [kept.curve.quantile(float(p) + away) for away in (-0.5e-3, 0.5e-3)]
            months = math.inf if quantile["months"] is None else quantile["months"]
            assert near[0] - 1e-4 <= months <= near[1] + 1e-4
        again = score("x", "x", one.manifest.as_of, kept.curve, outcome, kept.calendar)
        assert (row.crps, row.log_score, row.pit) == (again.crps, again.log_score, again.pit)


def refuse(*_: object) -> None:
    raise AssertionError("nothing more was to be read")


def without_curve(folder: Path) -> None:
    """Make a run one of before there was a curve."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in (READY_CURVE, KNOWN_CURVE):
        del manifest["files"][name]
        (folder / name).unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_run_that_has_published_no_curve_is_worked_out_again(shelf: Shelf, tmp_path: Path) -> None:
    copy = tmp_path / shelf[1][-1].name
    shutil.copytree(shelf[1][-1].folder, copy)
    without_curve(copy)
    old = read_run(copy)
    assert published_dates(old) == {}
    outcome = Outcome(date(2027, 2, 10))
    (found,) = score_runs([old], outcome)
    again = score("x", "x", old.manifest.as_of, distribution_of(old), outcome, CALENDAR)
    assert (found.crps, found.log_score, found.pit) == (again.crps, again.log_score, again.pit)


def test_a_run_after_the_outcome_is_no_forecast(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    day = shelf[1][3].manifest.as_of
    read: list[str] = []
    monkeypatch.setattr(scores, "published_dates", lambda run: read.append(run.name) or published_dates(run))
    found = score_runs(shelf[1], Outcome(day))
    assert [row.id for row in found] == [one.name for one in shelf[1][:4]]
    assert [row.id for row in found.left_out] == [one.name for one in shelf[1][4:]]
    assert read == [row.id for row in found]
    assert all(row.reason == f"made after it happened, {day}, and so no forecast of it" for row in found.left_out)
    opened = score_runs(shelf[1], Outcome(day, open=True))
    assert [row.id for row in opened.left_out] == [row.id for row in found.left_out]


def test_rivals_and_trends_after_the_outcome_are_left_out_as_well(shelf: Shelf) -> None:
    outcome = Outcome(date(2026, 8, 1))
    rivals = score_rivals(CALENDAR, outcome)
    assert {row.id for row in rivals.left_out} == {"index-gap", "markets-low", "markets-high"}
    early = score_trends(shelf[1][-1].snapshot.question, Outcome(date(2026, 5, 15)))
    assert {row.id for row in early} == {"trend-growing-lag"}
    assert len(early.left_out) == 3


def test_the_command_shows_what_can_be_shown_and_why_the_rest_cannot(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    day = shelf[1][3].manifest.as_of
    assert run(["score", "--runs", str(shelf[0]), "--outcome", str(day)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    left = "; ".join(one.name for one in shelf[1][4:])
    told = f"Left out (made after it happened, {date_text(day)}, and so no forecast of it): {left};"
    assert told.removesuffix(";") in printed
    assert "No log score (what is stated has no density): The article; The article's code, v3.2; " in printed
    assert "Quoted, not opened at the source: Musk: first quarter of 2027; Z.ai's founder: sooner than that." in printed
    assert "first-quarter" not in printed  # an id that the table does not have
    notes = scores_table(score_runs(shelf[1], Outcome(day))).lines
    assert notes
    assert all(line[0].isupper() and line.endswith(".") for line in map(plain, notes))
    assert run(["score", "--runs", str(shelf[0]), "--outcome", str(LATE), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["left_out"] == []
    assert {"id", "title", "as_of", "crps", "log_score", "pit", "covered"} <= set(content["scores"][0])
    by_id = {row["id"]: row for row in content["scores"]}
    assert by_id["markets-low"]["opened"] is False
    assert by_id["markets-low"]["kind"] == "probability"
    assert by_id["article"]["source"].startswith("The Substrate")
    assert content["scores"][0]["opened"] is None
    assert set(content["scores"][0]["brier"]) == {str(day) for day in stated_days(load_rivals())}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content | {"months": content["months"][:-1]},
        lambda content: content | {"months": content["months"][::-1]},
        lambda content: content | {"months": ["x", *content["months"][1:]]},
        lambda content: content | {"days_per_month": None},
        lambda content: content | {"months_since": "yesterday"},
        lambda content: [],
    ],
    ids=["short", "falling", "text", "no length", "no day", "no table"],
)
def test_a_damaged_curve_is_named(damage: Callable[[dict], object], shelf: Shelf, tmp_path: Path) -> None:  # type: ignore[type-arg]
    copy = tmp_path / shelf[1][0].name
    shutil.copytree(shelf[1][0].folder, copy)
    content = json.loads((copy / KNOWN_CURVE).read_text())
    (copy / KNOWN_CURVE).write_text(json.dumps(damage(content)))
    with pytest.raises(BrokenRunError, match=KNOWN_CURVE):
        published_dates(read_run(copy))
    found = score_runs([read_run(copy), shelf[1][2]], Outcome(date(2027, 2, 1)))
    assert [row.id for row in found] == [shelf[1][2].name]
    assert [(row.id, KNOWN_CURVE in row.reason) for row in found.left_out] == [(copy.name, True)]


def test_scoring_loads_no_slow_library(shelf: Shelf) -> None:
    program = (
        "import sys; from catchup.analysis.commands.main import run; status = run(sys.argv[1:]);"
        "print('slow:', sorted({'pymc', 'arviz_stats', 'numba', 'scoringrules', 'matplotlib'} & set(sys.modules)));"
        "sys.exit(status)"
    )
    command = [sys.executable, "-c", program, "score", "--runs", str(shelf[0]), "--outcome", str(DAY), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "slow: []"


def test_scoring_reads_each_run_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own curves and nothing beside them, so that the work grows as the runs do."""
    read: list[tuple[str, str]] = []
    monkeypatch.setattr(
        ready_curve, "read_json", lambda folder, name: read.append((folder.name, name)) or read_json(folder, name)
    )
    scored: list[str] = []
    monkeypatch.setattr(scores, "score", lambda name, *rest, **more: scored.append(name) or score(name, *rest, **more))
    score_runs([Run(one.folder, one.manifest) for one in shelf[1]], Outcome(LATE))
    assert scored == [one.name for one in shelf[1]]
    assert read == [(one.name, name) for one in shelf[1] for name in (KNOWN_CURVE, READY_CURVE)]
