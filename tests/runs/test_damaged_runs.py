"""Runs that somebody has damaged or copied: each named in a line by whatever reads it, and the sound ones shown."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.reading import Run, read_run, read_runs
from catchup.analysis.archive.ready_curve import KNOWN_CURVE, READY_CURVE
from catchup.analysis.commands.main import run
from catchup.analysis.inference.request import Request
from catchup.analysis.runs import run as orchestration

CURVES = (READY_CURVE, KNOWN_CURVE)
Shelf = tuple[Path, list[Run]]
Damage = Callable[[Path], Any]


def with_number(text: str) -> Damage:
    """The median's months are this number."""

    def damage(path: Path) -> None:
        content = json.loads(path.read_text())
        content["ready"]["quantiles"]["0.5"]["months"] = "NUMBER"
        path.write_text(json.dumps(content).replace('"NUMBER"', text))

    return damage


def with_date(text: str) -> Damage:
    """The median's date is this text."""

    def damage(path: Path) -> None:
        content = json.loads(path.read_text())
        content["ready"]["quantiles"]["0.5"]["date"] = text
        path.write_text(json.dumps(content))

    return damage


def with_level(text: str) -> Damage:
    """A quantile is of this level."""

    def damage(path: Path) -> None:
        content = json.loads(path.read_text())
        content["ready"]["quantiles"][text] = content["ready"]["quantiles"]["0.5"]
        path.write_text(json.dumps(content))

    return damage


def without(*keys: str) -> Damage:
    def damage(path: Path) -> None:
        content = json.loads(path.read_text())
        inner = content
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]
        path.write_text(json.dumps(content))

    return damage


DAMAGES: dict[str, Damage] = {
    "deep": lambda path: path.write_text("[" * 200_000),
    "5,000 digits": with_number("1" * 5_000),
    "beyond a float": with_number("1" * 400),
    "an exponent beyond a float": with_number("1e999"),
    "infinity": with_number("Infinity"),
    "no number": with_number("NaN"),
    "text": with_number('"soon"'),
    "a list": with_number("[1]"),
    "no ready": without("ready"),
    "no pretrained": without("pretrained"),
    "no median": without("ready", "quantiles", "0.5"),
    "no months": without("ready", "quantiles", "0.05", "months"),
    "no date": without("pretrained", "quantiles", "0.95", "date"),
    "a date that is none": with_date("x<script>"),
    "a date in another form": with_date("20270101"),
    "a level that is none": with_level("<b>"),
    "not UTF-8": lambda path: path.write_bytes(b'{"ready": "\xff"}'),
    "empty": lambda path: path.write_bytes(b""),
    "huge": lambda path: os.truncate(path, 2**40),
}


@pytest.fixture
def damaged(request: pytest.FixtureRequest, shelf: Shelf, tmp_path: Path) -> tuple[Path, Path, Path]:
    """A folder of two runs, the damaged one, and the sound one."""
    runs = tmp_path / "runs"
    runs.mkdir()
    for one in shelf[1][:2]:
        shutil.copytree(one.folder, runs / one.name)
    bad, sound = (runs / one.name for one in shelf[1][:2])
    DAMAGES[request.param](bad / "forecast.json")
    return runs, bad, sound


