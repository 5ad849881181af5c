"""Whole runs killed at random moments, and pairs of them at once: no broken folder, no lost run."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from recording import Add

from catchup.analysis.archive.manifest import file_hash
from catchup.analysis.archive.reading import Shelf, read_runs
from one_run import run_into

KILLS = 200
PAIRS = 50
FOLDERS = 10
LOADED = ["arviz_stats", "h5netcdf", "catchup.analysis.runs.run"]


@pytest.fixture(autouse=True)
def loaded() -> None:
    """Processes come from one that has loaded what a run needs: two hundred runs take minutes and not hours.

    No other test may ask for a fork server: the first to do so starts it, with what is to be loaded by then.
    """
    get_context("forkserver").set_forkserver_preload(LOADED)


def start(runs: Path) -> BaseProcess:
    """Begin a run in a process of its own."""
    process = get_context("forkserver").Process(target=run_into, args=(runs,))
    process.start()
    return process


def finish(process: BaseProcess) -> bool:
    """Wait for the end; whether the run came to it."""
    process.join(timeout=300)
    return process.exitcode == 0


def check_whole(runs: Path) -> int:
    """Hold every entry of the folder to being a whole run; return how many there are."""
    shelf = read_runs(runs)
    assert shelf.faults == ()
    assert len(shelf.runs) == len(list(runs.iterdir()))
    for one in shelf.runs:
        assert {name: file_hash(one.folder / name) for name in one.manifest.files} == one.manifest.files
        json.loads((one.folder / "forecast.json").read_text(encoding="utf-8"))
    return len(shelf.runs)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_at_any_moment_only_whole_runs_are_left(tmp_path: Path, record: Add) -> None:
    assert finish(start(tmp_path / "loading"))
    length = max(seconds_of_a_run(tmp_path / "first") for _ in range(5))
    rng = np.random.default_rng(1)
    moments = (float(rng.uniform(0.0, 1.3 * length)) for _ in itertools.count())
    started = whole = broken = 0
    for folder in folders(tmp_path):
        begun, runs = kill_some(folder / "runs", KILLS // FOLDERS, moments)
        started, whole, broken = started + begun, whole + len(runs.runs), broken + len(runs.faults)
        # what the killed have left beside the folder is gone with the next run that ends
        assert finish(start(folder / "runs"))
        assert [path.name for path in folder.iterdir()] == ["runs"]
    record("kills", started=started, killed=KILLS, whole=whole, broken=broken)
    assert whole >= KILLS // 20  # so that the last moments of a run, when its folder gets its name, were in reach


def seconds_of_a_run(runs: Path) -> float:
    begun = time.monotonic()
    assert finish(start(runs))
    return time.monotonic() - begun


def folders(parent: Path) -> Iterator[Path]:
    """Several, since every run of one is looked at after each kill."""
    for number in range(FOLDERS):
        folder = parent / f"folder-{number}"
        folder.mkdir()
        yield folder


def kill_some(runs: Path, kills: int, moments: Iterator[float]) -> tuple[int, Shelf]:
    """Begin runs until so many were killed, each at its moment unless it ended before; how many began, what is left."""
    started = done = killed = 0
    runs.mkdir()
    while killed < kills:
        process = start(runs)
        process.join(timeout=next(moments))
        if process.exitcode is None:
            process.kill()
            killed += 1
        started += 1
        done += finish(process)
        # killed between the rename and the process's end, a run is there although nobody was told so
        assert done <= check_whole(runs) <= done + killed
    return started, read_runs(runs)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_runs_at_once_are_all_kept(tmp_path: Path, record: Add) -> None:
    whole, contents = 0, set()
    for folder in folders(tmp_path):
        for pair in range(1, PAIRS // FOLDERS + 1):
            both = [start(folder), start(folder)]
            assert [finish(process) for process in both] == [True, True]
            assert check_whole(folder) == 2 * pair
        whole += check_whole(folder)
        contents |= {(run / "forecast.json").read_bytes() for run in folder.iterdir()}
    record("pairs", pairs=PAIRS, whole=whole, different=len(contents))
    assert len(contents) == 1
