"""A public table, read and checked: its columns as arrays, and every row that could not be read."""

from __future__ import annotations

import contextlib
import datetime
import gc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...priors.errors import InputError
from ..intervals import interval_sd
from .cells import EXPECTED, Column, MisplacedCommaError, read_column
from .checks import Places, check_rows, repeated_rows
from .files import TableFile, read_file
from .places import refuse_future
from .rows import Rows, Unread, split_rows
from .shapes import Shape, Shapes, country_names, load_shapes, model_beginnings, plain


@dataclass(frozen=True)
class Table:
    r"""A table, read and checked.

    Attributes
    ----------
    name : str
        Of its shape.
    shape : Shape
        Its shape.
    file : str
        Where it was read from.
    sha256 : str
        Hash of the file.
    vintage : date or None
        Day that it was published or taken; None where nobody said.
    columns : mapping of str to array, shape (row,)
        The shape's columns that the file has: numbers and shares (NaN where blank), days (NaT), flags, texts ("") and
        tuples of names (()).
    headings : mapping of str to str
        The file's heading of each of these columns.
    lines : array of int, shape (row,)
        Line of the file on which each row begins.
    unread : tuple of Unread
        Rows that are in the file and not here, by line.
    shapes : Shapes
        Those it was recognised among.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from catchup.evidence import read_table
    >>> rows = "First,150,2026-01-10,A,USA", "Second,148,2026-03-01,B,China", "Third,151,2026-08-08,B,China"
    >>> size = Path("eci.csv").write_text("\n".join(["Model,eci,date,Organization,Country", *rows]))
    >>> table = read_table("eci.csv", vintage=date(2026, 11, 26))
    >>> table.name, len(table), table["score"]
    ('epoch-eci', 3, array([150., 148., 151.]))
    """

    name: str
    shape: Shape
    file: str
    sha256: str
    vintage: datetime.date | None
    columns: Mapping[str, NDArray[Any]]
    headings: Mapping[str, str]
    lines: NDArray[np.intp]
    unread: tuple[Unread, ...]
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> NDArray[Any]:
        """A column.

        Raises
        ------
        InputError
            If the file has no such column.
        """
        if column not in self.columns:
            known = self.shape.column.get(column)
            wanted = " or ".join(f"'{name}'" for name in known.names) if known else f"'{column}'"
            raise InputError(f"{self.name} has no column {wanted} here", file=self.file)
        return self.columns[column]

    def from_countries(self, *countries: str) -> NDArray[np.bool_]:
        """Which rows name any of some countries (``american``, ``chinese``) among theirs; shape (row,).

        Where a table names no countries, names of models tell, as far as their beginnings are known.
        """
        if "country" not in self.columns and "country" not in self.shape.needed:
            beginnings = model_beginnings(self.shapes, countries)
            return np.array([plain(str(name)).startswith(beginnings) for name in self["model"]], dtype=bool)
        wanted = country_names(self.shapes, countries)
        known = {names: any(plain(name) in wanted for name in names) for names in set(self["country"])}
        return np.array([known[names] for names in self["country"]], dtype=bool)

    def interval_sd(self, column: str) -> NDArray[np.float64]:
        """Standard deviation of a normal as wide as a column's interval; 0 where there is none. Shape (row,)."""
        level = self.shape.level(column)
        if level is None:
            return np.zeros(len(self))
        low, high = self.interval(column).T
        return np.asarray(np.nan_to_num(high - low) * interval_sd(1.0, level))

    def interval(self, column: str) -> NDArray[np.float64]:
        """Ends of a column's interval, NaN where there is none; shape (row, 2)."""
        row = next((row for row in self.shape.interval if row.value == column), None)
        if row is None or not {row.low, row.high} <= self.columns.keys():
            return np.full((len(self), 2), np.nan)
        return np.stack([self[row.low], self[row.high]], axis=1)

    def to_xarray(self) -> Any:
        """Return the table as an xarray ``Dataset`` with a dim ``row``, units in attributes."""
        import xarray as xr

        def plainly(values: NDArray[Any]) -> Any:
            if values.dtype == object:
                return np.array([value if isinstance(value, str) else ", ".join(value) for value in values], dtype=str)
            return values.astype("datetime64[ns]") if values.dtype.kind == "M" else values.copy()

        variables = {
            name: ("row", plainly(values), {"unit": self.shape.column[name].unit, "long_name": self.headings[name]})
            for name, values in self.columns.items()
        }
        about = {"table": self.name, "title": self.shape.title, "licence": self.shape.licence, "sha256": self.sha256}
        vintage = {"vintage": self.vintage.isoformat()} if self.vintage else {}
        return xr.Dataset(variables, coords={"line": ("row", self.lines.copy())}, attrs={**about, **vintage})


