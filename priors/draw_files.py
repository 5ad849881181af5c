"""Draws in files that a row of TOML names: ``family = "empirical"``, ``file = "draws.csv"``.

They are read when the row is, and the quantiles that stand for them take their place: a row that is kept, or laid under
a scenario, says all that it needs by itself.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from .bases import Array
from .errors import InputError, reason_of, unknown_name
from .regular_files import read_regular

LARGEST_FILE = 200_000_000  # bytes
FAMILY, FILE, COLUMN = "empirical", "file", "column"
NO_PYTHON = (SyntaxError, TokenError, SystemError)  # brought up by a damaged header, which is read as Python
UNREADABLE = (ValueError, TypeError, EOFError, IndexError, MemoryError, Warning, csv.Error, *NO_PYTHON)
"""What text and NumPy's own format bring up that are damaged."""


def with_draws(tables: Mapping[str, Any], file: str | Path) -> dict[str, Any]:
    """Put quantiles in the place of the files of draws that tables name.

    Parameters
    ----------
    tables : mapping
        As they stand in a file of TOML.
    file : str or Path
        That file; names of others are relative to its folder.

    Raises
    ------
    InputError
        If a file of draws cannot be read, or holds no draws.
    """
    return {name: _resolved(value, Path(file), name) for name, value in tables.items()}


def _resolved(value: Any, file: Path, key: str) -> Any:
    if isinstance(value, list):
        return [_resolved(entry, file, f"{key}.{index}") for index, entry in enumerate(value)]
    if not isinstance(value, dict):
        return value
    row = {name: _resolved(entry, file, f"{key}.{name}") for name, entry in value.items()}
    if row.get("family") != FAMILY or FILE not in row:
        return row
    from .families.empirical import quantiles_of

    draws = _read(file, row.pop(FILE), row.pop(COLUMN, None), key)
    try:
        return {**row, "quantiles": quantiles_of(draws)}
    except PydanticCustomError as error:
        raise InputError(error.message(), file=file, key=f"{key}.{FILE}") from None


def _read(file: Path, name: Any, column: Any, key: str) -> Array:
    """Read the draws of a text file, of numbers or of CSV with a header, or of NumPy's own format."""
    if not isinstance(name, str) or not isinstance(column, str | None):
        wrong = FILE if not isinstance(name, str) else COLUMN
        raise InputError("should be text in quotes", file=file, key=f"{key}.{wrong}")
    path = file.parent / name
    try:
        content = read_regular(path, LARGEST_FILE, "a file of draws")
    except InputError as error:
        raise InputError(f"'{name}' {error.problem}", file=file, key=f"{key}.{FILE}") from None
    except OSError as error:
        problem = f"{reason_of(error)}: '{name}' (a file of draws was expected)"
        raise InputError(problem, file=file, key=f"{key}.{FILE}") from None
    try:
        if path.suffix == ".npy":
            return _saved(content)
        return _numbers(content.decode("utf-8-sig"), column, file, key)
    except UNREADABLE as error:
        if isinstance(error, InputError):
            raise
        wanted = "one number a line, or CSV with a header and column = the name of one, were expected"
        raise InputError(f"'{name}' holds no draws: {wanted}", file=file, key=f"{key}.{FILE}") from None


def _saved(content: bytes) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of imaginary parts that are lost, and of headers that are no longer written
        return np.asarray(np.load(io.BytesIO(content), allow_pickle=False), dtype=float).ravel()


def _numbers(text: str, column: str | None, file: Path, key: str) -> Array:
    lines = list(csv.reader(line for line in text.splitlines() if line.strip()))
    if column is None:
        return np.array([float(cell) for cells in lines for cell in cells])
    header = [name.strip() for name in lines[0]] if lines else []
    if column not in header:
        raise unknown_name("column", column, header, file=file, key=f"{key}.{COLUMN}")
    return np.array([float(cells[header.index(column)]) for cells in lines[1:]])
