"""What rows of a table must not do: contradict themselves, each other, or the calendar."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...priors.clock import today
from ...priors.errors import InputError
from .shapes import ColumnText, Shape

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Places:
    """Where the cells of some rows stand, for messages.

    Attributes
    ----------
    file : str
        The file.
    headings : mapping of str to str
        Its heading of every column.
    lines : array of int, shape (row,)
        Its line of every row.
    """

    file: str
    headings: Mapping[str, str]
    lines: NDArray[np.intp]

    def fault(self, row: int, columns: str | Iterable[str], problem: str) -> InputError:
        """Build the error for a cell, or for several of one row."""
        named: Sequence[str] = (columns,) if isinstance(columns, str) else tuple(columns)
        shown = ", ".join(f"'{self.headings[name]}'" for name in named)
        return InputError(
            problem, file=self.file, key=f"line {self.lines[row]}, column{'s' if len(named) > 1 else ''} {shown}"
        )


def check_rows(shape: Shape, columns: Columns, places: Places, vintage: datetime.date | None) -> None:
    """Refuse numbers outside their bounds, intervals that are none, and days too early or that had not come.

    Parameters
    ----------
    shape : Shape
        What the columns are.
    columns : mapping of str to array, shape (row,)
        Rows that could be read.
    places : Places
        Where they stand.
    vintage : date or None
        Last day that the table may speak of; today by default.

    Raises
    ------
    InputError
        At the first such cell, with its line, its column and what was expected.
    """
    for name, values in columns.items():
        if values.dtype.kind == "f":
            _check_bounds(shape, name, values, places)
        elif values.dtype.kind == "M":
            _check_days(shape.column[name], name, values, places, vintage)
    for row in shape.interval:
        if {row.value, row.low, row.high} <= columns.keys():
            _check_interval(row.value, row.low, row.high, columns, places)


def _check_bounds(shape: Shape, name: str, values: NDArray[np.float64], places: Places) -> None:
    text = shape.column[name]
    for bound, wrong, words in (
        (text.above, np.less_equal, "above"),
        (text.minimum, np.less, "of at least"),
        (text.maximum, np.greater, "of at most"),
    ):
        if bound is not None and (outside := wrong(values, bound)).any():
            row = int(outside.argmax())
            unit = f" ({text.unit})" if text.unit else ""
            raise places.fault(row, name, f"{values[row]:g}; a number {words} {bound:g}{unit} was expected")


def _check_days(
    text: ColumnText, name: str, values: NDArray[Any], places: Places, vintage: datetime.date | None
) -> None:
    if text.earliest is not None and (early := values < np.datetime64(text.earliest)).any():  # no blank day is
        row = int(early.argmax())
        raise places.fault(row, name, f"{values[row]}; a day from {text.earliest} on was expected")
    if text.planned:
        return
    latest = vintage or today()
    late = values > np.datetime64(latest)  # no blank day is
    if late.any():
        row = int(late.argmax())
        what = "the table's vintage" if vintage else "today"
        raise places.fault(row, name, f"{values[row]} lies after {what} ({latest}); a day that had come was expected")


def _check_interval(value: str, low: str, high: str, columns: Columns, places: Places) -> None:
    middle, bottom, top = (columns[name] for name in (value, low, high))
    wrong = (bottom > top) | (middle < bottom) | (middle > top)
    if wrong.any():
        row = int(wrong.argmax())
        raise places.fault(
            row,
            (low, value, high),
            f"{bottom[row]:g}, {middle[row]:g}, {top[row]:g}; a value between the ends of its interval was expected",
        )


def repeated_rows(shape: Shape, columns: Columns, places: Places) -> dict[int, int]:
    """Rows that say again what an earlier one says.

    Parameters
    ----------
    shape, columns, places
        As for `check_rows`.

    Returns
    -------
    dict of int to int
        By row, the earlier one.

    Raises
    ------
    InputError
        If two rows share the shape's key and differ elsewhere.
    """
    key = [name for name in shape.key if name in columns]
    if not key:
        return {}
    marks: Sequence[Any] = columns[key[0]].tolist()
    if len(key) > 1:
        marks = list(zip(*(columns[name].tolist() for name in key), strict=True))
    if len(set(marks)) == len(marks):
        return {}
    first: dict[Any, int] = {}
    repeats: dict[int, int] = {}
    for row, mark in enumerate(marks):
        of = first.setdefault(mark, row)
        if of == row or (mark if len(key) == 1 else mark[0]) in shape.anonymous:
            continue
        differing = [name for name, values in columns.items() if not _same(values[of], values[row])]
        if differing:
            name = differing[0]
            named = ", ".join(str(part) for part in (mark if isinstance(mark, tuple) else (mark,)) if part)
            raise places.fault(
                row,
                name,
                f"{_shown(columns[name][row])}, where line {places.lines[of]} has {_shown(columns[name][of])} for the "
                f"same '{named}'; rows that agree were expected",
            )
        repeats[row] = of
    return repeats


def _same(one: Any, other: Any) -> bool:
    """Whether two cells agree; two blank ones do, though NaN is not NaN."""
    return bool(one == other or (one != one and other != other))


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    return "nothing" if value != value or value == "" else str(value)
