"""Runs kept, read back, compared and scored."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis.archive.history import history
from catchup.analysis.archive.manifest import BrokenRunError
from catchup.analysis.archive.reading import Run, read_run, read_runs
from catchup.analysis.archive.scores import Outcome, distribution_of, score, score_rivals, score_runs
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.report.report import _story
from catchup.analysis.presentation.site.moved import story_of
from catchup.analysis.presentation.table import plain
from catchup.analysis.presentation.tables.history import layout
from catchup.analysis.runs import run as running
from catchup.analysis.runs.replay import parse_step, replay_days
from catchup.analysis.runs.run import run
from catchup.analysis.studies.attribution import attribute
from catchup.model.assumptions import load_assumptions
from catchup.model.calendar import Calendar
from catchup.priors.errors import InputError
from normal_dates import normal

Shelf = tuple[Path, list[Run]]


def test_replay_makes_a_run_a_step(shelf: Shelf) -> None:
    folder, runs = shelf
    assert [one.manifest.as_of for one in runs] == [
        date(2026, 6, 26) + timedelta(days=22 * k) for k in range(len(runs))
    ]
    assert [one.folder for one in read_runs(folder).runs] == [one.folder for one in runs]


def test_no_hindsight(shelf: Shelf) -> None:
    for one in shelf[1]:
        assert all(item.text.known_since <= one.manifest.as_of for item in one.inputs.evidence())
    assert len(shelf[1][0].manifest.evidence) < len(shelf[1][-1].manifest.evidence)


def test_an_event_that_nobody_knows_is_refused(shelf: Shelf) -> None:
    """One that the model holds and no run asks of is none to be read of."""
    with pytest.raises(InputError, match=r"event: unknown event 'narow-exploit'; did you mean 'narrow-exploit'"):
        history(shelf[0], "narow-exploit")
    assert history(shelf[0], "widely-served").entries == ()


def test_runs_whose_median_goes_to_never_and_comes_back_stay_in_the_history(tmp_path: Path) -> None:
    """A shift that no number tells is recorded without one, which is no damage."""
    hopeless = {"algorithmic_progress": 1.0001, "hyperscaler_budget": 0.001, "startup_budget": 0.001}
    never = load_assumptions(model="article", fixed=hopeless, mechanisms={"progress": "slowing"})
    usual = load_assumptions(model="article")
    for day, assumptions in ((1, usual), (8, never), (15, usual)):
        question = Question(assumptions, date(2026, 11, day), draws=1_000)
        run(Request(question, evidence="none"), tmp_path / "runs", brief=True)
    found = history(tmp_path / "runs")
    assert found.faults == ()
    assert [entry.shift and entry.shift["months"] for entry in found.entries] == [None, None, None]
    (table,) = layout(found).tables
    (moved,) = [column for column in table.columns if column.title == "Median moved, months"]
    assert [plain(moved.text(entry)) for entry in found.entries] == ["", "from or to never", "from or to never"]


@pytest.mark.slow
def test_a_run_read_back_is_worked_out_again_to_the_digit(shelf: Shelf) -> None:
    for one in shelf[1]:
        again = distribution_of(one)
        for p in HEADLINE:
            assert again.quantile_value(p) == pytest.approx(
                one.forecast["ready"]["quantiles"][f"{p:g}"]["months"], abs=6e-5
            )


def test_same_inputs_and_seed_give_the_same_bytes(shelf: Shelf, request_: Request, tmp_path: Path) -> None:
    last = shelf[1][-1]
    from dataclasses import replace

    asked = replace(request_, question=replace(request_.question, as_of=last.manifest.as_of))
    again = run(asked, tmp_path / "runs", brief=True)
    assert (again.folder / "forecast.json").read_bytes() == (last.folder / "forecast.json").read_bytes()


def test_shares_of_a_shift_add_up_to_it(shelf: Shelf) -> None:
    for one in shelf[1][1:]:
        diff = one.section("diff")
        for p in map("{:g}".format, HEADLINE):
            parts = sum(step["shift"][p]["months"] for step in diff["steps"])
            whole = diff["shift"]["shift"][p]["months"]
            # each figure is rounded to 1e-4
            assert parts == pytest.approx(whole, abs=1e-4 * (len(diff["steps"]) + 1))
            assert diff["after"][p] - diff["before"][p] == pytest.approx(whole, abs=2e-4)


def test_an_item_that_arrives_is_named(shelf: Shelf) -> None:
    entries = history(shelf[0]).entries
    arrived = [name for entry in entries[1:] for name in entry.items_added]
    assert arrived == ["aisi-open-weight-cyber-lag", "epoch-lag-records", "caisi-glm-5-3-cyber-lag"]
    for entry in entries[1:]:
        changes = [one for step in entry.run.section("diff")["steps"] for one in step["id"].split("+")]
        assert [f"added:{name}" for name in entry.items_added] == [one for one in changes if one.startswith("added")]
        assert [f"superseded:{name}" for name in entry.items_removed] == [
            one for one in changes if one.startswith(("removed", "superseded"))
        ]


def test_attribution_against_itself_is_nothing(shelf: Shelf) -> None:
    snapshot = shelf[1][0].snapshot
    attribution = attribute(snapshot, snapshot)
    assert attribution.steps == ()
    assert attribution.total.shifts[0.5].value == 0.0


def test_a_prior_that_changes_is_a_step_of_its_own(shelf: Shelf, request_: Request, tmp_path: Path) -> None:
    from dataclasses import replace

    last = shelf[1][-1]
    other = load_assumptions(["progress-scher"])
    question = replace(request_.question, assumptions=other, as_of=last.manifest.as_of)
    changed = run(replace(request_, question=question), tmp_path / "runs", brief=True)
    attribution = attribute(last.snapshot, changed.snapshot)
    assert [step.id for step in attribution.steps] == ["priors"]
    assert attribution.steps[0].shifts[0.5].value < 0  # faster progress, earlier date
    assert not attribution.steps[0].noise


def test_a_run_asked_of_an_earlier_day_is_not_held_against_a_later_one(
    shelf: Shelf, request_: Request, tmp_path: Path
) -> None:
    """As where a clock was set back: what moved is told from the run before, and never backwards in time."""
    from dataclasses import replace

    runs, days = tmp_path / "runs", [one.manifest.as_of for one in shelf[1]]
    for one in (shelf[1][0], shelf[1][-1]):
        shutil.copytree(one.folder, runs / one.name)
    between = replace(request_, question=replace(request_.question, as_of=days[1]))
    before = replace(request_, question=replace(request_.question, as_of=days[0] - timedelta(days=7)))
    assert run(between, runs, brief=True).section("diff")["against"] == shelf[1][0].name
    assert run(before, runs, brief=True).section("diff") is None


def test_other_random_numbers_are_noise(shelf: Shelf, request_: Request, tmp_path: Path) -> None:
    from dataclasses import replace

    last = shelf[1][-1]
    question = replace(request_.question, as_of=last.manifest.as_of, seed=7)
    other = run(replace(request_, question=question), tmp_path / "runs", brief=True)
    attribution = attribute(last.snapshot, other.snapshot)
    assert [step.id for step in attribution.steps] == ["noise"]
    middle = attribution.total.shifts[0.5]
    assert abs(middle.value) < widest(middle.mcse)


def test_a_run_stands_where_what_moved_cannot_be_told(
    shelf: Shelf, request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    folder = tmp_path / "runs"
    shutil.copytree(shelf[1][0].folder, folder / shelf[1][0].name)

    def refuse(*snapshots: object) -> None:
        raise UntrustworthyError("importance weights cannot be trusted (k-hat 0.81, above 0.7)")

    monkeypatch.setattr(running, "attribute", refuse)
    asked = replace(request_, question=replace(request_.question, as_of=date(2026, 7, 2)))
    sections = running.work_out(asked, folder, running.Stopwatch(), brief=True)
    assert sections.attribution is None
    made = run(asked, folder, brief=True)
    assert made.section("diff") is None
    said = _story(sections).finding
    assert shelf[1][0].name in said
    assert "k-hat 0.81" in said
    assert story_of(made).finding == said  # on the site as in the report


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / "manifest.json").write_text('{"schema": 1, "as_'), "truncated or damaged"),
        (lambda folder: (folder / "manifest.json").unlink(), "has no manifest.json"),
        (lambda folder: (folder / "manifest.json").write_text('{"schema": 99}'), "schema 99"),
        (lambda folder: (folder / "forecast.json").unlink(), "lacks forecast.json"),
        (lambda folder: shutil.rmtree(folder / "inputs"), "lacks inputs"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "no manifest of a run"),
    ],
)
def test_a_broken_run_is_named_and_the_others_are_shown(shelf: Shelf, tmp_path: Path, damage, said: str) -> None:  # type: ignore[no-untyped-def]
    copy = tmp_path / "runs"
    shutil.copytree(shelf[0], copy)
    broken = sorted(copy.iterdir())[2]
    damage(broken)
    with pytest.raises(BrokenRunError, match=said) as error:
        read_run(broken)
    assert str(broken) in str(error.value)
    assert "\n" not in str(error.value)
    found = history(copy)
    assert len(found.entries) == len(shelf[1]) - 1
    assert len(found.faults) == 1
    assert broken.exists()


def test_a_day_in_the_future_or_before_the_start_is_refused(request_: Request, tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match="up to today"):
        run(replace(request_, question=replace(request_.question, as_of=date(2999, 1, 1))), tmp_path)
    with pytest.raises(InputError, match="t = 0"):
        replace(request_.question, as_of=date(2026, 1, 1))
    assert list(tmp_path.iterdir()) == []


def test_steps() -> None:
    assert parse_step("7d") == timedelta(days=7) == parse_step("1w")
    for wrong in ("7", "d", "0d", "-1d", "week"):
        with pytest.raises(InputError, match="7d or 2w"):
            parse_step(wrong)
    assert replay_days(date(2026, 6, 12), date(2026, 11, 21), timedelta(days=7)) == 24


CALENDAR = Calendar(date(2026, 2, 24), 30.44)


def test_an_open_outcome_scores_what_is_decided() -> None:
    from scipy.stats import norm

    outcome = Outcome(date(2027, 1, 15), open=True)
    moment = outcome.months(CALENDAR)
    found = score("x", "x", date(2026, 6, 1), normal(10.0, 2.0), outcome, CALENDAR)
    assert found.log_score == pytest.approx(-norm.logsf(moment, 10.0, 2.0), abs=1e-3)
    assert found.pit == (pytest.approx(norm.cdf(moment, 10.0, 2.0), abs=1e-3), 1.0)
    points = np.linspace(-20, moment, 200_001)
    integral = np.trapezoid(norm.cdf(points, 10.0, 2.0) ** 2, points)
    assert found.crps == pytest.approx(integral, abs=2e-3)
    assert found.covered[0.9] is None


def test_runs_and_rivals_stand_in_one_table(shelf: Shelf) -> None:
    outcome = Outcome(date(2027, 2, 10))
    ours = score_runs(shelf[1], outcome)
    rivals = {row.id: row for row in score_rivals(CALENDAR, outcome)}
    assert len(ours) == len(shelf[1])
    assert rivals["first-quarter"].crps < rivals["article"].crps < rivals["sooner"].crps
    assert rivals["article"].approximate
