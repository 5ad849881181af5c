"""Criteria by which public tables tell that a Chinese model has come as far as Mythos, and what they tell so far."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ...priors.errors import InputError, unknown_name
from ...priors.strict import StrictModel, check_section, read_toml, validate
from .records import shipped_records, shipped_tables
from .shapes import Shapes, laid_over, load_shapes
from .store import TableStore
from .table import Table

PACKAGED = Path(__file__).parents[1] / "data" / "criteria.toml"
OWN = "evidence/data/criteria.toml"  # how messages name it


class Criterion(StrictModel):
    """A criterion's row.

    Attributes
    ----------
    title : str
        For people.
    table, column : str
        Where the figure stands.
    at_least : float
        How high it must be, in the column's unit.
    of : float or None
        Out of how many, where the column counts.
    reference, reference_date
        The American model that was there first, and the day it was public.
    notes : str
        Anything else.

    Examples
    --------
    >>> from catchup.evidence import load_criteria
    >>> criterion = load_criteria()["exploits-of-mythos"]
    >>> criterion.table, criterion.at_least, criterion.of
    ('exploit-bench', 56.0, 410.0)
    """

    title: str
    table: str
    column: str
    at_least: float
    of: Annotated[float, Field(gt=0)] | None = None
    reference: str
    reference_date: datetime.date
    notes: str = ""


@dataclass(frozen=True)
class Resolution:
    """What tables tell of a criterion.

    Attributes
    ----------
    model : str or None
        First Chinese model that met it; None while none has.
    day : date or None
        When that came out; while open, the last day that a table with a Chinese model speaks of, None where there is no
        such table.
    value : float or None
        Its figure; while open, the highest Chinese one.
    vintage : date or None
        Of the table that told.
    file : str or None
        That table.
    """

    model: str | None
    day: datetime.date | None
    value: float | None
    vintage: datetime.date | None
    file: str | None

    @property
    def open(self) -> bool:
        """Whether no Chinese model has met it yet, as far as tables tell."""
        return self.model is None


def load_criteria(overlay: Path | None = None, shapes: Shapes | None = None) -> dict[str, Criterion]:
    """Load the criteria, a file of a user's own laid over the project's.

    Parameters
    ----------
    overlay : Path, optional
        A TOML file of ``[criterion.NAME]`` tables.
    shapes : Shapes, optional
        Shapes of tables that are known; the project's own by default.

    Raises
    ------
    InputError
        At the first fault, naming file and key.

    Examples
    --------
    >>> from catchup.evidence import load_criteria
    >>> list(load_criteria())
    ['index-of-fable-5', 'horizon-of-mythos', 'exploits-of-mythos']
    """
    tables: dict[str, Any] = read_toml(PACKAGED)
    file, shapes = OWN, shapes or load_shapes()
    if overlay is not None:
        file, tables = str(overlay), laid_over(tables, read_toml(overlay))
    for section, rows in tables.items():
        check_section(section, rows, ("criterion",), file)
    found = {}
    for name, row in tables["criterion"].items():
        key = f"criterion.{name}"
        criterion = found[name] = validate(Criterion, row, file=file, key=key)
        if criterion.table not in shapes.shapes:
            raise unknown_name("table", criterion.table, shapes.shapes, file=file, key=f"{key}.table")
        columns = shapes.shape(criterion.table).column
        numbers = [column for column, text in columns.items() if text.type in ("number", "share")]
        if criterion.column not in numbers:
            raise unknown_name("column of numbers", criterion.column, numbers, file=file, key=f"{key}.column")
        if criterion.of is not None and "tasks" not in columns:
            raise InputError(f"{criterion.table} does not say out of how many", file=file, key=f"{key}.of")
    return found


def tables_of(store: TableStore, name: str, as_of: datetime.date | None = None) -> list[Table]:
    """Every vintage of a table that is held, and the records of it that are shipped, the oldest first.

    Parameters
    ----------
    store : TableStore
        Where vintages are held.
    name : str
        Of the table.
    as_of : date, optional
        Later vintages are left out.
    """
    tables = [store.read(held) for held in store.vintages(name)]
    if name in shipped_tables():
        tables.append(shipped_records(name))
    known = [table for table in tables if as_of is None or (table.vintage or datetime.date.max) <= as_of]
    return sorted(known, key=lambda table: table.vintage or datetime.date.max)


def hold_against_tables(
    criteria: Mapping[str, Criterion], store: TableStore, as_of: datetime.date, *, file: str | Path
) -> None:
    """Refuse criteria of a user's own that no table bears out; those of the project are left as they are.

    Parameters
    ----------
    criteria : mapping of str to Criterion
        Criteria by name.
    store : TableStore
        Where tables are held.
    as_of : date
        Day of the question: later tables are not read.
    file : str or Path
        The user's file, for messages.

    Raises
    ------
    InputError
        If a reference is later than the day of the question, is in no table although there is one, or falls short of
        its own criterion.
    """
    shipped = load_criteria(shapes=store.shapes)
    for name, row in criteria.items():
        if row == shipped.get(name):
            continue
        key = f"criterion.{name}"
        if row.reference_date > as_of:
            raise InputError(
                f"{row.reference_date} lies after the day of the question ({as_of}); a day that had come was expected",
                file=file,
                key=f"{key}.reference_date",
            )
        tables = tables_of(store, row.table, as_of)
        models = {str(model) for table in tables for model in table["model"]}
        # what the project's own criteria refer to, Mythos Preview for one, need not be in any public table
        known = models | {other.reference for other in shipped.values() if other.table == row.table}
        if models and row.reference not in known:
            raise unknown_name("model", row.reference, known, file=file, key=f"{key}.reference")
        best = max((_best_figure(row, table) for table in tables), default=-np.inf)
        if -np.inf < best < row.at_least:
            raise InputError(
                f"{row.at_least:g}, where its reference {row.reference} has {best:g}; a figure that it meets was "
                "expected",
                file=file,
                key=f"{key}.at_least",
            )


def _best_figure(criterion: Criterion, table: Table) -> float:
    """The highest figure of a criterion's reference in a table; minus infinity where there is none."""
    figures = np.where(table["model"] == criterion.reference, _figures(criterion, table), np.nan)
    return float(np.nanmax(figures)) if np.isfinite(figures).any() else -np.inf


