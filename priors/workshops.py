"""Folders that are built aside and renamed into place, and what is left of those whose builder died.

A lock beside such a folder, taken before it is made and removed after the rename, tells one that is being built from
one whose builder died; the latter is cleared away by the next to build there.

Builders share nothing but the folder that they build in, and each may act between any two steps of another. So nothing
is looked at before it is used: a step is tried, and what the system answers decides.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from .files import ATTEMPTS, remove

LOCK = ".lock"


@contextlib.contextmanager
def built_in(workshop: Path, name: str) -> Iterator[Path]:
    """Give a new folder in a workshop, which is made if need be; both are gone at the end, unless others build there.

    Parameters
    ----------
    workshop : Path
        A hidden folder, on the disk that what is built is to be renamed on.
    name : str
        What the new folder's name begins with.

    Raises
    ------
    OSError
        If nothing can be built there.
    """
    place, lock = _begin(workshop, name)
    try:
        yield place
    finally:
        remove(place)
        remove(_lock_of(place))
        os.close(lock)
        with contextlib.suppress(OSError):  # others are building in it, or have removed it
            os.rmdir(workshop)


def clear_abandoned(workshop: Path) -> None:
    """Remove what builders that died have left; a folder whose lock is held is being built."""
    try:
        entries = [workshop / name for name in os.listdir(workshop)]
    except OSError:  # nobody builds there, or the last one to do so has just ended
        return
    for place in {entry.with_name(entry.name.removesuffix(LOCK)) for entry in entries}:
        try:
            lock = os.open(_lock_of(place), os.O_RDWR)
        except FileNotFoundError:
            # no builder is without a lock until its folder is in place, and this one is there no more
            remove(place)
            continue
        except OSError:  # somebody else's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(place)
            remove(_lock_of(place))
        except OSError:  # it is being built
            pass
        finally:
            os.close(lock)


def _lock_of(place: Path) -> Path:
    return place.with_name(place.name + LOCK)


def _begin(workshop: Path, name: str) -> tuple[Path, int]:
    """Make a folder to build in, and what it stands in; returns it with the descriptor of its lock, which is held."""
    place = workshop / f"{name}-{os.urandom(16).hex()}"
    path = _lock_of(place)
    for _ in range(ATTEMPTS):
        with contextlib.suppress(FileExistsError):
            os.mkdir(workshop)
        try:
            lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        except FileNotFoundError:  # another run, the last to end, has just removed the workshop
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(lock), os.stat(path)):
                os.mkdir(place)
                return place, lock
        except FileNotFoundError:  # another run took it for abandoned before it was locked
            pass
        except OSError:
            remove(path)
            os.close(lock)
            raise
        os.close(lock)
    raise FileNotFoundError(errno.ENOENT, "others remove the folder to build in all the time")
