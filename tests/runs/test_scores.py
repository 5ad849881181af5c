"""Forecasts scored by what they published: closed forms, what cannot be scored, and what is no forecast."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.archive import ready_curve, scores
from catchup.analysis.archive.manifest import BrokenRunError, read_json
from catchup.analysis.archive.reading import Run, read_run
from catchup.analysis.archive.ready_curve import KNOWN_CURVE, READY_CURVE, published_dates
from catchup.analysis.archive.rivals import load_rivals
from catchup.analysis.archive.scores import distribution_of, score_rivals, score_runs, score_trends, stated_days
from catchup.analysis.archive.scoring import Outcome, score
from catchup.analysis.archive.views import LEVELS, Curve, Unscored
from catchup.analysis.commands.main import run
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.presentation.table import plain
from catchup.analysis.presentation.tables.scores import scores_table
from catchup.analysis.presentation.text import date_text
from scored_days import CALENDAR, DAY, LATE

Shelf = tuple[Path, list[Run]]

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
