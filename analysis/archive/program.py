"""The program that made a run: a hash of it, and its changelog, which says why one run differs from the next."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = ROOT / "CHANGELOG.md"
ROOMS = ("priors", "model", "evidence", "analysis")
TABLES = ("evidence", "analysis")
"""Rooms with tables that answers rest on and runs do not keep: records, rates, chips, claims."""
KEPT = ("evidence/ledger/", "evidence/templates/")
"""Items, which runs keep, and what new ones are written from."""
ENTRY = re.compile(r"^- (.*?)(?=^- |^#|\Z)", flags=re.MULTILINE | re.DOTALL)


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


def changelog_entries(path: Path = CHANGELOG) -> tuple[str, ...]:
    r"""Entries of the changelog, each on one line; none where the project is installed without it.

    Examples
    --------
    >>> from pathlib import Path
    >>> size = Path("CHANGELOG.md").write_text("# Changelog\n\n## 0.1\n\n- First,\n  in two lines.\n- Second.\n")
    >>> changelog_entries(Path("CHANGELOG.md"))
    ('First, in two lines.', 'Second.')
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return ()
    return tuple(" ".join(entry.split()) for entry in ENTRY.findall(text))
