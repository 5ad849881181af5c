"""The files that disclosures and decisions stand in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ....priors.strict import check_section, read_toml

PACKAGED = Path(__file__).parent / "pending.toml"
OWN_FILE = f"analysis/studies/voi/{PACKAGED.name}"  # as messages have it
SECTIONS = ("disclosures", "decisions")

Tables = dict[str, tuple[object, str]]


def read_tables(files: Iterable[Path] = ()) -> dict[str, Tables]:
    """Read the project's own tables, and those of further files over them.

    Parameters
    ----------
    files : iterable of Path
        Each replaces the tables of the same name.

    Returns
    -------
    dict of str to dict
        By section and id: what stands there, and in which file.

    Raises
    ------
    InputError
        If a file cannot be read, or holds anything but disclosures and decisions.
    """
    found: dict[str, Tables] = {section: {} for section in SECTIONS}
    for path, name in [(PACKAGED, OWN_FILE), *((path, str(path)) for path in files)]:
        for section, rows in read_toml(path).items():
            check_section(section, rows, SECTIONS, name)
            found[section] |= {row: (table, name) for row, table in rows.items()}
    return found
