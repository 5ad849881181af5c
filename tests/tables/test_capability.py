"""Scores and compute together: the line through a frontier, its structure, and scores counted in the race."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis import CapabilityFrontier, Question, Request, capability, posterior
from catchup.analysis.commands.main import run
from catchup.analysis.inference.column_names import ITEM
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.other_structures import (
    build_structure_posterior,
    draw_structure,
    other_structures,
    ready_of,
)
from catchup.analysis.studies.structure_registry import STRUCTURES, register_structure
from catchup.analysis.studies.tables import capability as study
from catchup.analysis.studies.tables.capability import COUNTED, FRONTIER, GATE
from catchup.analysis.studies.tables.frontier_structure import frontier_line
from catchup.evidence import item_from_table, shipped_records
from catchup.evidence.intervals import interval_sd
from catchup.evidence.selection import Selection
from catchup.evidence.tables.episodes import Release, chinese_records
from catchup.evidence.template import template
from catchup.model import Calendar, load_assumptions
from catchup.model.assumptions import DEFAULT_EVENT
from catchup.priors import Layer
from catchup.priors.errors import InputError

DAY = date(2026, 11, 26)
CALENDAR = load_assumptions().calendar


def question(draws: int = 20_000, **options: Any) -> Question:
    return Question(load_assumptions(), DAY, draws=draws, **options)


@pytest.fixture
def registered() -> Any:
    register_structure(CapabilityFrontier)
    yield CapabilityFrontier()
    STRUCTURES.pop(CapabilityFrontier.name)


def test_a_frontiers_line_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(1)
    days = [date(2025, 1, 1) + timedelta(days=int(each)) for each in np.cumsum(rng.integers(10, 60, 12))]
    scores = [140.0 + 0.04 * (day - days[0]).days + float(rng.normal(0.0, 1.0)) for day in days]
    records = [Release("x", "x", day, score, None) for day, score in zip(days, scores, strict=True)]
    found = frontier_line(records, CALENDAR)
    months = np.array([(day - days[-1]).days / 30.44 for day in days])
    line = stats.linregress(months, scores)
    assert (found.level, found.pace) == pytest.approx((line.intercept, line.slope))
    assert (found.level_sd, found.pace_sd) == pytest.approx((line.intercept_stderr, line.stderr))


@pytest.mark.parametrize(
    ("scores", "problem"), [([150.0, 149.0, 148.0, 147.0, 146.0], "do not rise"), ([1.0, 2.0], "at least 5")]
)
def test_a_frontier_that_says_nothing_is_refused(scores: list[float], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        frontier_line(
            [Release("x", "x", DAY + timedelta(days=k), score, None) for k, score in enumerate(scores)], CALENDAR
        )


def test_the_structure_comes_to_the_score_of_mythos_on_its_day(registered: CapabilityFrontier) -> None:
    """Registered, it is tried over both libraries with its slopes; here on what it says."""
    values = {**registered.example, "chinese_release_delay": 0.0}
    month = float(registered.ready(np, values, "compute-equivalent"))
    assert registered.score_on(values, month) == pytest.approx(values["mythos_score"])
    assert float(registered.ready(np, {**values, "chinese_release_delay": 2.0}, "x")) == pytest.approx(month - 2.0)
    assert float(registered.ready(np, {**values, "mythos_score": 170.0}, "x")) > month


def test_a_structure_of_ones_own_can_be_asked_on_silence(registered: CapabilityFrontier) -> None:
    """What is ready and what is known are told apart for it, too, by a quantity that no item asks for itself."""
    items = choose_evidence(question(), "no-public-model", None, ()).counted
    columns, _ = draw_structure(question(2_000), registered, items)
    assert np.isfinite(columns[f"{ITEM}no-public-model"]).all()
    silent, plain = ready_of(question(), registered, items), ready_of(question(), registered, ())
    assert silent.quantile(0.05).value > plain.quantile(0.05).value
    model = build_structure_posterior(question(), registered.name, items)
    assert "concealed_share" in model.named_vars
    assert np.isfinite(model.compile_logp()(model.initial_point()))


CALENDARS = [Calendar(CALENDAR.origin + timedelta(days=120), CALENDAR.days_per_month), Calendar(CALENDAR.origin, 28.0)]


@pytest.mark.parametrize("calendar", CALENDARS, ids=["origin", "days_per_month"])
def test_what_rests_on_dated_scores_is_the_same_by_any_calendar(calendar: Calendar) -> None:
    dates, scores = [], []
    for each in (CALENDAR, calendar):
        structure = CapabilityFrontier(each)
        families = structure.families
        values = {name: float(family.quantile(0.5)) for name, family in families.items()}
        month = float(structure.ready(np, values | {"chinese_release_delay": 0.0}, DEFAULT_EVENT))
        dates.append(each.origin.toordinal() + month * each.days_per_month)
        scores.append(float(structure.score_on(values, each.months(date(2026, 11, 30)))))
    assert dates[0] == pytest.approx(dates[1], abs=1e-6)
    assert scores[0] == pytest.approx(scores[1], abs=1e-9)


def test_capability_dates_scores_by_the_calendar_of_the_question() -> None:
    medians, expected = [], []
    for overlay in ((), (Layer.of({"constant": {"origin": {"value": CALENDARS[0].origin}}}, file="mine.toml"),)):
        assumptions = load_assumptions(overlay, model="article")
        asked = Question(assumptions, DAY, draws=4_000)
        found = capability(posterior(Request(asked, evidence="none")))
        medians.append(assumptions.calendar.day(found.ready[FRONTIER].quantile_value(0.5)))
        expected.append(found.expected[0].by[FRONTIER].quantile_value(0.5))
    assert abs(medians[0] - medians[1]) <= timedelta(days=1)
    assert expected[0] == pytest.approx(expected[1])


def test_registered_it_is_asked_by_the_calendar_of_the_question(registered: CapabilityFrontier) -> None:
    overlay = Layer.of({"constant": {"origin": {"value": CALENDARS[0].origin}}}, file="mine.toml")
    days = []
    for assumptions in (load_assumptions(), load_assumptions([overlay])):
        asked = Question(assumptions, DAY, draws=1_000)
        (found,) = [each for each in other_structures(asked) if each.name == registered.name]
        days.append(assumptions.calendar.day(ready_of(asked, found, ()).quantile_value(0.5)))
    assert abs(days[0] - days[1]) <= timedelta(days=1)


def score_item(value: float) -> Any:
    import tomllib

    table = tomllib.loads(template("frontier_score", f"score-{value:.0f}"))
    table["observed"] |= {"value": value, "interval": [value - 2.0, value + 2.0], "date": date(2026, 7, 16)}
    table["likelihood"]["sd"] = 1.0
    return item_from_table(table, file="score.toml")


def test_what_the_line_expects_is_what_students_t_predicts(registered: CapabilityFrontier) -> None:
    """Where it was carried on as if height and pace were independent on the last day, by half a point too narrow."""
    records = [each for each in chinese_records(shipped_records()) if each.day >= date(2024, 7, 16)]
    months = np.array([(each.day - records[-1].day).days / CALENDAR.days_per_month for each in records])
    fit = stats.linregress(months, [each.score for each in records])
    left = np.array([each.score for each in records]) - fit.intercept - fit.slope * months
    count, draws, ahead, rng = len(records), 400_000, 6.0, np.random.default_rng(5)
    away = (ahead - months.mean()) ** 2 / ((months - months.mean()) ** 2).sum()
    scale = np.sqrt((left**2).sum() / (count - 2) * (1.0 + 1.0 / count + away))
    exact = stats.t(count - 2, fit.intercept + fit.slope * ahead, scale)
    values = {name: family.quantile(rng.random(draws)) for name, family in registered.families.items()}
    found = registered.score_on(values, CALENDAR.months(records[-1].day) + ahead)
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        chance = widest(np.sqrt(p * (1.0 - p) / draws) / exact.pdf(exact.ppf(p)))
        # one standard deviation is behind all three errors, and here each has its own
        assert abs(np.quantile(found, p) - exact.ppf(p)) < 0.1 + chance


def test_nobody_expects_less_than_has_been_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a score by compute, its scatter is expected as that of one by scores is."""
    asked = posterior(Request(question(4_000), evidence="none"))
    found = capability(asked)
    assert found.chinese.score > 150.0
    for expected in found.expected:
        for seen in expected.by.values():
            assert seen.values.min() == found.chinese.score
            assert np.ptp(seen.values[seen.values > found.chinese.score]) > 0.0
    lifted = 1_000.0  # above what has been seen, so that predictions without their scatter are seen whole
    monkeypatch.setattr(study, "simulate", lambda _, predicted, *__: predicted + lifted)
    for expected, plain in zip(found.expected, capability(asked).expected, strict=True):
        seen, line = expected.by[COUNTED], plain.by[COUNTED]
        sd = np.hypot(4.0, interval_sd(found.chinese.interval[1] - found.chinese.interval[0], 0.9))
        for score in (found.chinese.score + 1.0, 165.0, 170.0):
            above = line.weighting.shares @ stats.norm.sf(score, line.values - lifted, sd)
            error = np.sqrt(above * (1.0 - above) * (line.weighting.shares**2).sum())
            assert abs(1.0 - seen.probability_below(score).value - above) < widest(error)