@pytest.mark.parametrize("damaged", DAMAGES, indirect=True)
def test_a_damaged_forecast_is_a_line_and_the_sound_run_is_shown(
    damaged: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    runs, bad, sound = damaged
    assert run(["history", "--runs", str(runs), "--json"]) == 0
    captured = capsys.readouterr()
    assert [one["run"] for one in json.loads(captured.out)["runs"]] == [sound.name]
    assert [str(bad) in line for line in captured.err.splitlines()] == [True]
    for command in (["export", str(bad)], ["diff", str(bad), str(sound)], ["diff", str(sound), str(bad)]):
        assert run(command) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert [str(bad / "forecast.json") in line for line in captured.err.splitlines()] == [True]


@pytest.mark.parametrize("content", ["{}", "[]", '{"shift": 1}', '{"shift": {"shift": {"0.5": {"months": "1"}}}}'])
def test_a_damaged_record_of_what_moved_is_a_line(
    content: str, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(shelf[0], runs)
    bad = next(one.name for one in shelf[1] if "diff.json" in one.manifest.files)
    (runs / bad / "diff.json").write_text(content)
    if content in ("{}", "[]"):
        assert run(["history", "--runs", str(runs)]) == 0
        return
    assert run(["history", "--runs", str(runs), "--json"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["runs"]) == len(shelf[1]) - 1
    assert [str(runs / bad / "diff.json") in line for line in captured.err.splitlines()] == [True]


def test_a_run_copied_under_another_day_is_named_and_counted_once(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, one = tmp_path / "runs", shelf[1][0]
    runs.mkdir()
    shutil.copytree(one.folder, runs / one.name)
    shutil.copytree(one.folder, runs / "2026-07-01")
    assert run(["history", "--runs", str(runs), "--json"]) == 0
    captured = capsys.readouterr()
    assert [row["run"] for row in json.loads(captured.out)["runs"]] == [one.name]
    (line,) = captured.err.splitlines()
    assert str(runs / "2026-07-01") in line
    assert one.manifest.as_of.isoformat() in line
    assert run(["score", "--runs", str(runs), "--outcome", "2027-02-01", "--json"]) == 0
    assert capsys.readouterr().out.count(f'"{one.name}"') == 2  # its id and its day
    assert read_run(runs / "2026-07-01").manifest == one.manifest  # asked for by its own path, it is a run


def test_many_broken_runs_share_a_line(shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs, one = tmp_path / "runs", shelf[1][0]
    runs.mkdir()
    shutil.copytree(one.folder, runs / one.name)
    for number in range(2, 302):
        (runs / f"{one.name}-{number}").mkdir()
    (runs / "notes.txt").write_text("mine")
    assert run(["history", "--runs", str(runs)]) == 0
    captured = capsys.readouterr()
    assert one.name in captured.out
    lines = captured.err.splitlines()
    assert len(lines) == 2
    assert any("and 297 more: has no manifest.json" in line for line in lines)
    assert any("notes.txt: is no run" in line for line in lines)


def test_a_run_copied_under_its_own_day_is_named_and_counted_once(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, one = tmp_path / "runs", shelf[1][0]
    runs.mkdir()
    for name in (one.name, f"{one.name}-2", f"{one.name}-10"):
        shutil.copytree(one.folder, runs / name)
    assert run(["history", "--runs", str(runs), "--json"]) == 0
    captured = capsys.readouterr()
    assert [row["run"] for row in json.loads(captured.out)["runs"]] == [one.name]
    assert captured.err.splitlines() == [
        f"catchup: {runs / name}: is a copy of the run {one.name}: counted once"
        for name in (f"{one.name}-2", f"{one.name}-10")
    ]
    assert run(["score", "--runs", str(runs), "--outcome", "2027-02-01", "--json"]) == 0
    assert capsys.readouterr().out.count(f'"{one.name}"') == 2  # its id and its day


def test_a_run_made_again_on_its_day_counts(shelf: Shelf, request_: Request, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    made = [orchestration.run(request_, runs, brief=True) for _ in range(2)]
    assert [one.name for one in read_runs(runs).runs] == [one.name for one in made]
    assert read_runs(runs).faults == ()


@pytest.mark.parametrize("every", [False, True], ids=["newest", "every"])
def test_scores_are_given_where_inputs_are_damaged(
    every: bool, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(shelf[0], runs)
    arguments = ["score", "--runs", str(runs), "--outcome", "2027-02-01", "--json"]
    assert run(arguments) == 0
    whole = json.loads(capsys.readouterr().out)
    damaged = [one.name for one in shelf[1]][0 if every else -1 :]
    for name in damaged:
        (runs / name / "inputs" / "origins.toml").write_text("layers = 1")
    assert run(arguments) == 0
    captured = capsys.readouterr()
    answered = json.loads(captured.out)
    # runs are scored by the curves that they published; rivals and trends do not hang on any one run
    assert [row["id"] for row in answered["scores"]] == [row["id"] for row in whole["scores"]]
    assert answered["scores"][: len(shelf[1])] == whole["scores"][: len(shelf[1])]
    assert len(captured.err.splitlines()) == 1  # of many alike, one
    assert damaged[-1] in captured.err


def test_a_run_without_curve_whose_inputs_are_damaged_is_left_out(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, one = tmp_path / "runs", shelf[1][0]
    shutil.copytree(shelf[0], runs)
    path = runs / one.name / "manifest.json"
    content = json.loads(path.read_text())
    content["files"] = {name: value for name, value in content["files"].items() if name not in CURVES}
    path.write_text(json.dumps(content))
    (runs / one.name / "inputs" / "origins.toml").write_text("layers = 1")
    assert run(["score", "--runs", str(runs), "--outcome", "2027-02-01", "--json"]) == 0
    answered = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in answered["left_out"]] == [one.name]
    assert str(runs / one.name) in answered["left_out"][0]["reason"]


@pytest.mark.parametrize("command", ["digest", "export"])
def test_a_run_whose_file_was_changed_is_told_with_a_note(
    command: str, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / shelf[1][0].name
    shutil.copytree(shelf[1][0].folder, folder)
    assert run([command, str(folder)]) == 0
    sound = capsys.readouterr()
    assert sound.err == ""
    with (folder / "ready.json").open("a") as file:
        file.write("\n")
    assert run([command, str(folder)]) == 0
    captured = capsys.readouterr()
    assert captured.out == sound.out
    (line,) = captured.err.splitlines()
    assert line.startswith(f"catchup: {folder / 'ready.json'}: is changed since the run was made; catchup verify")


@pytest.mark.parametrize("command", ["history", "diff", "score"])
def test_runs_whose_files_were_changed_are_told_together_with_a_note(
    command: str, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in shelf[1][:2]:
        shutil.copytree(one.folder, tmp_path / "runs" / one.name)
    folders = [str(tmp_path / "runs" / one.name) for one in shelf[1][:2]]
    asked = {"diff": folders, "score": ["--runs", str(tmp_path / "runs"), "--outcome-after", "2026-11-01"]}
    arguments = [command, *asked.get(command, ["--runs", str(tmp_path / "runs")]), "--json"]
    assert run(arguments) == 0
    sound = capsys.readouterr()
    assert "is changed" not in sound.err
    changed = Path(folders[1]) / "forecast.json"
    with changed.open("a") as file:
        file.write("\n")
    assert run(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out == sound.out
    assert f"catchup: {changed}: is changed since the run was made; catchup verify" in captured.err