def read_table(
    path: str | Path,
    *,
    vintage: datetime.date | None = None,
    shapes: Shapes | None = None,
) -> Table:
    r"""Read and check a public table.

    Parameters
    ----------
    path : str or Path
        The file, as it was published.
    vintage : date, optional
        Day that it was published or taken: no day in it may be later. Today by default.
    shapes : Shapes, optional
        Shapes that are known; the project's own by default.

    Returns
    -------
    Table
        With the rows that could be read, and a reason for every other.

    Raises
    ------
    InputError
        If the vintage lies in the future, if the file is no table of a known shape, if no row can be read, or if a row
        contradicts itself or another: with file, line, column and what was expected.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from catchup.evidence import read_table
    >>> rows = "First,150,2026-01-10,A,USA", "Second,148,2026-03-01,B,China", "Third,151,2026-08-08,B,China"
    >>> size = Path("eci.csv").write_text("\n".join(["Model,eci,date,Organization,Country", *rows]))
    >>> table = read_table("eci.csv", vintage=date(2026, 11, 26))
    >>> table.headings["score"], table.from_countries("chinese")
    ('eci', array([False,  True,  True]))
    """
    refuse_future(Path(path), vintage)
    return parse_table(read_file(path), vintage=vintage, shapes=shapes)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from going through all cells again and again, which takes longer than reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def parse_table(table: TableFile, *, vintage: datetime.date | None = None, shapes: Shapes | None = None) -> Table:
    """Read and check a table's text; see `read_table`."""
    shapes = shapes or load_shapes()
    rows = split_rows(table, shapes)
    match = rows.match
    columns = {name: _column(table, rows, name) for name in match.positions}
    headings = {name: rows.header[position] for name, position in match.positions.items()}
    lines = np.array(rows.lines, dtype=np.intp)
    reasons = _reasons(rows, columns, headings)
    kept = np.ones(len(lines), dtype=bool)
    kept[list(reasons)] = False
    if not kept.any():
        raise _nothing_read(table, rows, reasons)
    read = {name: column.values if kept.all() else column.values[kept] for name, column in columns.items()}
    places = Places(table.file, headings, lines[kept])
    check_rows(match.shape, read, places, vintage)
    repeats = repeated_rows(match.shape, read, places)
    unread = [*rows.unread, *(Unread(int(lines[row]), reason) for row, reason in reasons.items())]
    if repeats:
        once = np.ones(len(places.lines), dtype=bool)
        once[list(repeats)] = False
        unread += [Unread(int(places.lines[row]), f"repeats line {places.lines[of]}") for row, of in repeats.items()]
        read = {name: values[once] for name, values in read.items()}
        places = Places(table.file, headings, places.lines[once])
    return Table(
        match.name,
        match.shape,
        table.file,
        table.sha256,
        vintage,
        read,
        headings,
        places.lines,
        tuple(sorted(unread, key=lambda row: row.line)),
        shapes,
    )


def _column(table: TableFile, rows: Rows, name: str) -> Column:
    text = rows.match.shape.column[name]
    cells = rows.cells[rows.match.positions[name]]
    try:
        return read_column(text, cells)
    except MisplacedCommaError as error:
        row = next(row for row, cell in enumerate(cells) if cell.strip().rstrip("% ") == str(error))
        heading = rows.header[rows.match.positions[name]]
        commas = "with commas only between groups of three digits, and none before an exponent"
        raise InputError(
            f"'{error}' could mean two numbers; {EXPECTED[text.type]} was expected, "
            f"{commas if text.grouped else 'without commas'}",
            file=table.file,
            key=f"line {rows.lines[row]}, column '{heading}'",
        ) from None


def _reasons(rows: Rows, columns: Mapping[str, Column], headings: Mapping[str, str]) -> dict[int, str]:
    """Why rows cannot be read, by row: a cell that is none of its type, or one that must not be blank."""
    reasons: dict[int, str] = {}
    shape, positions = rows.match.shape, rows.match.positions
    for name, column in columns.items():
        for row in column.unreadable:
            cell = " ".join(rows.cells[positions[name]][row].split())
            shown = cell if len(cell) <= 40 else cell[:37] + "..."
            reasons.setdefault(row, f"column '{headings[name]}': {EXPECTED[shape.column[name].type]}, not '{shown}'")
        if shape.column[name].need == "cell":
            for row in np.flatnonzero(column.blank).tolist():
                reasons.setdefault(row, f"no {headings[name]}")
    return reasons


def _nothing_read(table: TableFile, rows: Rows, reasons: Mapping[int, str]) -> InputError:
    unread = [*rows.unread, *(Unread(rows.lines[row], reason) for row, reason in reasons.items())]
    if not unread:
        return InputError("has no rows; at least one was expected", file=table.file)
    first = min(unread, key=lambda row: row.line)
    return InputError(
        f"none of its {len(unread)} rows can be read: {first.reason}", file=table.file, key=f"line {first.line}"
    )