def _figures(criterion: Criterion, table: Table) -> NDArray[np.float64]:
    """A criterion's figure of every model, NaN where it is unknown or out of another number; shape (row,)."""
    figures = table[criterion.column]
    return figures if criterion.of is None else np.where(table["tasks"] == criterion.of, figures, np.nan)


def resolve(criterion: Criterion, tables: Iterable[Table]) -> Resolution:
    """Read off tables whether a criterion has been met.

    The first vintage in which a Chinese model meets it decides, and in it the model that came out first: a later
    vintage in which scores were worked out anew takes nothing back.

    Parameters
    ----------
    criterion : Criterion
        The criterion.
    tables : iterable of Table
        Of its name, the oldest first.

    Returns
    -------
    Resolution
        With what the newest table says where none has met it.

    Examples
    --------
    >>> from catchup.evidence import load_criteria, resolve, shipped_records
    >>> found = resolve(load_criteria()["index-of-fable-5"], [shipped_records("epoch-eci")])
    >>> found.open, found.day.isoformat(), found.value
    (True, '2026-08-16', 157.01)
    """
    newest = Resolution(None, None, None, None, None)
    for table in tables:
        chinese = table.from_countries("chinese") & ~table.from_countries("american")
        figures = np.where(chinese, _figures(criterion, table), np.nan)
        known = np.isfinite(figures)
        if not known.any():
            continue
        met = np.flatnonzero(known & (figures >= criterion.at_least))
        if met.size:
            first = int(met[np.argmin(table["date"][met])])
            day = table["date"][first].item()
            return Resolution(str(table["model"][first]), day, float(figures[first]), table.vintage, table.file)
        newest = Resolution(None, table.vintage, float(np.nanmax(figures)), table.vintage, table.file)
    return newest
