"""The program that made a run: a hash of its code, and its changelog, which says why one run differs from the next."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = ROOT / "CHANGELOG.md"
ROOMS = ("priors", "model", "evidence", "analysis")
ENTRY = re.compile(r"^- (.*?)(?=^- |^#|\Z)", flags=re.MULTILINE | re.DOTALL)


@cache
def code_hash() -> str:
    """Hash of the program's modules, by name and content; whatever else is installed is not part of it.

    Raises
    ------
    OSError
        If one cannot be read.
    """
    found = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            found.update(f"{path.relative_to(ROOT).as_posix()}\n".encode())
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
