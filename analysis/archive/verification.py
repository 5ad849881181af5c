"""Whether a run's files are those that it was made with, by the hashes in its manifest."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...priors.errors import InputError, reason_of
from ...priors.regular_files import check_regular
from .manifest import MANIFEST, BrokenRunError, Manifest, file_hash, read_manifest

State = Literal["changed", "missing", "unreadable", "added", "unrepeated"]


@dataclass(frozen=True)
class Departure:
    """A file of a run that is not what its manifest says.

    Attributes
    ----------
    file : str
        Its path inside the run's folder.
    state : str
        ``changed``; ``missing``; ``unreadable``, with `reason`; ``added``, the manifest knows no such file;
        ``unrepeated``, worked out again it is another.
    reason : str
        Why it cannot be read, or may be another; else empty.
    """

    file: str
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Verification:
    """A run held against its manifest.

    Attributes
    ----------
    folder : Path
    manifest : Manifest
    departures : tuple of Departure
        By path; empty where every file is as it was made.
    """

    folder: Path
    manifest: Manifest
    departures: tuple[Departure, ...]

    @property
    def whole(self) -> bool:
        """Whether every file is as it was made, and no other is there."""
        return not self.departures


def verify(folder: Path) -> Verification:
    """Hold every file of a run against the hash that its manifest gives.

    Raises
    ------
    BrokenRunError
        If there is no run, or its manifest cannot be read; or names a file outside the run's folder.
    """
    manifest = read_manifest(folder)
    for name in manifest.files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BrokenRunError(f"{folder / MANIFEST}: names a file outside the run's folder ({name})")
    held = (_departure(folder / name, name, wanted) for name, wanted in manifest.files.items())
    added = (Departure(name, "added") for name in _names(folder) if name not in manifest.files)
    departures = [*(departure for departure in held if departure is not None), *added]
    return Verification(folder, manifest, tuple(sorted(departures, key=lambda departure: departure.file)))


def _departure(path: Path, name: str, wanted: str) -> Departure | None:
    try:
        check_regular(path, "a file of a run")
        return None if file_hash(path) == wanted else Departure(name, "changed")
    except (FileNotFoundError, NotADirectoryError):
        return Departure(name, "missing")
    except InputError as error:
        return Departure(name, "unreadable", error.problem)
    except OSError as error:
        return Departure(name, "unreadable", reason_of(error))


def _names(folder: Path) -> list[str]:
    """Every file in a run's folder but its manifest; what cannot be listed holds none that could be read."""
    found = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    return [name for path in found if (name := path.relative_to(folder).as_posix()) != MANIFEST]
