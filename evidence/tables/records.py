"""Records that the project ships as facts, in the shape of the public table that they were carried over from."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from ...priors.errors import InputError, unknown_name
from ...priors.frozen import frozen
from ...priors.strict import StrictModel, describe, read_toml, validate
from .cells import EXPECTED, read_column
from .checks import Places, check_rows, repeated_rows
from .shapes import Shape, load_shapes
from .table import Table

FOLDER = Path(__file__).parents[1] / "data" / "records"


class RecordsText(StrictModel):
    """A file of records.

    Attributes
    ----------
    vintage : date
        Day of the table that they were carried over from.
    origin : str
        Who published it, under which licence and where.
    row : tuple of mapping
        A model each, by the columns of the table's shape; ``NAME_interval`` holds the ends of a column's interval.
    """

    vintage: datetime.date
    origin: str
    row: Annotated[tuple[Mapping[str, Any], ...], Field(strict=False, min_length=1)]


def shipped_tables() -> tuple[str, ...]:
    """Names of the tables of which records are shipped."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def shipped_records(name: str = "epoch-eci") -> Table:
    """Read the records of a table that the project ships.

    Parameters
    ----------
    name : str
        Of the table.

    Returns
    -------
    Table
        Of the table's shape, with a row for every record, checked as a table of a user's is. It is read once, and
        cannot be changed: answers rest on it.

    Raises
    ------
    InputError
        If none of that table are shipped.

    Examples
    --------
    >>> from catchup.evidence import lag_episodes, shipped_records
    >>> records = shipped_records()
    >>> records.vintage.isoformat(), len(records)
    ('2026-08-16', 40)
    >>> episodes = lag_episodes(records, records.vintage)
    >>> sum(not episode.open for episode in episodes), sum(episode.open for episode in episodes)
    (16, 4)
    """
    return _records(name)


@cache
def _records(name: str) -> Table:
    if name not in shipped_tables():
        raise unknown_name("table of records", name, shipped_tables())
    path = FOLDER / f"{name}.toml"
    table = records_table(name, read_toml(path), path.read_bytes(), f"evidence/data/records/{path.name}")
    for values in (*table.columns.values(), table.lines):
        values.setflags(write=False)
    return replace(table, columns=frozen(table.columns), headings=frozen(table.headings))


def records_table(name: str, tables: Mapping[str, Any], content: bytes, file: str) -> Table:
    """Check a file of records and make a table of it; see `shipped_records`."""
    text, shapes = validate(RecordsText, tables, file=file), load_shapes()
    shape = shapes.shape(name)
    rows = [_flat(row, shape, file, f"row.{place}") for place, row in enumerate(text.row)]
    present = [column for column in shape.column if any(column in row for row in rows)]
    lacking = [column for column, about in shape.column.items() if about.need == "cell" and column not in present]
    if lacking:
        raise InputError(f"no row has '{lacking[0]}'", file=file, key="row")
    columns = {column: _column(shape, column, rows, file) for column in present}
    places = Places(file, {column: column for column in present}, np.arange(1, len(rows) + 1))
    check_rows(shape, columns, places, text.vintage)
    if repeated_rows(shape, columns, places):
        raise InputError("a row stands twice", file=file, key="row")
    return Table(
        name=name,
        shape=shape,
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
        vintage=text.vintage,
        columns=columns,
        headings=dict(places.headings),
        lines=places.lines,
        unread=(),
        shapes=shapes,
    )


def _flat(row: Mapping[str, Any], shape: Shape, file: str, key: str) -> dict[str, str]:
    """A row's cells as a table has them, the ends of an interval in columns of their own."""
    ends = {f"{each.value}_interval": (each.low, each.high) for each in shape.interval}
    cells: dict[str, str] = {}
    for name, value in row.items():
        if name in ends:
            if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
                raise InputError(f"two ends were expected, not {describe(value)}", file=file, key=f"{key}.{name}")
            cells.update(zip(ends[name], map(str, value), strict=True))
        elif name in shape.column:
            cells[name] = str(value)
        else:
            raise unknown_name("column", name, [*shape.column, *ends], file=file, key=f"{key}.{name}")
    return cells


def _column(shape: Shape, name: str, rows: Sequence[Mapping[str, str]], file: str) -> np.ndarray:
    about = shape.column[name]
    read = read_column(about, [row.get(name, "") for row in rows])
    wrong = read.unreadable or (np.flatnonzero(read.blank).tolist() if about.need == "cell" else [])
    if wrong:
        raise InputError(
            f"{EXPECTED.get(about.type, 'text')} was expected, not '{rows[wrong[0]].get(name, '')}'",
            file=file,
            key=f"row.{wrong[0]}.{name}",
        )
    return read.values
