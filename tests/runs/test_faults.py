"""A disk that fails at each step of a run and of a publication in turn: one line, the old state whole, nothing left.

Steps are counted, by no luck: every opening, writing, closing, syncing, locking, naming and removing of something in
the folders that the command was given. What the files hold is worked out once; writing them is done anew each time.
"""

from __future__ import annotations

import errno
import functools
import itertools
import os
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from interference import Ended, every_moment
from matplotlib.figure import Figure

from catchup.analysis.archive import store
from catchup.analysis.archive.reading import EXPLORER, POSTERIOR, REPORT, Run, read_runs
from catchup.analysis.archive.site_folder import MADE
from catchup.analysis.archive.verification import verify
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.inference.tree.files import save_tree
from catchup.analysis.presentation.figures.files import save
from catchup.analysis.runs import publish as publication
from catchup.analysis.runs import run as orchestration
from catchup.model.assumptions import load_assumptions
from catchup.priors.files import write_text

Shelf = tuple[Path, list[Run]]
FAULTS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
DISK = (errno.ENOSPC, errno.EIO)  # no mistake of the user's
NEVER_LOST = {"write", "close", "fsync", "rename", "rename_to_free_name", "replace"}
"""Steps whose failure nothing makes up for; for others there may be another way, or no harm in it."""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes; what could not be cleared away is hidden, and no part of it."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {name.as_posix(): path.read_bytes() for name, path in found.items() if name.parts[0][0] != "."}


class Disk:
    """What is asked of, and what the disk answers: one of its faults after the other."""

    def __init__(self, faults: tuple[int, ...]) -> None:
        self.faults = itertools.cycle(faults)
        self.last = 0

    def fault(self) -> OSError:
        self.last = next(self.faults)
        return OSError(self.last, os.strerror(self.last))


def said_in_a_line(ended: Ended, disk: Disk, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the command succeeded; hold what it said, if not, to one line that gives the disk's reason."""
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    if ended.result == 0:
        assert ended.before not in NEVER_LOST
        return True
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("catchup: ")
    assert ended.result in (1, 2)
    if ended.before not in ("access", "stat"):  # which say whether, and not why not
        assert os.strerror(disk.last).lower() in line, f"before {ended.before}"
        assert ended.result == (1 if disk.last in DISK else 2), f"before {ended.before}: {line}"
    return False


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run's files of every kind, worked out once: JSON, TOML, a result tree, a picture, two pages."""
    asked = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    made = orchestration.work_out(asked, Path("no-runs"), orchestration.Stopwatch(), brief=True)
    draws = np.random.default_rng(1).normal(size=(4, 50))
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"ready": (("chain", "draw"), draws)})})
    figure = Figure(figsize=(1, 1))
    write = orchestration.write

    def write_all(sections: Any, folder: Path, watch: Any, *, brief: bool = False) -> None:
        write(sections, folder, watch, brief=True)
        save_tree(tree, folder / POSTERIOR)
        (folder / "figures").mkdir()
        save(figure, folder / "figures" / "date.png")
        for page in (EXPLORER, REPORT):
            write_text(folder / page, "<p>" * 10_000)

    def work_out(asked: Any, runs: Any, watch: Any, **_: Any) -> Any:
        watch.seconds["condition"] = next(seconds)
        return made

    seconds = itertools.count(1.0)
    monkeypatch.setattr(orchestration, "work_out", work_out)
    monkeypatch.setattr(orchestration, "write", write_all)
    for name in ("library_versions", "environment_hash", "lock_hash"):  # of files that are not in the folder
        monkeypatch.setattr(orchestration, name, functools.cache(getattr(orchestration, name)))


