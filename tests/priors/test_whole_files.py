"""Files are written whole or not at all, whatever another process does meanwhile, and nothing unfinished is left."""

from __future__ import annotations

import doctest
import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from interference import Ended, every_moment

from catchup.priors import files
from catchup.priors.errors import InputError
from catchup.priors.files import check_file, check_folder, make_folder, remove, replacing, write_bytes, write_text

EARLIER, OURS, THEIRS = "earlier", "ours" * 5_000, "theirs"


class Place:
    """A file or a folder `x` in a folder of its own, and what others do to it."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self.folder, self.path = parent / "folder", parent / "folder" / "x"

    def empty(self) -> None:
        for path in list(self.parent.iterdir()):
            remove(path)
        self.folder.mkdir()

    def with_a_file(self) -> None:
        self.empty()
        self.path.write_text(EARLIER)

    def with_a_folder(self) -> None:
        self.empty()
        self.path.mkdir()
        (self.path / "part").write_text(EARLIER)

    def write_folder(self, text: str = OURS) -> None:
        with replacing(self.path) as unfinished:
            os.mkdir(unfinished)
            (unfinished / "part").write_text(text)

    def write_theirs(self) -> None:
        write_text(self.path, THEIRS)

    def write_their_folder(self) -> None:
        self.write_folder(THEIRS)

    def remove(self) -> None:
        remove(self.path)

    def remove_folder(self) -> None:
        shutil.rmtree(self.folder)

    def file_for_folder(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.write_text("")

    def folder_in_the_way(self) -> None:
        remove(self.path)
        self.path.mkdir()
        (self.path / "theirs").write_text("")

    def remove_unfinished(self) -> None:
        for path in self.folder.glob(".*.part"):
            remove(path)

    def found(self) -> str | None:
        """What stands there, or nothing."""
        if self.path.is_dir():
            return (self.path / "part").read_text() if (self.path / "part").exists() else "a folder"
        return self.path.read_text() if self.path.exists() else None

    def check_nothing_unfinished(self, ended: Ended) -> None:
        left = [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []
        assert set(left) <= {"x"}, f"before {ended.before}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(autouse=True)
def without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.mark.parametrize("prepare", [Place.empty, Place.with_a_file])
@pytest.mark.parametrize("act", [Place.write_theirs, Place.remove])
def test_a_file_is_written_whatever_happens_to_it(
    prepare: Callable[[Place], None], act: Callable[[Place], None], place: Place
) -> None:
    steps = []
    for ended in every_moment(lambda: prepare(place), lambda: write_text(place.path, OURS), lambda: act(place)):
        assert ended.result == place.path
        place.check_nothing_unfinished(ended)
        came_after_us = "rename" in steps
        assert came_after_us or place.found() == OURS, f"before {ended.before}"
        steps.append(ended.before)
    assert {"open", "fsync", "rename"} <= {*steps}


@pytest.mark.parametrize("prepare", [Place.empty, Place.with_a_folder])
@pytest.mark.parametrize("act", [Place.write_their_folder, Place.remove])
def test_a_folder_is_written_whatever_happens_to_it(
    prepare: Callable[[Place], None], act: Callable[[Place], None], place: Place
) -> None:
    seen = set()
    for ended in every_moment(lambda: prepare(place), place.write_folder, lambda: act(place)):
        assert ended.refusal is None, f"before {ended.before}: {ended.refusal}"
        place.check_nothing_unfinished(ended)
        seen.add(place.found())
    assert seen - {THEIRS, None} == {OURS}  # the other may come after us, and no mixture of the two is ever there


@pytest.mark.parametrize("write", [Place.write_folder, lambda place: write_text(place.path, OURS)])
@pytest.mark.parametrize(
    "act", [Place.remove_folder, Place.file_for_folder, Place.folder_in_the_way, Place.remove_unfinished]
)
def test_what_cannot_be_written_is_a_line(
    write: Callable[[Place], None], act: Callable[[Place], None], place: Place
) -> None:
    refused = []
    for ended in every_moment(place.with_a_file, lambda: write(place), lambda: act(place)):
        place.check_nothing_unfinished(ended)
        if ended.refusal is not None:
            assert ended.refusal.exit_code == 2
            assert str(ended.refusal).startswith(f"{place.path}: cannot be written: ")
            assert place.found() in (EARLIER, None, "a folder")
            refused.append(ended.before)
    assert refused


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("prepare", [Place.with_a_file, Place.with_a_folder])
def test_each_step_may_fail_and_what_was_there_stays(
    number: int, prepare: Callable[[Place], None], place: Place
) -> None:
    folder = prepare is Place.with_a_folder
    for ended in every_moment(
        lambda: prepare(place),
        place.write_folder if folder else lambda: write_text(place.path, OURS),
        lambda: OSError(number, os.strerror(number)),
    ):
        assert place.found() == (OURS if ended.refusal is None else EARLIER), f"before {ended.before}"
        if ended.before not in ("unlink", "rmdir", "scandir", "stat", "open", "lstat"):  # steps of removing, too
            place.check_nothing_unfinished(ended)


def test_a_name_is_a_calls_own(place: Place) -> None:
    place.empty()
    seen: set[Path] = set()
    for _ in range(100):
        with replacing(place.path) as unfinished:
            seen.add(unfinished)
            unfinished.write_text("")
    assert len(seen) == 100
    assert all(path.parent == place.folder and path.name.startswith(".") for path in seen)


def test_threads_write_one_file_whole(place: Place) -> None:
    place.empty()
    texts = [f"{index}" * 200_000 for index in range(8)]
    threads = [threading.Thread(target=write_text, args=(place.path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.path.read_text() in texts
    assert [path.name for path in place.folder.iterdir()] == ["x"]


@pytest.mark.parametrize("raised", [ValueError("no"), KeyboardInterrupt()])
def test_nothing_is_left_of_what_is_given_up(raised: BaseException, place: Place) -> None:
    place.with_a_file()

    def give_up() -> None:
        with replacing(place.path) as unfinished:
            unfinished.write_text("half")
            raise raised

    with pytest.raises(type(raised)):
        give_up()
    assert place.found() == EARLIER
    assert [path.name for path in place.folder.iterdir()] == ["x"]


def test_a_link_is_followed_and_long_names_are_taken(place: Place) -> None:
    place.empty()
    link = place.folder / "link"
    link.symlink_to("x")
    write_text(link, OURS)
    assert link.is_symlink()
    assert place.path.read_text() == OURS
    longest = place.folder / ("\N{LATIN SMALL LETTER U WITH DIAERESIS}" * 127)
    assert write_bytes(longest, b"content").read_bytes() == b"content"


def test_a_file_has_the_rights_that_the_user_gives_new_files(place: Place) -> None:
    place.empty()
    before = os.umask(0o027)
    try:
        write_text(place.path, OURS)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o640


def test_what_no_text_can_hold_is_escaped(place: Place) -> None:
    place.empty()
    write_text(place.path, os.fsdecode(b"Gr\xfc\xdfe"))
    assert place.path.read_text(encoding="utf-8") == "Gr\\udcfc\\udcdfe"


def test_a_disk_that_is_full_is_a_line(place: Place) -> None:
    # The system itself stops at a size here; what is raised is what a full disk raises, but for the number.
    place.with_a_file()
    program = f"""
