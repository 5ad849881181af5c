"""The runs folder: whole runs or nothing, whoever else is writing and whenever the process dies.

A run is built in a hidden folder beside the runs folder (same disk, so that a rename is one step), synced,
and renamed into place; what builders that died have left there is cleared away by the next run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ...priors.errors import InputError, MissingFileError, reason_of
from ...priors.files import ATTEMPTS, make_folder, rename_to_free_name, sync
from ...priors.workshops import built_in, clear_abandoned

RUN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d+))?$")
OPTION = "--runs"


class Listing(NamedTuple):
    """What a runs folder holds: folders named like runs, by day and suffix, and all else, by name."""

    runs: list[Path]
    others: list[Path]


def check_runs_folder(runs: Path) -> Path:
    """Make sure that runs can be written, making the folder if its parent is there.

    Raises
    ------
    InputError
        If it is a file, cannot be made or cannot be written into.
    """
    return make_folder(runs, key=OPTION)


def build(runs: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Build a run, and put it into the runs folder under `name` or the first free name after it.

    Parameters
    ----------
    runs : Path
        The runs folder; made again should it have gone meanwhile.
    name : str
        Its day, ``YYYY-MM-DD``.
    write : callable
        Is given the folder to write the run's files into. If it raises, nothing is left of them.

    Returns
    -------
    Path
        The run's folder.

    Raises
    ------
    InputError
        If the run cannot be built beside the runs folder or inside it, or not be put into it.
    """
    with _workplace(runs, name) as place:
        with _told(runs, place):
            write(place)
        with _told(runs):
            try:
                return _put_in_place(place, runs, name)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
        # only a rename can tell whether two folders are on one disk: these looked so and are not
        with _workplace(runs, name, inside=True) as copy, _told(runs):
            shutil.copytree(place, copy, dirs_exist_ok=True)
            return _put_in_place(copy, runs, name)


def list_runs(runs: Path) -> Listing:
    """List a runs folder, as it is at one moment; whether each run is sound is for its reader to say.

    Raises
    ------
    InputError
        If the runs folder is missing (then a `MissingFileError`), no folder or unreadable.
    """
    try:
        with os.scandir(runs) as entries:
            found = [(runs / entry.name, _is_folder(entry)) for entry in entries]
    except FileNotFoundError:
        raise MissingFileError("no such folder", file=runs, key=OPTION) from None
    except NotADirectoryError:
        raise InputError("is a file; a folder of runs was expected", file=runs, key=OPTION) from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)})", file=runs, key=OPTION) from None
    named = [(match, path) for path, folder in found if folder and (match := RUN_NAME.match(path.name))]
    ordered = [path for match, path in sorted(named, key=lambda pair: (pair[0][1], int(pair[0][2] or 1)))]
    return Listing(ordered, sorted({path for path, _ in found} - {*ordered}))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads where nobody may look
        return False


@contextlib.contextmanager
def _told(runs: Path, place: Path | None = None) -> Iterator[None]:
    """Say in a line why a run cannot be kept; of a file in the place that it is built in, too, which nobody named."""
    try:
        yield
    except InputError as error:
        if place is None or error.file is None or not Path(error.file).is_relative_to(place):
            raise
        problem = f"a run cannot be kept here: its {Path(error.file).relative_to(place)} {error.problem}"
        raise InputError(problem, file=runs, key=OPTION) from error
    except OSError as error:
        raise InputError(f"a run cannot be kept here: {reason_of(error)}", file=runs, key=OPTION) from None


@contextlib.contextmanager
def _workplace(runs: Path, name: str, *, inside: bool = False) -> Iterator[Path]:
    """Give a new folder to build in: beside the runs folder or, where that cannot be, hidden inside it.

    It is gone at the end, whatever has come of it, and with it what builders that died have left.
    """
    resolved = Path(os.path.realpath(runs))
    beside, within = resolved.with_name(f".{resolved.name}.building"), resolved / ".building"
    for workshop in (beside, within):
        clear_abandoned(workshop)
    with contextlib.ExitStack() as building:
        with _told(runs):
            first = within if inside or not _on_one_disk(beside.parent, resolved) else beside
            try:
                place = building.enter_context(built_in(first, name))
            except OSError:
                place = building.enter_context(built_in(within, name))
        yield place


def _on_one_disk(one: Path, other: Path) -> bool:
    """Whether a rename between two folders can be hoped for, so that nothing need be copied."""
    try:
        return os.stat(one).st_dev == os.stat(other).st_dev
    except OSError:
        return True


def _put_in_place(place: Path, runs: Path, name: str) -> Path:
    """Rename to the first free name. Nothing is ever replaced: a name that is taken is refused, and the next tried."""
    sync(place)
    suffix, gone = 1, 0
    while True:
        target = runs / (name if suffix == 1 else f"{name}-{suffix}")
        try:
            rename_to_free_name(place, target)
            break
        except FileExistsError:
            suffix += 1
        except FileNotFoundError:  # the runs folder has gone since the work began
            gone += 1
            if gone > ATTEMPTS:
                raise
            with contextlib.suppress(FileExistsError):
                os.mkdir(runs)
    with contextlib.suppress(FileNotFoundError):  # somebody has moved the runs folder, and the run with it
        sync(runs, contents=False)
    return target