@pytest.mark.slow
def test_a_higher_chinese_score_makes_an_earlier_date_and_mythos_a_later_one() -> None:
    import tomllib

    table = tomllib.loads(template("frontier_score", "mythos"))
    table["observed"] |= {"frontier": "mythos", "value": 161.5, "interval": [159.0, 164.0], "date": date(2026, 6, 9)}
    table["likelihood"] = {"sd": 1.0}
    mythos = item_from_table(table, file="mythos.toml")
    dates = [
        condition(question(10_000), Selection((mythos, score_item(value))), "importance", refuse=False).ready.quantile(
            0.5
        )
        for value in (150.0, 160.0)
    ]
    assert dates[0].value - dates[1].value > widest(float(np.hypot(dates[0].mcse, dates[1].mcse)))


@pytest.mark.slow
def test_scores_and_compute_side_by_side() -> None:
    found = capability(posterior(Request(question())))
    assert list(found.ready) == [GATE, COUNTED, FRONTIER]
    assert found.mythos.model == "Claude Fable 5"
    # the score of the model itself is among what is counted
    assert abs(found.implied.quantile_value(0.5) - found.mythos.score) < 4.0
    for expected in found.expected:
        assert expected.by[COUNTED].quantile_value(0.5) > 150.0
    first, last = found.expected[0], found.expected[-1]
    for by in (COUNTED, FRONTIER):
        assert last.by[by].quantile_value(0.5) > first.by[by].quantile_value(0.5)
    assert {GATE, FRONTIER} <= found.telling[0].chances.keys()


def test_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["capability", "--as-of", "2026-11-26", "--draws", "10000", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in found["structures"]] == [GATE, COUNTED, FRONTIER]
    assert found["implied_score"]["quantiles"].keys() == {"0.05", "0.25", "0.5", "0.75", "0.95"}


def test_the_day_said_to_tell_most_is_the_one_that_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["capability", "--as-of", "2026-11-26", "--draws", "10000"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "What tells compute and scores apart soonest: whether it is ready by 30 Nov 2026" in out
    assert "What tells most: whether it is ready by 31 Mar 2027" in out
    assert run(["capability", "--as-of", "2029-01-01", "--draws", "10000"]) == 0
    assert "100% against" not in (out := capsys.readouterr().out)
    assert "apart" not in out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--as-of", "2026-07-01"], "2026-08-16, after 2026-07-01"),
        (["--event", "narrow-exploit"], "not of narrow-exploit"),
    ],
)
def test_what_scores_cannot_be_asked(arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["capability", "--draws", "4000", *arguments]) == 2
    assert problem in capsys.readouterr().err


def test_the_day_of_the_records_is_that_of_the_table() -> None:
    assert shipped_records().vintage == date(2026, 8, 16)
    assert CALENDAR.origin == date(2026, 2, 24)