import resource
from catchup.priors.errors import InputError
from catchup.priors.files import write_text
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_text({str(place.path)!r}, "x" * 100_000)
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{place.path}: cannot be written: file too large\n"
    assert place.found() == EARLIER
    assert [path.name for path in place.folder.iterdir()] == ["x"]


@pytest.mark.parametrize("act", [Place.remove_folder, Place.file_for_folder, Place.remove, Place.folder_in_the_way])
@pytest.mark.parametrize("check", [check_file, check_folder, make_folder])
def test_a_check_is_right_about_one_moment_or_other(
    check: Callable[[Path], Path], act: Callable[[Place], None], place: Place
) -> None:
    prepare = place.with_a_file if check is check_file else place.with_a_folder
    for ended in every_moment(prepare, lambda: check(place.path), lambda: act(place)):
        if ended.refusal is not None:
            said = str(ended.refusal)
            assert any(
                reason in said for reason in ("there is no folder", "is a folder", "cannot be made", "is a file")
            ), f"before {ended.before}: {said}"


def test_what_is_no_file_is_never_replaced(place: Place) -> None:
    place.empty()
    os.mkfifo(place.path)
    with pytest.raises(InputError, match="is a device or pipe; a file, or nothing, was expected"):
        check_file(place.path)
    with pytest.raises(InputError, match="is a device or pipe; a folder, or nothing, was expected"):
        check_file(place.path, folder=True)


def test_examples() -> None:
    ended = doctest.testmod(files)
    assert ended.attempted > 0
    assert ended.failed == 0
