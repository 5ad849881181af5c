"""The files that disclosures and decisions stand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    return tables_over((PACKAGED, OWN_FILE), files, SECTIONS)


def tables_over(own: tuple[Path, str], files: Iterable[Path], sections: Sequence[str]) -> dict[str, Tables]:
    """Read tables of the project's own, a file and its name for messages, and those of further files over them.

    Raises
    ------
    InputError
        If a file cannot be read, or holds other sections.
    """
    found: dict[str, Tables] = {section: {} for section in sections}
    for path, name in [own, *((path, str(path)) for path in files)]:
        for section, rows in read_toml(path).items():
            check_section(section, rows, sections, name)
            found[section] |= {row: (table, name) for row, table in rows.items()}
    return found