def faults_of_a_run(
    faults: tuple[int, ...], folder: Path, capsys: pytest.CaptureFixture[str], *, thinned: bool = False
) -> Counter[str]:
    runs, disk = folder / "runs", Disk(faults)
    arguments = ["run", "--runs", str(runs), "--evidence", "none", "--as-of", "2026-11-21", "--draws", "1000"]
    assert command(arguments) == 0
    capsys.readouterr()
    old = contents(runs)

    def prepare() -> None:
        for later in [path for path in runs.iterdir() if path.name != "2026-11-21"]:
            shutil.rmtree(later)

    rename = ((store, "rename_to_free_name"),)
    failed: Counter[str] = Counter()
    for ended in every_moment(prepare, lambda: command(arguments), disk.fault, rename, within=folder, thinned=thinned):
        succeeded = said_in_a_line(ended, disk, capsys)
        found = contents(runs)
        assert {name: found[name] for name in old} == old
        shelf = read_runs(runs)
        assert shelf.faults == ()
        kept = len(shelf.runs) - 1
        # whether the new name is on the disk, and reading the run back, can fail when it has its name already
        assert kept == succeeded or (kept == 1 and ended.before in ("open", "fsync", "stat"))
        assert all(verify(run.folder).whole for run in shelf.runs)
        # what could not be removed either is no longer locked, and gone with the next run
        store.build(runs, "2026-11-21", lambda place: write_text(place / "next", "next"))
        assert [path.name for path in folder.iterdir()] == ["runs"], f"before {ended.before}"
        assert not [path for path in runs.iterdir() if path.name.startswith(".")]
        failed[ended.before] += not succeeded
    return failed


@pytest.mark.usefixtures("written")
def test_each_step_of_a_run_may_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed = faults_of_a_run(FAULTS, tmp_path, capsys, thinned=True)
    assert {"open", "rename_to_free_name", *NEVER_LOST - {"replace"}} <= (+failed).keys()


@pytest.mark.slow
@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("number", FAULTS)
def test_each_step_of_a_run_may_fail_in_every_way(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults_of_a_run((number,), tmp_path, capsys).total() > 0


def faults_of_a_publication(
    faults: tuple[int, ...], shelf: Shelf, folder: Path, capsys: pytest.CaptureFixture[str], *, thinned: bool = False
) -> Counter[str]:
    runs, site, before, disk = folder / "runs", folder / "site", folder / "before", Disk(faults)
    arguments = ["publish", "--runs", str(runs), "--site", str(site), "--quiet"]
    runs.mkdir()
    for run in shelf[1][:2]:
        shutil.copytree(run.folder, runs / run.name)
        assert command(arguments) == 0
        if not before.exists():
            shutil.copytree(site, before)
    old, new = contents(before), contents(site)
    assert old.keys() < new.keys()
    capsys.readouterr()

    def prepare() -> None:
        shutil.rmtree(site)
        shutil.copytree(before, site)

    failed: Counter[str] = Counter()
    for ended in every_moment(prepare, lambda: command(arguments), disk.fault, within=site, thinned=thinned):
        succeeded = said_in_a_line(ended, disk, capsys)
        assert contents(site) == (new if succeeded else old), f"before {ended.before}"
        failed[ended.before] += not succeeded
        assert command(arguments) == 0  # no lock is held, and what was left is cleared away
        assert contents(site) == new
        assert [path.name for path in site.iterdir() if path.name.startswith(".")] in ([], [MADE])
        capsys.readouterr()
    return failed


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are worked out once for the same runs; reading and writing them is not."""
    made: dict[tuple[str, ...], Any] = {}
    work = publication.site_files

    def site_files(told: Any, *others: Any) -> Any:
        if tuple(told) not in made:
            made[tuple(told)] = work(told, *others)
        return made[tuple(told)]

    monkeypatch.setattr(publication, "site_files", site_files)


@pytest.mark.slow
@pytest.mark.usefixtures("rendered")
def test_each_step_of_a_publication_may_fail(shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed = faults_of_a_publication(FAULTS, shelf, tmp_path, capsys, thinned=True)
    assert {"open", "flock", *NEVER_LOST - {"rename", "rename_to_free_name"}} <= (+failed).keys()


@pytest.mark.slow
@pytest.mark.usefixtures("rendered")
@pytest.mark.parametrize("number", FAULTS)
def test_each_step_of_a_publication_may_fail_in_every_way(
    number: int, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults_of_a_publication((number,), shelf, tmp_path, capsys).total() > 0
