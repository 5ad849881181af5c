"""Records of what was measured: a JSON file each, written by the test or the command that measured it.

Tests and benchmarks write them into the folder that `CATCHUP_RECORD` names; without it they measure the same and write
nothing. Pages in `docs/` are made from the records, so that no figure in them is ever typed.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from catchup.priors.files import write_text

RECORDS = Path(__file__).resolve().parent / "records"  # those that are kept and that the pages are made from
FOLDER = "CATCHUP_RECORD"  # environment variable: where records are written
LIBRARIES = ("catchup", "numpy", "scipy", "pymc", "pytensor", "numba", "nutpie", "arviz", "squigglepy")

Add = Callable[..., None]


def surroundings() -> dict[str, Any]:
    """Return the day, the kind of machine and the versions; nothing that names a machine or a folder on it."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"processor": processor(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {"python": platform.python_version()}
        | {name: found for name in LIBRARIES if (found := _version(name))},
    }


def processor() -> str:
    """Return the processor's model, as the machine tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def sized(full: int, brief: int) -> int:
    """Return how many a slow test takes: all where records are written, else so few that an hour is enough."""
    return full if os.environ.get(FOLDER) else brief


def write_record(folder: Path, name: str, rows: Sequence[dict[str, Any]], **more: Any) -> None:
    """Write a record whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    head = json.dumps({"record": name, **surroundings(), **more}, indent=1, ensure_ascii=False)
    lines = ",\n".join(f"  {json.dumps(_rounded(row), ensure_ascii=False)}" for row in rows)
    write_text(folder / f"{name}.json", f'{head.removesuffix("}").rstrip()},\n "rows": [\n{lines}\n ]\n}}\n')


def _rounded(value: Any) -> Any:
    """Keep six significant digits: the rest would only make two records differ."""
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return float(f"{value:.6g}") if isinstance(value, float) else value


def read_record(name: str, folder: Path = RECORDS) -> dict[str, Any] | None:
    """Return a record, or nothing where there is none yet."""
    try:
        content = (folder / f"{name}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    record: dict[str, Any] = json.loads(content)
    return record


@dataclass
class Recorder:
    """Collects the rows of one session: a record starts anew with its first row and grows with every other."""

    folder: Path | None
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, **figures: Any) -> None:
        """Add a row to a record, before anything is asserted of it: failures are on record as well."""
        if self.folder is not None:
            self.rows.setdefault(name, []).append(figures)
            write_record(self.folder, name, self.rows[name])


RECORDER = pytest.StashKey[Recorder]()


def recorder_of(config: pytest.Config) -> Recorder:
    folder = os.environ.get(FOLDER)
    return config.stash.setdefault(RECORDER, Recorder(Path(folder) if folder else None))


@pytest.fixture(scope="session")
def record(pytestconfig: pytest.Config) -> Add:
    """Take figures down: ``record("kills", tried=200, killed=140)``."""
    return recorder_of(pytestconfig).add
