"""The program that answers: a hash of it, by which answers of other states of it are told apart."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("priors", "model", "evidence", "analysis")
TABLES = ("evidence", "analysis")
"""Rooms with tables that answers rest on and runs do not keep: records, rates, chips, claims."""
KEPT = ("evidence/ledger/", "evidence/templates/")
"""Items, which runs keep, and what new ones are written from."""


@cache
def code_hash() -> str:
    """Hash of the program's modules and tables, by name and content; whatever else is installed is not part of it.

    Priors, models and items are no part of it either: a run keeps those that it was made of. Overlays and the other
    model, which some of what stands beside an answer is asked under, no hash holds.

    Raises
    ------
    OSError
        If one cannot be read.
    """
    modules = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    tables = [path for room in TABLES for path in sorted((ROOT / room).rglob("*.toml"))]
    found = hashlib.sha256()
    for path in (*modules, *tables):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(KEPT):
            found.update(f"{name}\n".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
