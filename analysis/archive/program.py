"""The changelog of the program that made a run, which says why one run differs from the next."""

from __future__ import annotations

import re
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
ENTRY = re.compile(r"^- (.*?)(?=^- |^#|\Z)", flags=re.MULTILINE | re.DOTALL)


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
