"""Which table a study is asked about: a file, or a vintage that is held."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from ....evidence.tables.places import named_vintage
from ....evidence.tables.records import shipped_records
from ....evidence.tables.store import TableStore
from ....evidence.tables.table import Table, read_table
from ....priors.clock import today
from ....priors.errors import InputError

INDEX, STOCKS = "epoch-eci", "epoch-chip-owners"


def chosen_table(
    store: TableStore,
    file: Path | None,
    vintage: datetime.date | None,
    *,
    name: str = INDEX,
    having: str | None = None,
    or_shipped: bool = False,
) -> Table:
    """Read the table that a study is asked about.

    Parameters
    ----------
    store : TableStore
        Where vintages are held.
    file : Path or None
        A file, of the day given by `vintage` or its name; without one, a vintage that is held is read, or else the
        records that the project ships.
    vintage : date or None
        Which; the newest by default.
    name : str
        Of the table, where no file is given.
    having : str, optional
        A column that the newest vintage is to have.
    or_shipped : bool, default False
        Whether the records that the project ships are read where no vintage has it; they are few, and of records alone.

    Raises
    ------
    InputError
        If there is none, or it cannot be read.
    """
    if file is not None:
        return read_table(file, vintage=vintage or named_vintage(file), shapes=store.shapes)
    held = store.vintages(name)
    if vintage is not None or (held and having is None):
        return store.read(store.get(name, vintage))
    if having is None:
        return shipped_records(name)
    for table in map(store.read, reversed(held)):
        if having in table.columns:
            return table
    if or_shipped:
        return shipped_records(name)
    newest = store.get(name)  # says so if there is none at all
    wanted = store.shapes.shape(name).column[having].names[0]
    raise InputError(f"no vintage of {name} has the column '{wanted}'", file=newest.folder.parent)


def every_table(store: TableStore, file: Path | None, vintage: datetime.date | None) -> list[Table]:
    """Read the file that a study is asked about, or every vintage of the index up to one: the newest by default.

    Where none is held, and none is asked for, the records that the project ships are read.

    Raises
    ------
    InputError
        If there is none, or one cannot be read.
    """
    if file is not None or (vintage is None and not store.vintages(INDEX)):
        return [chosen_table(store, file, vintage)]
    newest = store.get(INDEX, vintage)
    held = [each for each in store.vintages(INDEX) if each.manifest.vintage <= newest.manifest.vintage]
    return [store.read(each) for each in held]


def last_day(table: Table) -> datetime.date:
    """Last day that a table speaks of: its vintage, or today where nobody said."""
    return table.vintage or today()


def refuse_later(table: Table, as_of: datetime.date) -> None:
    """Refuse to count a table on a day on which it was not there yet.

    Raises
    ------
    InputError
        If it is later than the day of the question.
    """
    day = last_day(table)
    if day > as_of:
        raise InputError(f"{table.name} is of {day}, after {as_of}: nothing of it was known then", key="--as-of")


def origin_of(table: Table) -> dict[str, Any]:
    """Return which table it is, as JSON: what a run records of it."""
    vintage = table.vintage.isoformat() if table.vintage else None
    return {"name": table.name, "vintage": vintage, "sha256": table.sha256}
