"""A run's manifest: what made it, and how to make it again."""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
from datetime import date
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from ...priors.errors import CatchupError, InputError, reason_of
from ...priors.regular_files import read_regular
from ...priors.strict import StrictModel

SCHEMA = 1
LARGEST_FILE = 50_000_000  # bytes; the largest file of a run is below a megabyte
MANIFEST = "manifest.json"
LIBRARIES = ("catchup", "numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz", "arviz-stats", "xarray")
LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"


class BrokenRunError(CatchupError):
    """A run that cannot be read; the message names its folder and what is wrong."""

    exit_code = 2


class Manifest(StrictModel):
    """What made a run.

    `draws` and `engine` are those that answered, `draws_asked` and `engine_asked` what was asked for. `previous` names
    the run that this one was held against, and is empty where there was none. `timings`
    (seconds) are the only part that differs between two runs of the same inputs and seed; `files`
    gives the SHA-256 of every file of the run but this one.
    """

    model_config = ConfigDict(extra="ignore")

    schema_: Annotated[int, Field(alias="schema")]
    model: str = "article"  # the only one that there was before manifests said which
    as_of: date
    event: str
    engine: str
    draws: int
    draws_asked: int | None = None  # fewer, where too few of these counted; not said before
    engine_asked: str | None = None
    seed: int
    quasi_random: bool
    launch_grid: float | None
    evidence: tuple[str, ...]
    previous: str | None = None  # not said before
    command: str
    versions: dict[str, str]
    python: str
    priors_hash: str
    ledger_hash: str
    lock_hash: str | None
    environment_hash: str
    files: dict[str, str]
    timings: dict[str, float]

    def dump(self) -> str:
        """Write as JSON."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=2) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read a run's manifest.

    Raises
    ------
    BrokenRunError
        If it is missing, truncated, of a newer schema or not a manifest, or names what is no file of the run.
    """
    path = folder / MANIFEST
    content = read_json(folder, MANIFEST)
    schema = content.get("schema") if isinstance(content, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise BrokenRunError(
            f"{path}: is of schema {schema}; this version reads up to {SCHEMA}, a newer catchup reads it"
        )
    try:
        manifest = Manifest.model_validate_json(json.dumps(content))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise BrokenRunError(f"{path}: is no manifest of a run ({place}: {error.errors()[0]['msg'].lower()})") from None
    for name in manifest.files:
        if "\0" in name:
            raise BrokenRunError(f"{path}: names what no file can be named ({name!r})")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BrokenRunError(f"{path}: names a file outside the run's folder ({name})")
    return manifest


def library_versions() -> dict[str, str]:
    """Versions of the libraries that a result hangs on."""
    return {name: metadata.version(name) for name in LIBRARIES}


@cache
def environment_hash() -> str:
    """Hash of the names and versions of everything installed, read once: there are hundreds of descriptions."""
    told = [dist.metadata for dist in metadata.distributions()]
    installed = sorted({f"{each['Name'].lower()}=={each['Version']}" for each in told if each["Name"]})
    return hashlib.sha256("\n".join(installed).encode()).hexdigest()


def lock_hash() -> str | None:
    """Hash of the lock file; None where the project is installed without it."""
    try:
        return file_hash(LOCK)
    except OSError:
        return None


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def python_version() -> str:
    """Version of the interpreter."""
    return platform.python_version()


def hashes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run but its manifest, by relative path.

    Raises
    ------
    OSError
        If one cannot be read, or is there no more.
    """
    found = [Path(place) / name for place, _, names in os.walk(folder, onerror=_fail) for name in names]
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in sorted(found) if path.name != MANIFEST}


def _fail(error: OSError) -> None:
    raise error


def read_json(folder: Path, name: str) -> Any:
    """Read one of a run's JSON files.

    Raises
    ------
    BrokenRunError
        If it is missing or damaged.
    """
    path = folder / name
    try:
        content = read_regular(path, LARGEST_FILE, "a file of a run")
        return json.loads(content, parse_float=_finite, parse_int=_whole, parse_constant=_no_number)
    except InputError as error:
        raise BrokenRunError(f"{path}: {error.problem}") from None
    except FileNotFoundError:
        missing = f"has no {name}" if folder.is_dir() else "no such run"
        raise BrokenRunError(f"{folder}: {missing}") from None
    except NotADirectoryError:
        raise BrokenRunError(f"{folder}: is a file; the folder of a run was expected") from None
    except OSError as error:
        raise BrokenRunError(f"{path}: cannot be read ({reason_of(error)})") from None
    except (ValueError, RecursionError):  # also numbers that no float holds, and brackets without end
        raise BrokenRunError(f"{path}: is truncated or damaged") from None


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is beyond every number")
    return value


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")
