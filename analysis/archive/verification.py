"""Whether a run's files are those that it was made with, by the hashes in its manifest."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...priors.errors import InputError, reason_of
from ...priors.regular_files import check_regular
from ..inference.engines import FORWARD
from .manifest import MANIFEST, BrokenRunError, Manifest, file_hash, read_json, read_manifest
from .reading import FORECAST, Run

State = Literal["changed", "missing", "unreadable", "added", "contradicted", "unrepeated"]
SAID_TWICE = ("model", "event", "as_of", "engine", "seed", "evidence")  # by the manifest and the forecast


@dataclass(frozen=True)
class Departure:
    """A file of a run that is not what its manifest says.

    Attributes
    ----------
    file : str
        Its path inside the run's folder.
    state : str
        ``changed``; ``missing``; ``unreadable``, with `reason`; ``added``, the manifest knows no such file;
        ``contradicted``, the forecast says another thing of what was asked, with `reason`; ``unrepeated``, worked out
        again it is another.
    reason : str
        Why it cannot be read, what the two say, or why it may be another; else empty.
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
    """Hold every file of a run against the hash that its manifest gives, and the manifest against the forecast.

    Raises
    ------
    BrokenRunError
        If there is no run, or its manifest cannot be read.
    """
    manifest = read_manifest(folder)
    held = (_departure(folder / name, name, wanted) for name, wanted in manifest.files.items())
    added = (Departure(name, "added") for name in _names(folder) if name not in manifest.files)
    departures = [*(departure for departure in held if departure is not None), *added]
    if FORECAST not in {departure.file for departure in departures}:
        departures += _contradictions(folder, manifest)
    return Verification(folder, manifest, tuple(sorted(departures, key=lambda departure: departure.file)))


def altered_sections(run: Run) -> list[str]:
    """Say which of the JSON files that a run is told by are not those that it was made with."""
    files = [name for name in run.manifest.files if name.endswith(".json")]
    found = [_departure(run.folder / name, name, run.manifest.files[name]) for name in files]
    return [
        f"{run.folder / each.file}: is {each.state} since the run was made; catchup verify looks at all of its files"
        for each in found
        if each is not None
    ]


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


def _contradictions(folder: Path, manifest: Manifest) -> list[Departure]:
    """What the manifest says of the question otherwise than the forecast, whose hash it gives."""
    try:
        forecast = read_json(folder, FORECAST)
    except BrokenRunError as error:
        return [Departure(FORECAST, "unreadable", str(error))]
    if not isinstance(forecast, dict):
        return [Departure(FORECAST, "unreadable", "is no object")]
    stated = manifest.model_dump(mode="json")
    return [
        Departure(
            MANIFEST, "contradicted", f"{key} is {_brief(stated[key])}, and {_brief(forecast[key])} in {FORECAST}"
        )
        for key in (*SAID_TWICE, *(["draws"] if manifest.engine == FORWARD else []))  # others draw as many as they need
        if key in forecast and forecast[key] != stated[key]
    ]


def _brief(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _names(folder: Path) -> list[str]:
    """Every file in a run's folder but its manifest; what cannot be listed holds none that could be read."""
    found = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    return [name for path in found if (name := path.relative_to(folder).as_posix()) != MANIFEST]
