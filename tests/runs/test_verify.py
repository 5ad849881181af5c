"""A run held against its manifest: every change of every kind is named, and an untouched run is whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.archive.verification import verify
from catchup.analysis.commands.main import run

Shelf = tuple[Path, list[Run]]


@pytest.fixture
def copy(shelf: Shelf, tmp_path: Path) -> Path:
    folder = tmp_path / shelf[1][0].name
    shutil.copytree(shelf[1][0].folder, folder)
    return folder


def replaced_by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a byte": (lambda path: path.write_bytes(path.read_bytes()[:-1] + b" "), "changed"),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:10]), "changed"),
    "gone": (lambda path: path.unlink(), "missing"),
    "a pipe": (replaced_by_a_pipe, "unreadable"),
}


def test_an_untouched_run_is_whole(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    for one in shelf[1]:
        assert verify(one.folder).whole
    assert run(["verify", str(shelf[1][0].folder)]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert captured.err == ""


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("place", [0, -1])
def test_a_changed_file_is_named(damage: str, place: int, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = list(verify(copy).manifest.files)[place]
    act, state = DAMAGES[damage]
    act(copy / name)
    assert run(["verify", str(copy), "--json"]) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["whole"] is False
    assert [(row["file"], row["state"]) for row in found["departures"]] == [(name, state)]
    (line,) = captured.err.splitlines()
    assert line.startswith(f"catchup: {copy / name}: {state}")


def test_a_file_that_came_later_and_the_one_it_replaced_are_both_named(copy: Path) -> None:
    (copy / "inputs" / "notes.txt").write_text("mine")
    (copy / "forecast.json").unlink()
    assert [(row.file, row.state) for row in verify(copy).departures] == [
        ("forecast.json", "missing"),
        ("inputs/notes.txt", "added"),
    ]


@pytest.mark.parametrize("outside", ["/etc/hostname", "../secret"])
def test_a_manifest_that_names_files_outside_is_refused(
    outside: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"][outside] = "0"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert run(["verify", str(copy)]) == 2
    assert "outside the run's folder" in capsys.readouterr().err


def test_what_is_no_run_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("place", [0, -1], ids=["fewest items", "most items"])
def test_a_forecast_is_worked_out_again_to_the_byte_from_what_its_run_kept(
    place: int, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever has become of the ledger and of the priors since: nothing of either is opened."""
    opened, open_ = [], os.open

    def recorded(path: Any, *arguments: Any, **options: Any) -> int:
        opened.append(os.fspath(path) if not isinstance(path, int) else "")
        return open_(path, *arguments, **options)

    monkeypatch.setattr(os, "open", recorded)
    one = shelf[1][place]
    assert run(["verify", str(one.folder), "--again", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["departures"] == []
    assert [path for path in opened if "/ledger/" in path or path.endswith(("baseline.toml", "race.toml"))] == [
        path for path in opened if path.startswith(str(one.folder)) and path.endswith(("baseline.toml", "race.toml"))
    ]
    assert run(["verify", str(one.folder), "--again"]) == 0
    assert "the same to the byte" in capsys.readouterr().out


def test_a_forecast_that_is_another_when_worked_out_again_is_named(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One whose files fit its manifest, and its inputs another forecast."""
    path = copy / "manifest.json"
    manifest, more = json.loads(path.read_text()), {"draws": 50_000, "draws_asked": 50_000}
    path.write_text(json.dumps(manifest | more | {"versions": manifest["versions"] | {"numpy": "1.0"}}))
    assert run(["verify", str(copy)]) == 0
    capsys.readouterr()
    assert run(["verify", str(copy), "--again", "--json"]) == 1
    captured = capsys.readouterr()
    rows = json.loads(captured.out)["departures"]
    assert {"forecast.json", "ready.json"} <= {row["file"] for row in rows}
    assert {row["state"] for row in rows} == {"unrepeated"}
    assert all(row["reason"].startswith("made with numpy 1.0, here ") for row in rows)


def test_a_run_whose_inputs_are_damaged_cannot_be_worked_out_again(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "inputs" / "origins.toml").write_text("layers = 1")
    assert run(["verify", str(copy), "--again"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "origins.toml" in line
