"""Assumption files laid over one another: the packaged tables below, a user's overlays above.

Each file is a set of sections (``quantity``, ``event``, ``firm`` ...), each section a set of rows by
name. A later file replaces single keys of a row or adds rows; where a key stands is remembered, so
that every message names the file it came from. Correlations have no names: they are a list of rows. Rows of some
sections can be taken out, by name; a later file then brings them back whole, and does not change what is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .arguments import by_name, refuse_others
from .draw_files import with_draws
from .errors import InputError, nearest_name, refuse_unknown, unknown_row
from .strict import check_section, describe, read_toml

SECTIONS = (
    "reference",
    "constant",
    "quantity",
    "event",
    "firm",
    "known_firm",
    "source",
    "obstacle",
    "reporting",
    "lever",
    "regime",
    "scenario",
    "world",
    "trend",
    "capacity",
    "mechanism",
)
PLAIN = ("mechanism",)  # sections whose entries are names, not rows
LISTED = ("correlation",)  # sections that are lists of rows, [[SECTION]]
WITHOUT = "without"  # the section that takes rows of others out, by name
TAKEN_OUT = ("obstacle", "reporting", "lever", "regime")  # sections whose rows it can take out
TITLE = "title"  # a key that a row of theirs has where it is new, and no change to another


@dataclass(frozen=True)
class Layer:
    """One file's tables.

    Attributes
    ----------
    file : str
        How messages name it.
    tables : mapping
        Section name to rows by name, or to a list of rows where they have none.

    Examples
    --------
    >>> from catchup.priors import Layer
    >>> overlay = Layer.of({"quantity": {"china_stock": {"median": 2.4e6}}}, file="mine.toml")
    >>> overlay.file, overlay.tables["quantity"]["china_stock"]
    ('mine.toml', {'median': 2400000.0})
    >>> Layer.of({"quantities": {}}, file="mine.toml")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: mine.toml: quantities: unknown table 'quantities'; did you mean 'quantity'?
    """

    file: str
    tables: Mapping[str, Any]

    def __post_init__(self) -> None:
        refuse_others("file", self.file, str, "how messages name it")
        refuse_others("tables", self.tables, Mapping, "a mapping from sections")
        by_name("tables", self.tables, "a mapping from sections")

    @classmethod
    def read(cls, path: str | Path) -> Layer:
        """Read a file.

        Raises
        ------
        InputError
            If it is no TOML file of known sections, or names a file of draws that cannot be read.
        """
        return cls.of(with_draws(read_toml(path), path), file=str(path))

    @classmethod
    def of(cls, tables: Mapping[str, Any], *, file: str) -> Layer:
        """Take tables that have been read already.

        Raises
        ------
        InputError
            If a section is unknown, or is neither a table nor, where it should be, a list of tables.
        """
        for section, rows in cls(file, tables).tables.items():
            if section in LISTED:
                _check_list(section, rows, file)
                continue
            check_section(section, rows, (*SECTIONS, *LISTED, WITHOUT), file, named=section != WITHOUT)
            if section == WITHOUT:
                _check_taken_out(rows, file)
                continue
            if not rows:
                raise InputError(f"is empty; a table [{section}.NAME] was expected", file=file, key=section)
            for name, row in rows.items():
                if section not in PLAIN and not isinstance(row, Mapping):
                    raise InputError(f"a table was expected, not {describe(row)}", file=file, key=f"{section}.{name}")
        return cls(file, tables)


def _check_list(section: str, rows: Any, file: str) -> None:
    if not isinstance(rows, (list, tuple)) or not rows:
        raise InputError(f"rows [[{section}]] were expected, not {describe(rows)}", file=file, key=section)
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InputError(
                f"a table [[{section}]] was expected, not {describe(row)}", file=file, key=f"{section}.{index}"
            )


def _check_taken_out(names_by_section: Mapping[str, Any], file: str) -> None:
    if not names_by_section:
        raise InputError("names to take out were expected, by table", file=file, key=WITHOUT)
    for section, names in names_by_section.items():
        key = f"{WITHOUT}.{section}"
        refuse_unknown("table", [section], TAKEN_OUT, file, key)
        given = isinstance(names, (list, tuple)) and names
        for wrong in (name for name in (names if given else [names]) if not (given and isinstance(name, str))):
            raise InputError(f"a list of names was expected, not {describe(wrong)}", file=file, key=key)


@dataclass(frozen=True)
class Row:
    """A merged row, with the file that last touched it and the one that brought it in.

    Attributes
    ----------
    values : dict
        Its keys and values.
    file : str
        The last file to change it.
    first_file : str
        The file that added it.

    Examples
    --------
    >>> from catchup.priors import Layer, merge, packaged_layers
    >>> overlay = Layer.of({"quantity": {"china_stock": {"median": 2.4e6}}}, file="mine.toml")
    >>> row = merge([*packaged_layers(), overlay], "quantity")["china_stock"]
    >>> row.values["median"], row.first_file, row.file
    (2400000.0, 'priors/baseline.toml', 'mine.toml')
    """

    values: dict[str, Any]
    file: str
    first_file: str


def merge(
    layers: Iterable[Layer],
    section: str,
    exclusive: Mapping[str, Container[str]] | None = None,
    settle: Callable[[dict[str, Any], Mapping[str, Any], str, str], None] | None = None,
) -> dict[str, Row]:
    """Merge one section of several files, later ones over earlier ones.

    Parameters
    ----------
    layers : iterable of Layer
        From the lowest to the highest.
    section : str
        Which section.
    exclusive : mapping, optional
        A key, and the keys that lose their earlier values when a later layer states that key
        (naming another distribution family discards the numbers of the old one).
    settle : callable, optional
        Given the values of a row as merged so far, what the layer on top says of it, its file and the row's key:
        changes such values as follow from others, or refuses them.

    Returns
    -------
    dict
        Row name to merged row, in order of first appearance.

    Examples
    --------
    >>> from catchup.priors import Layer, merge
    >>> below = Layer.of({"quantity": {"china_stock": {"family": "lognormal", "median": 2.1e6}}}, file="own.toml")
    >>> above = Layer.of({"quantity": {"china_stock": {"median": 2.4e6}}}, file="mine.toml")
    >>> merge([below, above], "quantity")["china_stock"].values
    {'family': 'lognormal', 'median': 2400000.0}
    """
    merged: dict[str, Row] = {}
    gone: set[str] = set()
    for layer in layers:
        for name in layer.tables.get(WITHOUT, {}).get(section, ()):
            merged.pop(name, None)
            gone.add(name)
        for name, row in layer.tables.get(section, {}).items():
            if name in gone:
                if TITLE not in row:
                    continue
                gone.remove(name)
            earlier = merged.get(name)
            values = dict(earlier.values) if earlier else {}
            for key, dropped in (exclusive or {}).items():
                if key in row:
                    values = {kept: value for kept, value in values.items() if kept not in dropped}
            values.update(row)
            if settle is not None:
                settle(values, row, layer.file, f"{section}.{name}")
            merged[name] = Row(values, layer.file, earlier.first_file if earlier else layer.file)
    return merged


def refuse_absent(layers: Sequence[Layer]) -> None:
    """Refuse to take out what has never been there: a name misspelt.

    What is laid over a model that has no such rows at all takes nothing out, and is none the worse for it.

    Raises
    ------
    InputError
        Naming the nearest row that there is.
    """
    for place, layer in enumerate(layers):
        for section, names in layer.tables.get(WITHOUT, {}).items():
            stated = [name for below in layers[:place] for name in below.tables.get(section, {})]
            if stated:
                refuse_unknown(section, names, stated, layer.file, f"{WITHOUT}.{section}")


def refuse_stranger(kind: str, name: str, rows: Mapping[str, Row], needed: Sequence[str], key: str) -> None:
    """Refuse a row that is neither a change to one that is known nor a whole new one: a name misspelt, most likely.

    Raises
    ------
    InputError
        Naming the nearest row that is whole.
    """
    known = [other for other, row in rows.items() if row.values.keys() >= set(needed)]
    if name not in known and nearest_name(name, known):
        raise unknown_row(kind, name, needed, known, file=rows[name].file, key=key)
