"""Cells of one column turned into an array, with every cell that is blank or cannot be read.

Whole columns are tried first, as almost all cells are plain; a column that holds anything else is gone through value by
value, each distinct value once.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import not_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .shapes import ColumnText

GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
TRUE = {"true", "yes", "checked", "1", "x"}
FALSE = {"false", "no", "unchecked", "0"}
EXPECTED = {
    "number": "a number such as 3.1e24",
    "share": "a share such as 0.2 or 20%",
    "day": "a day such as 2026-02-24",
    "flag": "true or false",
}


class MisplacedCommaError(ValueError):
    """A number some comma of which could be a decimal one: what it means is anybody's guess."""


@dataclass(frozen=True)
class Column:
    """One column, read.

    Attributes
    ----------
    values : array, shape (row,)
        Numbers with NaN, days with NaT, flags with False, texts with "" and names with () where a cell is blank or
        unreadable.
    blank : array of bool, shape (row,)
        Cells with nothing in them.
    unreadable : list of int
        Rows whose cell is not what its column holds.
    """

    values: NDArray[Any]
    blank: NDArray[np.bool_]
    unreadable: list[int]


def read_column(text: ColumnText, cells: Sequence[str]) -> Column:
    """Read a column.

    Parameters
    ----------
    text : ColumnText
        What its shape says of it.
    cells : sequence of str
        One a row.

    Raises
    ------
    MisplacedCommaError
        At a number whose commas could be decimal ones.
    """
    if text.type == "text":
        return _texts(cells)
    if text.type == "number" and (plain := _plain_numbers(cells)) is not None:
        return plain
    readers: dict[str, tuple[Callable[[str], Any], Any, Any]] = {
        "number": (partial(number, grouped=text.grouped), math.nan, np.float64),
        "share": (share, math.nan, np.float64),
        "day": (partial(day, month_first=text.month_first), None, "datetime64[D]"),
        "flag": (flag, False, np.bool_),
        "names": (names, (), object),
    }
    return _each_once(cells, *readers[text.type])


def _each_once(cells: Sequence[str], reader: Callable[[str], Any], missing: Any, dtype: Any) -> Column:
    """Read each distinct cell once."""
    position = {cell: index for index, cell in enumerate(dict.fromkeys(cells))}
    found = [_attempt(reader, cell.strip(), missing) for cell in position]
    values = np.empty(len(found), dtype=dtype)
    for index, (value, _) in enumerate(found):
        values[index] = value
    empty = np.array([not cell.strip() for cell in position], dtype=bool)
    wrong = np.array([not fine for _, fine in found], dtype=bool) & ~empty
    rows = np.fromiter(map(position.__getitem__, cells), dtype=np.intp, count=len(cells))
    return Column(values[rows], empty[rows], np.flatnonzero(wrong[rows]).tolist())


def _attempt(reader: Callable[[str], Any], cell: str, missing: Any) -> tuple[Any, bool]:
    """A cell's value, and whether it is one."""
    if not cell:
        return missing, True
    try:
        return reader(cell), True
    except MisplacedCommaError:
        raise
    except ValueError:
        return missing, False


def _plain_numbers(cells: Sequence[str]) -> Column | None:
    """Read a column of plain numbers and blanks at once, or nothing where a cell is anything else."""
    blank = _blank(cells)
    try:
        if blank.any():
            values = np.array([float(cell) if cell else math.nan for cell in cells])
        else:
            values = np.fromiter(map(float, cells), dtype=float, count=len(cells))
    except ValueError:
        return None
    return Column(values, blank, []) if np.isfinite(values[~blank]).all() else None


def _texts(cells: Sequence[str]) -> Column:
    stripped = list(map(str.strip, cells))
    joined = "".join(stripped)
    if "\n" in joined or "\r" in joined:
        stripped = [" ".join(cell.split()) for cell in stripped]
    values = np.empty(len(stripped), dtype=object)
    values[:] = stripped
    return Column(values, _blank(stripped), [])


def _blank(cells: Sequence[str]) -> NDArray[np.bool_]:
    """Which cells are empty; most columns have none, which is found out faster than where they are."""
    if "" not in cells:
        return np.zeros(len(cells), dtype=bool)
    return np.fromiter(map(not_, cells), dtype=bool, count=len(cells))


def number(cell: str, *, grouped: bool = True) -> float:
    """Read a number, thousands set apart by commas or not.

    Parameters
    ----------
    cell : str
        The number.
    grouped : bool, default True
        Whether commas may stand in it: between groups of three digits, where no exponent follows.

    Raises
    ------
    MisplacedCommaError
        If commas stand elsewhere.
    ValueError
        If it is no finite number.

    Examples
    --------
    >>> number("1,234,500"), number("3.1e24")
    (1234500.0, 3.1e+24)
    """
    if "," in cell:
        # nobody groups the digits before an exponent: 1,500e22 is rather 1.5e22
        if not grouped or not GROUPED.fullmatch(cell):
            if re.fullmatch(r"[+-]?[\d.,]+([eE][+-]?\d+)?", cell):
                raise MisplacedCommaError(cell)
            raise ValueError(cell)
        cell = cell.replace(",", "")
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(cell)
    return value


def share(cell: str) -> float:
    """Read a share, as a number or with a percent sign.

    Examples
    --------
    >>> share("19.7%"), share("0.2")
    (0.197, 0.2)
    """
    if cell.endswith("%"):
        return number(cell[:-1].rstrip()) / 100.0
    return number(cell)


def day(cell: str, *, month_first: bool = False) -> datetime.date:
    """Read a day, ``2026-02-24`` or, where a shape says so, ``2/24/2026``; a time of day is left out."""
    if match := DAY.fullmatch(cell):
        return datetime.date.fromisoformat(match[1])
    if month_first and (match := MONTH_FIRST.fullmatch(cell)):
        month, of_month, year = map(int, match.groups())
        return datetime.date(year, month, of_month)
    raise ValueError(cell)


def flag(cell: str) -> bool:
    """Read a mark that is set or not."""
    word = cell.casefold()
    if word not in TRUE | FALSE:
        raise ValueError(cell)
    return word in TRUE


def names(cell: str) -> tuple[str, ...]:
    """Read several names, separated by commas, each once."""
    parts: Iterable[str] = (" ".join(part.split()) for part in cell.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
