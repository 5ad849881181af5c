"""A builder keeps its run whatever another does between two of its steps, or says in a line why it cannot."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from interference import Ended, every_moment

from catchup.analysis.archive import store
from catchup.analysis.archive.store import build, check_runs_folder, list_runs
from catchup.priors import files
from catchup.priors.errors import InputError, MissingFileError
from catchup.priors.files import make_folder, rename_to_free_name, write_text

DAY = "2026-11-21"
FILES = ("forecast.json", "manifest.json", "inputs/origins.toml")
RENAME = ((store, "rename_to_free_name"),)


class Folders:
    """A runs folder and what stands beside it."""

    def __init__(self, parent: Path) -> None:
        self.parent, self.runs, self.moved = parent, parent / "runs", parent / "moved"
        self.workshop = parent / ".runs.building"
        self.built = 0

    def anew(self) -> None:
        for path in list(self.parent.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.built = 0
        check_runs_folder(self.runs)

    def write(self, folder: Path) -> None:
        make_folder(folder / "inputs")
        for name in FILES:
            write_text(folder / name, name)

    def build(self) -> Path:
        return build(self.runs, DAY, self.write)

    def fellow(self) -> None:
        """Another run of the same day, from beginning to end."""
        self.built += 1
        build(self.runs, DAY, self.write)

    def last_to_leave(self) -> None:
        self.workshop.rmdir()

    def move_runs(self) -> None:
        self.runs.rename(self.moved)

    def remove_workshop(self) -> None:
        shutil.rmtree(self.workshop)

    def file_for_runs(self) -> None:
        self.runs.rename(self.moved)
        self.runs.write_text("")

    def make_empty_folder(self) -> None:
        (self.runs / DAY).mkdir()

    def check(self, ended: Ended) -> None:
        """Hold everything that is left to being a whole run."""
        assert {path.name for path in self.parent.iterdir()} <= {"runs", "moved"}, f"before {ended.before}"
        runs = [folder for place in (self.runs, self.moved) if place.is_dir() for folder in place.iterdir()]
        for folder in runs:
            found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
            assert found == {*FILES}, f"before {ended.before}"
        assert len(runs) == self.built + (ended.refusal is None), f"before {ended.before}"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture(autouse=True)
def without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.mark.parametrize("act", [Folders.fellow, Folders.last_to_leave, Folders.move_runs])
def test_a_run_survives_what_others_do_between_its_steps(act: Callable[[Folders], None], folders: Folders) -> None:
    steps = []
    for ended in every_moment(folders.anew, folders.build, lambda: act(folders), RENAME):
        assert ended.refusal is None, f"before {ended.before}: {ended.refusal}"
        folders.check(ended)
        steps.append(ended.before)
    assert {"mkdir", "open", "flock", "fsync", "listdir", "rename_to_free_name", "unlink", "rmdir"} <= {*steps}


def test_runs_of_one_name_are_both_kept_in_every_order(folders: Folders) -> None:
    taken = set()
    for ended in every_moment(folders.anew, folders.build, folders.fellow, RENAME):
        assert [folder.name for folder in list_runs(folders.runs).runs] == [DAY, f"{DAY}-2"]
        taken.add(ended.result.name)
    assert taken == {DAY, f"{DAY}-2"}  # so that the other came first as well as second


def test_the_last_to_leave_may_remove_the_workshop_under_a_builder_who_clears_it(folders: Folders) -> None:
    # What once lost a run: seen by one builder, removed by another, listed by the first.
    def call() -> Path:
        folders.workshop.mkdir(exist_ok=True)
        return folders.build()

    before = [ended.before for ended in every_moment(folders.anew, call, folders.last_to_leave, RENAME)]
    assert before.index("listdir") < before.index("flock")


@pytest.mark.parametrize("act", [Folders.remove_workshop, Folders.file_for_runs])
def test_where_nothing_can_be_kept_it_is_said_in_a_line(act: Callable[[Folders], None], folders: Folders) -> None:
    refused = []
    for ended in every_moment(folders.anew, folders.build, lambda: act(folders), RENAME):
        folders.check(ended)
        if ended.refusal is not None:
            assert ended.refusal.exit_code == 2
            refused.append(ended.refusal.on_command_line)
    assert any(said.startswith(f"{folders.runs}: --runs: a run cannot be kept here: ") for said in refused)


@pytest.mark.parametrize("renameat2", [True, False])
def test_nothing_is_ever_replaced(renameat2: bool, folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    if not renameat2:
        monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: None)
    folders.anew()
    (folders.runs / DAY).write_text("a file")
    (folders.runs / f"{DAY}-2").mkdir()
    (folders.runs / f"{DAY}-2" / "mine").write_text("mine")
    (folders.runs / f"{DAY}-3").symlink_to("nowhere")
    assert folders.build() == folders.runs / f"{DAY}-4"
    assert (folders.runs / DAY).read_text() == "a file"
    assert (folders.runs / f"{DAY}-2" / "mine").read_text() == "mine"
    assert (folders.runs / f"{DAY}-3").is_symlink()


def test_not_even_an_empty_folder_that_somebody_makes_just_then(folders: Folders) -> None:
    for ended in every_moment(folders.anew, folders.build, folders.make_empty_folder, RENAME):
        assert ended.refusal is None
        others = [folder for folder in folders.runs.iterdir() if folder != ended.result]
        assert all(not list(folder.iterdir()) for folder in others), f"before {ended.before}"
        assert sorted(path.name for path in ended.result.rglob("*") if path.is_file()) == sorted(
            Path(name).name for name in FILES
        )


def test_a_name_in_a_file_is_not_taken_but_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "file").write_text("")
    for lookup in (None, "missing"):
        if lookup:
            monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: None)
        with pytest.raises(NotADirectoryError):
            rename_to_free_name(tmp_path / "source", tmp_path / "file" / "target")
        with pytest.raises(FileExistsError):
            rename_to_free_name(tmp_path / "source", tmp_path / "file")


def test_folders_that_only_look_as_if_on_one_disk(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    original = rename_to_free_name

    def across(source: Path, target: Path) -> None:
        if source.parent == folders.workshop:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        original(source, target)

    monkeypatch.setattr(store, "rename_to_free_name", across)
    for ended in every_moment(folders.anew, folders.build, folders.fellow):
        assert ended.refusal is None
        folders.check(ended)


@pytest.mark.parametrize("where", ["parent", "workshop"])
def test_a_run_is_built_inside_where_it_cannot_be_beside(
    where: str, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.anew()
    if where == "workshop":
        folders.workshop.write_text("a file of that name")
    else:
        original = os.mkdir

        def protected(path: Path, mode: int = 0o777, **options: int) -> None:
            if Path(path).parent == folders.parent:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            original(path, mode, **options)

        monkeypatch.setattr(os, "mkdir", protected)
    assert folders.build().name == DAY
    assert [path.name for path in folders.runs.iterdir()] == [DAY]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
def test_each_step_may_fail(number: int, folders: Folders) -> None:
    ends = set()
    for ended in every_moment(folders.anew, folders.build, lambda: OSError(number, os.strerror(number)), RENAME):
        ends.add(ended.refusal is None)
        kept = len(list_runs(folders.runs).runs)
        # only whether the new name is on the disk can fail when the run has it already
        assert kept == (ended.refusal is None) or (kept == 1 and ended.before in ("open", "fsync"))
        # what could not be removed either is gone with the next run
        folders.built = kept + 1
        folders.build()
        folders.check(Ended(ended.before, None, InputError("counted already")))
    assert ends == {True, False}


def test_a_runs_folder_is_made_whatever_others_do(folders: Folders) -> None:
    def vanish() -> None:
        folders.runs.rmdir()

    for make_first in (True, False):

        def prepare(make_first: bool = make_first) -> None:
            folders.anew()
            if not make_first:
                folders.runs.rmdir()

        for act in (vanish, folders.runs.mkdir):
            for ended in every_moment(prepare, lambda: check_runs_folder(folders.runs), act):
                assert ended.refusal is None
    with suppress(FileNotFoundError):
        folders.runs.rmdir()
    folders.runs.symlink_to("nowhere")
    with pytest.raises(InputError, match="a link of that name leads nowhere"):
        check_runs_folder(folders.runs)


def test_a_folder_is_listed_as_it_is_at_one_moment(folders: Folders) -> None:
    def prepare() -> None:
        folders.anew()
        folders.build()

    for ended in every_moment(prepare, lambda: list_runs(folders.runs), folders.fellow):
        assert [folder.name for folder in ended.result.runs][:1] == [DAY]
        assert ended.result.others == []
    for ended in every_moment(prepare, lambda: list_runs(folders.runs), folders.move_runs):
        assert isinstance(ended.refusal, MissingFileError)
