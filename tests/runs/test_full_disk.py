"""A disk that is full in the middle of a file: an error and nothing left behind, for every kind of file of a run."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from catchup.analysis.archive import store
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.tree.files import save_tree
from catchup.analysis.presentation.figures import save
from catchup.priors.errors import InputError
from catchup.priors.files import write_text

ROOM = 4_096  # bytes that each file may have


@contextlib.contextmanager
def little_room() -> Iterator[None]:
    """No file grows beyond `ROOM`: writing on is an error, as on a full disk; not so that which tests report to."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tree() -> xr.DataTree:
    draws = np.random.default_rng(1).normal(size=(4, 5_000))
    return xr.DataTree.from_dict({"posterior": xr.Dataset({"ready": (("chain", "draw"), draws)})})


def picture() -> Figure:
    figure = Figure()
    figure.subplots().plot(np.random.default_rng(1).normal(size=200))
    return figure


WRITERS: dict[str, Callable[[Path], Any]] = {
    "posterior.nc": lambda path: save_tree(tree(), path),
    "posterior.zarr": lambda path: save_tree(tree(), path),
    "forecast.json": lambda path: write_text(path, "x" * 2 * ROOM),
    "dates.png": lambda path: save(picture(), path),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("there", [False, True])
def test_a_disk_that_is_full_in_the_middle_of_a_file(name: str, there: bool, tmp_path: Path) -> None:
    path = tmp_path / name
    if there and path.suffix != ".zarr":
        path.write_text("earlier")
    before = [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()]
    with little_room(), pytest.raises(InputError, match="cannot be written") as caught:
        WRITERS[name](path)
    assert str(path) in str(caught.value)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == before
    assert not [entry for entry in os.listdir(tmp_path) if entry.endswith(".part")]


def test_a_run_that_finds_no_room_names_the_folder_that_was_asked_for(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    with little_room(), pytest.raises(InputError, match="a run cannot be kept here: its ready") as caught:
        store.build(runs, "2026-11-21", lambda folder: WRITERS["forecast.json"](folder / "ready.json"))
    assert (caught.value.file, caught.value.key) == (str(runs), "--runs")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_no_room_is_no_mistake_of_the_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--draws", "1000", "--evidence", "none", "--model", "article"]
    day = "2026-11-21"
    for where in (
        ["forecast", "--plot", str(tmp_path / "date.png"), "--as-of", day],
        ["replay", "--runs", str(tmp_path / "runs"), "--from", day, "--to", day],
    ):
        with little_room():
            assert command([*where, *asked]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "file too large" in line
        assert ".building" not in line
