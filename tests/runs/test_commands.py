"""The command line: exit codes, one line for what went wrong, one JSON object for scripts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.commands.main import run
from command_cases import BRIEF, ITEM, said

Shelf = tuple[Path, list[Run]]


@pytest.mark.parametrize(
    "command",
    [
        *(["forecast"], ["levers"], ["levers", "--by-day"], ["levers", "--grid"], ["regimes"], ["scenarios"]),
        *(["sensitivity"], ["thresholds"], ["state"], ["obstacles"], ["watch", "--only", "merger"]),
    ],
    ids=" ".join,
)
def test_json_is_one_object_that_says_its_model(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, *BRIEF, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert isinstance(content, dict)
    assert (content["schema"], content["model"]) == (1, "current")


@pytest.mark.parametrize("command", ["list", "show china_stock"])
def test_json_of_priors(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["priors", *command.split(), "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_json_of_what_reads_runs(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    folder, runs = shelf
    first, last = str(runs[0].folder), str(runs[-1].folder)
    for arguments in (
        ["history", "--runs", str(folder)],
        ["score", "--runs", str(folder), "--outcome", "2027-02-01"],
        ["diff", first, last],
        ["diff", first, first],
    ):
        assert run([*arguments, "--json"]) == 0, arguments
        captured = capsys.readouterr()
        assert captured.err == ""
        assert isinstance(json.loads(captured.out), dict)
    assert run(["export", last, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == runs[-1].forecast


def test_a_run_is_named_by_the_folder_that_it_is_asked_from(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = shelf[1][0].folder.resolve(), shelf[1][1].folder.resolve()
    monkeypatch.chdir(second)
    assert run(["diff", f"../{first.name}", "."]) == 0
    assert f"From {first.name} to {second.name};" in " ".join(capsys.readouterr().out.split())


def test_history_json_has_the_promised_keys(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "--runs", str(shelf[0]), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["runs"]
    assert [one["as_of"] for one in found] == sorted(one["as_of"] for one in found)
    for one in found[1:]:
        assert {"0.05", "0.5", "0.95"} <= one["ready"]["quantiles"].keys()
        assert one["shift"].keys() >= {"months", "mcse"}
        assert isinstance(one["items_added"], list)


def test_history_shows_sound_runs_and_names_the_others(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "runs"
    shutil.copytree(shelf[0], copy)
    truncated, newer, *_ = sorted(copy.iterdir())
    (truncated / "manifest.json").write_text('{"schema": 1')
    (newer / "manifest.json").write_text('{"schema": 99}')
    (copy / "notes.txt").write_text("mine")
    before = sorted(copy.rglob("*"))
    assert run(["history", "--runs", str(copy), "--json"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["runs"]) == len(shelf[1]) - 2
    assert len(captured.err.splitlines()) == 3
    for path in (truncated, newer, copy / "notes.txt"):
        assert str(path) in captured.err
    assert sorted(copy.rglob("*")) == before


@pytest.mark.parametrize(
    ("damage", "fragment"),
    [
        (lambda folder: (folder / "manifest.json").write_text('{"schema": 1'), "truncated"),
        (lambda folder: (folder / "manifest.json").write_text('{"schema": 99}'), "schema 99"),
        (lambda folder: (folder / "forecast.json").unlink(), "lacks forecast.json"),
        (lambda folder: (folder / "forecast.json").write_text("[]"), "forecast.json"),
        (lambda folder: (folder / "forecast.json").write_text("{"), "truncated"),
        (lambda folder: shutil.rmtree(folder / "inputs"), "inputs"),
    ],
)
@pytest.mark.parametrize("command", ["diff", "export"])
def test_a_broken_run_is_one_line_with_its_path(
    command: str,
    damage: Callable[[Path], object],
    fragment: str,
    shelf: Shelf,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = tmp_path / "2026-07-09"
    shutil.copytree(shelf[1][1].folder, broken)
    damage(broken)
    arguments = [command, str(broken)] if command == "export" else [command, str(shelf[1][0].folder), str(broken)]
    assert run(arguments) == 2
    message = said(capsys)
    assert str(broken) in message
    assert fragment in message


def test_a_file_for_a_run_or_a_runs_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file"
    path.write_text("")
    for arguments in (["export", str(path)], ["history", "--runs", str(path)], ["run", "--runs", str(path), *BRIEF]):
        assert run(arguments) == 2
        assert str(path) in said(capsys)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is protected from root")
def test_a_protected_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "runs"
    folder.mkdir(mode=0o500)
    assert run(["run", "--runs", str(folder), *BRIEF]) == 2
    assert str(folder) in said(capsys)
    assert run(["forecast", "--plot", str(folder / "date.png"), *BRIEF]) == 2
    assert str(folder) in said(capsys)


@pytest.mark.usefixtures("brief_runs")
def test_quiet_run_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--runs", str(tmp_path / "runs"), *BRIEF, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "runs" / "2026-11-21" / "forecast.json").is_file()


@pytest.mark.usefixtures("brief_runs")
def test_a_run_says_where_and_when(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--runs", str(tmp_path / "runs"), *BRIEF]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "2026-11-21: around" in " ".join(captured.out.split())


@pytest.mark.usefixtures("brief_runs")
def test_a_run_logged_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = tmp_path / "runs"
    assert run(["run", "--runs", str(runs), *BRIEF, "--log-json", "--json"]) == 0
    captured = capsys.readouterr()
    kept = json.loads((runs / "2026-11-21" / "forecast.json").read_text())
    assert json.loads(captured.out) == kept | {"moved": json.loads(captured.out)["moved"]}
    (record,) = map(json.loads, captured.err.splitlines())
    assert record["folder"] == str(runs / "2026-11-21")
    assert run(["run", "--runs", str(runs), "--evidence", "eci-lga", "--log-json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (record,) = map(json.loads, captured.err.splitlines())
    assert (record["event"], record["status"]) == ("error", 2)
    assert "eci-lag" in record["message"]


@pytest.mark.usefixtures("brief_runs")
def test_same_inputs_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for _ in range(2):
        assert run(["run", "--runs", str(runs), *BRIEF, "--quiet"]) == 0
    first, second = (runs / name / "forecast.json" for name in ("2026-11-21", "2026-11-21-2"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_evidence_that_cannot_be_is_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rumour.toml"
    path.write_text(ITEM.replace("value = 7", "value = 900").replace("sd = 0.25", "sd = 0.001"))
    assert run(["forecast", "--add", str(path), "--engine", "importance", "--draws", "5000"]) == 1
    assert "rumour" in said(capsys)
