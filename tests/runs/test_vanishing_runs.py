"""Runs that somebody removes while they are read: the others are shown, and nothing is read by halves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from interference import every_moment

from catchup.analysis.archive import manifest
from catchup.analysis.archive.history import history
from catchup.analysis.archive.kept_posterior import posterior_ready
from catchup.analysis.archive.manifest import BrokenRunError, hashes_of, lock_hash
from catchup.analysis.archive.reading import POSTERIOR, Run, newest_before, read_run, read_runs
from catchup.analysis.commands.main import run as command
from catchup.analysis.runs import run as orchestration
from catchup.priors.errors import InputError, MissingFileError

Shelf = tuple[Path, list[Run]]


class Copy:
    """The two newest runs of the shelf in a folder of their own, made anew for each call."""

    def __init__(self, runs: list[Run], folder: Path) -> None:
        self.folder, self.kept, self.gone = folder, runs[-2], runs[-1]
        self.first, self.last = folder / self.kept.name, folder / self.gone.name

    def anew(self) -> None:
        for run, place in ((self.kept, self.first), (self.gone, self.last)):
            if not place.is_dir() or sum(1 for _ in place.rglob("*")) < sum(1 for _ in run.folder.rglob("*")):
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(run.folder, place)

    def remove_last(self) -> None:
        shutil.rmtree(self.last)

    def remove_forecast(self) -> None:
        (self.last / "forecast.json").unlink()

    def remove_diff(self) -> None:
        (self.last / "diff.json").unlink()

    def remove_manifest(self) -> None:
        (self.last / "manifest.json").unlink()

    def remove_items(self) -> None:
        shutil.rmtree(self.last / "inputs" / "items")

    def remove_an_item(self) -> None:
        next((self.last / "inputs" / "items").iterdir()).unlink()

    def remove_all(self) -> None:
        shutil.rmtree(self.folder)


@pytest.fixture
def copy(shelf: Shelf, tmp_path: Path) -> Copy:
    return Copy(shelf[1], tmp_path / "runs")


ACTS = [Copy.remove_last, Copy.remove_forecast, Copy.remove_diff, Copy.remove_manifest, Copy.remove_items]


@pytest.mark.parametrize(
    ("read", "act"),
    [
        *((history, act) for act in ACTS),
        *((read_runs, act) for act in ACTS[:2]),
        # whatever else may go is met by the history, which reads the runs first
        *(pytest.param(read_runs, act, marks=pytest.mark.slow) for act in ACTS[2:]),
    ],
)
def test_the_others_are_shown(read: Callable[[Path], Any], act: Callable[[Copy], None], copy: Copy) -> None:
    numbers, faults = set(), set()
    for ended in every_moment(copy.anew, lambda: read(copy.folder), lambda: act(copy)):
        found = ended.result
        assert ended.refusal is None
        names = [run.name for run in (found.runs if read is read_runs else [entry.run for entry in found.entries])]
        assert names[0] == copy.first.name
        assert len(names) + len(found.faults) <= 2
        assert all(str(copy.last) in fault and "\n" not in fault for fault in found.faults)
        numbers.add(len(names))
        faults.add(len(found.faults))
    assert 1 in numbers
    # a run that is gone as a whole is no fault, but where only its comparison was still to be read
    assert faults <= ({0} if act is Copy.remove_last and read is read_runs else {0, 1})


@pytest.mark.parametrize(
    ("act", "thinned"),
    [
        (Copy.remove_items, False),  # which is read at the most moments
        *((act, True) for act in (Copy.remove_last, Copy.remove_manifest, Copy.remove_an_item)),
        *(pytest.param(act, False, marks=pytest.mark.slow) for act in (*ACTS[:-1], Copy.remove_an_item)),
    ],
)
def test_inputs_are_read_whole_or_not_at_all(act: Callable[[Copy], None], thinned: bool, copy: Copy) -> None:
    whole = copy.gone.inputs
    for ended in every_moment(copy.anew, lambda: read_run(copy.last).inputs, lambda: act(copy), thinned=thinned):
        assert ended.refusal is not None or ended.result == whole, f"before {ended.before}"
        assert ended.refusal is None or ended.refusal.exit_code == 2


def test_what_is_read_later_is_whole_or_named(copy: Copy) -> None:
    copy.anew()
    run = read_run(copy.last)
    copy.remove_diff()
    with pytest.raises(BrokenRunError, match=r"has no diff\.json"):  # not None, as if nothing had been compared
        run.section("diff")
    assert run.section("checks") is None
    copy.remove_an_item()
    with pytest.raises(InputError, match="no such file"):
        _ = run.inputs
    copy.remove_last()
    with pytest.raises(BrokenRunError, match="no such run"):
        run.section("diff")
    copy.last.write_text("")
    with pytest.raises(BrokenRunError, match="is a file; the folder of a run was expected"):
        read_run(copy.last)


@pytest.mark.parametrize("act", [Copy.remove_all, Copy.remove_last])
def test_a_run_is_compared_with_the_newest_that_is_there(act: Callable[[Copy], None], copy: Copy) -> None:
    event, seen = copy.gone.manifest.event, set()
    copy.anew()
    assert newest_before(copy.folder, event, copy.gone.manifest.as_of).name == copy.last.name  # type: ignore[union-attr]
    for ended in every_moment(
        copy.anew, lambda: newest_before(copy.folder, event, copy.gone.manifest.as_of), lambda: act(copy), thinned=True
    ):
        assert ended.refusal is None
        seen.add(ended.result and ended.result.name)
        if ended.result is not None:
            whole = {copy.first.name: copy.kept, copy.last.name: copy.gone}[ended.result.name]
            assert ended.result.snapshot.inputs == whole.inputs  # gone by now, and read before it was
    assert seen <= {None, copy.first.name, copy.last.name}
    assert seen != {None} or act is Copy.remove_all


def test_a_folder_of_runs_that_goes_is_a_line(copy: Copy) -> None:
    said = set()
    for ended in every_moment(copy.anew, lambda: history(copy.folder), copy.remove_all):
        assert ended.refusal is None or isinstance(ended.refusal, MissingFileError)
        said.add(type(ended.refusal))
    assert MissingFileError in said


def test_a_posterior_that_goes_is_a_line(copy: Copy) -> None:
    values = np.arange(6.0).reshape(2, 3)
    posterior = xr.DataTree.from_dict({"posterior": xr.Dataset({"ready": (("chain", "draw"), values)})})

    def anew() -> None:
        copy.anew()
        if not (copy.last / POSTERIOR).exists():
            posterior.to_netcdf(copy.last / POSTERIOR, engine="h5netcdf")

    ends = set()
    run = Run(copy.last, copy.gone.manifest)
    for ended in every_moment(anew, lambda: posterior_ready(run), copy.remove_last, ((xr, "open_dataset"),)):
        assert ended.refusal is None or "no such file" in str(ended.refusal)
        assert ended.refusal is not None or (ended.result[0].tolist(), ended.result[1]) == (values.ravel().tolist(), 2)
        ends.add((ended.before, ended.refusal is None))
    assert ("open_dataset", False) in ends


def test_a_posterior_that_is_another_is_not_opened(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.anew()
    (copy.last / POSTERIOR).write_bytes(b"damaged")
    other = copy.gone.manifest.model_copy(update={"files": {POSTERIOR: "0" * 64}})
    monkeypatch.setattr(xr, "open_dataset", lambda *_, **__: pytest.fail("was opened"))
    with pytest.raises(BrokenRunError, match="not the file that the run was made with"):
        posterior_ready(Run(copy.last, other))


def test_hashes_miss_nothing_that_was_there(copy: Copy) -> None:
    copy.anew()
    every = hashes_of(copy.last)
    without = {name: digest for name, digest in every.items() if not name.startswith("inputs/items/")}

    def hash_all() -> dict[str, str] | OSError:
        try:
            return hashes_of(copy.last)
        except OSError as error:
            return error

    for ended in every_moment(copy.anew, hash_all, copy.remove_items):
        assert isinstance(ended.result, OSError) or ended.result in (every, without), f"before {ended.before}"


def test_a_lock_file_may_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    monkeypatch.setattr(manifest, "LOCK", lock)
    for ended in every_moment(lambda: lock.write_text("a lock"), lock_hash, lock.unlink):
        assert ended.result is None or len(ended.result) == 64


@pytest.mark.parametrize("wanted", ["--json", "--quiet"])
def test_a_run_removed_as_soon_as_it_is_made_is_a_line(
    wanted: str, copy: Copy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its checks could not be read any more: that must not pass for "no check has failed".
    copy.anew()
    made = read_run(copy.last)
    with_checks = made.manifest.model_copy(update={"files": {**made.manifest.files, "checks.json": ""}})
    kept = Run(copy.last, with_checks)
    assert kept.forecast  # read back by whoever made the run
    copy.remove_last()
    monkeypatch.setattr(orchestration, "run", lambda *_, **__: kept)
    assert command(["run", "--runs", str(copy.folder), "--as-of", date(2026, 9, 25).isoformat(), wanted]) == 2
    assert capsys.readouterr().err == f"catchup: {copy.last}: no such run\n"
