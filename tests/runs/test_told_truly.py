"""What is told of runs: compared with what is shown, noise called noise, a manifest held against its forecast."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.history import history
from catchup.analysis.archive.reading import Run, read_run
from catchup.analysis.archive.scores import Outcome
from catchup.analysis.archive.verification import verify
from catchup.analysis.commands.main import run
from catchup.analysis.presentation.digest import _outcome_text
from catchup.analysis.presentation.site.record import Record
from catchup.analysis.presentation.text import date_text
from catchup.priors.clock import today

Shelf = tuple[Path, list[Run]]


@pytest.fixture
def runs(shelf: Shelf, tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    shutil.copytree(shelf[0], folder)
    return folder


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("event", "narrow-exploit"),
        ("model", "article" * 2),
        ("as_of", "2026-06-27"),
        ("engine", "nuts"),
        ("seed", 7),
        ("evidence", ["eci-lag"]),
    ],
)
def test_a_manifest_that_contradicts_its_forecast_is_named(
    key: str, value: Any, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody hashes the manifest: what it says of the question is held against the forecast, whose hash it gives."""
    folder = sorted(runs.iterdir())[0]
    assert verify(folder).whole
    rewritten(folder / "manifest.json", lambda content: content.__setitem__(key, value))
    assert run(["verify", str(folder), "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["departures"]
    assert (row["file"], row["state"]) == ("manifest.json", "contradicted")
    assert row["reason"].startswith(key)


def test_a_history_compares_with_the_run_that_it_shows(runs: Path) -> None:
    """Where the run before is damaged, it is said which was compared with instead, and no item has been added."""
    folders = sorted(runs.iterdir())
    whole = history(runs).entries
    assert whole[0].shift is None
    assert whole[0].items_added == whole[0].items_removed == ()
    assert whole[1].shift is not None
    (folders[0] / "forecast.json").write_text("{")
    first, *rest = history(runs).entries
    assert first.run.name == folders[1].name
    assert first.shift is None
    assert first.items_added == first.items_removed == ()
    assert [entry.shift for entry in rest] == [entry.shift for entry in whole[2:]]
    (folders[3] / "forecast.json").write_text("{")
    after = next(entry for entry in history(runs).entries if entry.run.name == folders[4].name)
    assert after.shift is None
    assert after.other_shift is not None
    assert after.other_shift["since"] == folders[3].name


def test_a_day_that_is_filled_in_later_takes_no_shift_away(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run after it was compared with the one before it, and is shown to have been."""
    first, filled, last = sorted(runs.iterdir())[:3]
    for folder in sorted(runs.iterdir())[3:]:
        shutil.rmtree(folder)
    shift = {"months": 0.75, "mcse": 0.25}
    rewritten(last / "diff.json", lambda content: content.__setitem__("against", first.name))
    rewritten(last / "diff.json", lambda content: content["shift"]["shift"].__setitem__("0.5", shift))
    entries = history(runs).entries
    assert [entry.run.name for entry in entries] == [first.name, filled.name, last.name]
    assert entries[1].shift is not None
    assert entries[1].other_shift is None
    assert entries[2].shift is None
    assert entries[2].other_shift == {"since": first.name, **shift}
    assert run(["history", "--runs", str(runs)]) == 0
    assert f"+0.75 ± 0.25 since {first.name}" in " ".join(capsys.readouterr().out.split())
    assert run(["history", "--runs", str(runs), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["runs"]
    assert [row["other_shift"] for row in told] == [None, None, {"since": first.name, **shift}]


def test_a_history_calls_noise_noise_and_shows_what_was_removed(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = sorted(runs.iterdir())
    shift = {"months": 0.11, "mcse": 0.09}
    rewritten(folders[1] / "diff.json", lambda content: content["shift"]["shift"].__setitem__("0.5", shift))
    counted = read_run(folders[1]).manifest.evidence
    kept = list(counted[:-1])
    rewritten(folders[2] / "manifest.json", lambda content: content.__setitem__("evidence", kept))
    assert run(["history", "--runs", str(runs)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "within noise" in said
    assert "± 0.09" not in said
    assert "removed:" in said
    assert "2026-06-26" in said  # a run's name
    assert "2027-" not in said  # dates are written as everywhere
    assert " 2027" in said


def test_a_folder_without_a_sound_run_is_said_to_be_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "--runs", str(tmp_path)]) == 0
    assert "holds no sound run" in capsys.readouterr().err


@pytest.mark.slow
def test_a_comparison_told_backwards_says_so(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    first, last = (str(shelf[1][place].folder) for place in (0, -1))
    days = [shelf[1][place].manifest.as_of for place in (-1, 0)]
    assert run(["diff", first, last]) == 0
    assert "backwards" not in capsys.readouterr().err
    assert run(["diff", last, first]) == 0
    assert f"told backwards, from {days[0]} to {days[1]}" in capsys.readouterr().err


def test_a_digest_gives_the_error_of_what_it_names() -> None:
    def outcome(months: float | None, mcse: float | None) -> dict[str, Any]:
        return {"id": "long", "shift": {"0.5": {"months": months, "mcse": mcse}}}

    assert _outcome_text(outcome(0.21, 0.12)) == "long within noise"
    assert _outcome_text(outcome(0.41, 0.12)) == "long +0.41 ± 0.12 months"
    assert _outcome_text(outcome(None, None)) == "long beyond all that is followed"


def test_a_run_keeps_what_the_forecast_prints(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    kept = shelf[1][-1].forecast
    asked = ["--as-of", kept["as_of"], "--draws", "20000", "--engine", "importance", "--json"]
    assert run(["forecast", *asked]) == 0
    assert kept["moved_by_evidence"]["items"]
    assert json.loads(capsys.readouterr().out) == kept


DAYS = ["--from", "2026-08-30", "--to", "2026-08-30"]


def test_the_command_of_a_replayed_run_makes_it_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--evidence", "none", "--set", "algorithmic_progress=4.123456789", "--draws", "2000", "--seed", "3"]
    assert run(["replay", "--runs", str(tmp_path / "runs"), *DAYS, *options]) == 0
    first = tmp_path / "runs" / "2026-08-30"
    program, *arguments = shlex.split(read_run(first).manifest.command)
    assert program == "catchup"
    assert run([word.replace(str(tmp_path / "runs"), str(tmp_path / "again")) for word in arguments]) == 0
    again = tmp_path / "again" / "2026-08-30"
    assert (again / "forecast.json").read_bytes() == (first / "forecast.json").read_bytes()
    told = capsys.readouterr().out
    assert "1 run in" in told


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ([*DAYS, "--as-of", "2026-08-30"], "--as-of"),
        (["--from", "2026-01-01", "--to", "2026-08-30"], "--from"),
        (["--from", "2026-01-01", "--to", "2026-02-01"], "--from"),
        (["--from", "2026-08-30", "--to", "2026-02-01"], "--to"),
    ],
)
def test_a_replay_refuses_days_under_the_name_they_were_given(
    arguments: list[str], key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", "--runs", str(tmp_path / "runs"), *arguments, "--evidence", "none", "--draws", "1000"]) == 2
    assert capsys.readouterr().err.startswith(f"catchup: {key}: ")


@pytest.mark.parametrize("option", ["--outcome", "--outcome-after"])
def test_an_outcome_before_the_first_day_is_refused(
    option: str, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["score", "--runs", str(shelf[0]), option, "2026-01-01"]) == 2
    assert f"{option}: a day from 2026-02-24 (t = 0) on was expected" in capsys.readouterr().err


def test_a_site_refuses_an_outcome_before_the_first_day_and_stays_as_it_was(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["publish", "--runs", str(shelf[0]), "--site", str(tmp_path / "site")]
    assert run([*asked, "--outcome", "2020-01-01"]) == 2
    assert "--outcome: a day from 2026-02-24 (t = 0) on was expected" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_a_track_record_of_a_day_to_come_says_that_it_is_supposed(shelf: Shelf) -> None:
    supposed = Record(Outcome.stated(date(2099, 1, 15), today()))
    assert supposed.tables(shelf[1])[0][0] == "If it happened on 15 Jan 2099"
    assert Record(Outcome.stated(today(), today())).tables(shelf[1])[0][0] == f"It happened on {date_text(today())}"


@pytest.mark.parametrize(
    ("option", "said"), [("--outcome", "if it happened on"), ("--outcome-after", "if it were still open")]
)
def test_an_outcome_to_come_is_a_supposition(
    option: str, said: str, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["score", "--runs", str(shelf[0]), option, "2099-01-15"]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
    assert run(["score", "--runs", str(shelf[0]), option, "2099-01-15", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"]["to_come"] is True
