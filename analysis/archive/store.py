"""The runs folder: whole runs or nothing, whoever else is writing and whenever the process dies.

A run is built in a hidden folder beside the runs folder (same disk, so that a rename is one step), synced,
and renamed into place. A lock beside it, taken before the folder is made and removed after the rename, tells a folder
that is being built from one whose builder died; the latter is cleared away by the next run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from ...priors.errors import InputError

RUN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d+))?$")
LOCK = ".lock"


def check_runs_folder(runs: Path) -> Path:
    """Make sure that runs can be written, making the folder if its parent is there.

    Raises
    ------
    InputError
        If it is a file, cannot be made or cannot be written into.
    """
    if runs.exists() and not runs.is_dir():
        raise InputError("is a file; a folder was expected", file=runs, key="--runs")
    try:
        runs.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made ({error.strerror})", file=runs, key="--runs") from None
    if not os.access(runs, os.W_OK | os.X_OK):
        raise InputError("cannot be written into", file=runs, key="--runs")
    return runs


@contextlib.contextmanager
def building(runs: Path, name: str) -> Iterator[Path]:
    """Build a run, and put it into the runs folder under `name` or the first free name after it.

    Parameters
    ----------
    runs : Path
        The runs folder.
    name : str
        Its day, ``YYYY-MM-DD``.

    Yields
    ------
    Path
        The folder to build in. It vanishes if the block raises.
    """
    workshop = _workshop(runs)
    _clear_abandoned(workshop)
    place = workshop / f"{name}-{uuid.uuid4().hex}"
    lock = _lock(place)
    try:
        place.mkdir()
        yield place
        _sync(place)
        _put_in_place(place, runs, name)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        _lock_of(place).unlink(missing_ok=True)
        os.close(lock)
        with contextlib.suppress(OSError):
            workshop.rmdir()


def run_folders(runs: Path) -> list[Path]:
    """Folders named like runs, by day and suffix; whether each is sound is for its reader to say.

    Raises
    ------
    InputError
        If the runs folder is missing, no folder or unreadable.
    """
    try:
        entries = list(runs.iterdir())
    except FileNotFoundError:
        raise InputError("no such folder", file=runs, key="--runs") from None
    except NotADirectoryError:
        raise InputError("is a file; a folder of runs was expected", file=runs, key="--runs") from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=runs, key="--runs") from None
    named = [(match, entry) for entry in entries if (match := RUN_NAME.match(entry.name)) and entry.is_dir()]
    return [entry for match, entry in sorted(named, key=lambda pair: (pair[0][1], int(pair[0][2] or 1)))]


def foreign_entries(runs: Path) -> list[Path]:
    """Entries of a runs folder that are not named like runs."""
    return sorted(entry for entry in runs.iterdir() if not (RUN_NAME.match(entry.name) and entry.is_dir()))


def _workshop(runs: Path) -> Path:
    """Where runs are built: beside the runs folder, or hidden inside it where its parent cannot be written."""
    resolved = runs.resolve()
    beside = resolved.parent
    if os.access(beside, os.W_OK | os.X_OK) and beside.stat().st_dev == resolved.stat().st_dev:
        return beside / f".{resolved.name}.building"
    return resolved / ".building"


def _lock_of(place: Path) -> Path:
    return place.with_name(place.name + LOCK)


def _lock(place: Path) -> int:
    """Take the lock of a folder that is about to be built, making what it stands in; returns its file descriptor."""
    path = _lock_of(place)
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(path, os.O_CREAT | os.O_RDWR)
        except FileNotFoundError:  # another run, the last to end, has just removed the folder
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if os.path.sameopenfile(lock, other := os.open(path, os.O_RDWR)):
                os.close(other)
                return lock
            os.close(other)
        except FileNotFoundError:
            pass
        os.close(lock)  # another run took it for abandoned before it was locked


def _clear_abandoned(workshop: Path) -> None:
    """Remove what builders that died have left; a folder whose lock is held is being built."""
    if not workshop.is_dir():
        return
    entries = list(workshop.iterdir())
    for place in {entry.with_name(entry.name.removesuffix(LOCK)) for entry in entries}:
        try:
            lock = os.open(_lock_of(place), os.O_RDWR)
        except FileNotFoundError:
            # no builder is without a lock until its folder is in place, and this one is there no more
            shutil.rmtree(place, ignore_errors=True)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
            _lock_of(place).unlink(missing_ok=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)


def _sync(folder: Path) -> None:
    """Have every file and folder on the disk before the rename makes them visible."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _put_in_place(place: Path, runs: Path, name: str) -> None:
    """Rename to the first free name: a rename onto a run that is there already fails, and the next is tried."""
    suffix = 1
    while True:
        target = runs / (name if suffix == 1 else f"{name}-{suffix}")
        try:
            if not target.exists():
                os.rename(place, target)
                break
        except OSError:
            if not target.exists():
                raise
        suffix += 1
    handle = os.open(runs, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
