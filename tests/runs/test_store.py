"""The runs folder holds whole runs only, whatever happens to those who write it."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.archive import store
from catchup.analysis.archive.store import build, check_runs_folder, list_runs
from catchup.priors.errors import InputError

FILES = 20
DAY = "2026-11-21"
STEPS = ((os, "mkdir"), (fcntl, "flock"), (os, "fsync"), (store, "rename_to_free_name"), (os, "unlink"), (os, "rmdir"))
FORK = multiprocessing.get_context("fork")


def build_slowly(runs: Path, pause: float, started: multiprocessing.synchronize.Event | None = None) -> None:
    """Write a run of twenty files, with a pause after each."""

    def write(folder: Path) -> None:
        if started is not None:
            started.set()
        for index in range(FILES):
            (folder / f"{index:02d}.txt").write_text("x" * 1000)
            time.sleep(pause)

    build(runs, DAY, write)


def build_until(runs: Path, owner: object, step: str) -> None:
    """Build a run, and die instead of the first call of a step."""

    def die(*arguments: object, **options: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, step, die)
    build_slowly(runs, 0.0)


def is_whole(folder: Path) -> bool:
    return sorted(path.name for path in folder.iterdir()) == [f"{index:02d}.txt" for index in range(FILES)]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return check_runs_folder(tmp_path / "runs")


def test_a_second_run_of_a_day_gets_a_suffix(runs: Path) -> None:
    for _ in range(11):
        build_slowly(runs, 0.0)
    names = [folder.name for folder in list_runs(runs).runs]
    assert names == [DAY, *(f"{DAY}-{suffix}" for suffix in range(2, 12))]


def test_a_failed_build_leaves_nothing(runs: Path, tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        build(runs, DAY, fail)
    assert list(runs.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_killed_at_any_moment_the_folder_holds_whole_runs_only(runs: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    killed = finished = 0
    for _ in range(40):
        process = FORK.Process(target=build_slowly, args=(runs, 0.002))
        process.start()
        process.join(timeout=float(rng.uniform(0.0, 0.09)))
        if process.is_alive():
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            killed += 1
        else:
            finished += 1
        assert all(is_whole(folder) for folder in runs.iterdir())
    assert killed >= 5
    assert len(list(runs.iterdir())) >= finished
    build_slowly(runs, 0.0)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_no_moment_of_a_build_leaves_what_the_next_does_not_clear(runs: Path, tmp_path: Path) -> None:
    # The moments between two steps, which kills at random hardly ever meet: the builder dies before each in turn.
    died = []
    for owner, step in STEPS:
        process = FORK.Process(target=build_until, args=(runs, owner, step))
        process.start()
        process.join()
        died.append(process.exitcode)
        build_slowly(runs, 0.0)
        assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert died == [-signal.SIGKILL] * len(died)
    assert all(is_whole(folder) for folder in list_runs(runs).runs)


def test_what_a_killed_builder_left_is_cleared_by_the_next(runs: Path, tmp_path: Path) -> None:
    started = FORK.Event()
    process = FORK.Process(target=build_slowly, args=(runs, 1.0, started))
    process.start()
    assert started.wait(timeout=30)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    build_slowly(runs, 0.0)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert len(list_runs(runs).runs) == 1


def test_builders_at_once_do_not_harm_each_other(runs: Path) -> None:
    processes = [FORK.Process(target=build_slowly, args=(runs, 0.001)) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    assert len(list_runs(runs).runs) == 8
    assert all(is_whole(folder) for folder in list_runs(runs).runs)


def test_a_living_builder_is_left_alone(runs: Path) -> None:
    started = FORK.Event()
    process = FORK.Process(target=build_slowly, args=(runs, 0.02, started))
    process.start()
    assert started.wait(timeout=30)
    build_slowly(runs, 0.0)
    process.join()
    assert process.exitcode == 0
    assert [is_whole(folder) for folder in list_runs(runs).runs] == [True, True]


def test_foreign_files_are_named_and_kept(runs: Path) -> None:
    (runs / "notes.txt").write_text("mine")
    (runs / "2026-13").mkdir()
    build_slowly(runs, 0.0)
    assert [entry.name for entry in list_runs(runs).others] == ["2026-13", "notes.txt"]
    assert (runs / "notes.txt").read_text() == "mine"


def test_a_file_or_a_missing_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        check_runs_folder(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be made"):
        check_runs_folder(tmp_path / "missing" / "runs")
    with pytest.raises(InputError, match="no such folder"):
        list_runs(tmp_path / "none")
