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
