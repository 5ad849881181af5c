"""``catchup data``: public tables, kept as they are published, and what they say by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from ...evidence.tables.places import data_folder, named_vintage, today
from ...evidence.tables.rows import Unread
from ...evidence.tables.store import TableStore
from ...evidence.tables.table import Table, read_table
from ...priors.errors import InputError
from ..presentation.table import Layout, Span
from ..presentation.terminal import print_layout
from ..presentation.text import figure
from .data_studies import efficiency_data, lags_data
from .options import OUTPUT
from .output import print_json, say, warn

__all__ = [
    "add_data",
    "check_data",
    "efficiency_data",
    "lags_data",
    "list_data",
    "show_data",
    "update_data",
]

MOST_SHOWN = 12  # unread rows, reasons or rows of a table in a terminal; JSON has all


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the commands on kept tables take."""

    data: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="Folder that tables are kept in; CATCHUP_DATA, or the platform's place for user data, by default.",
        ),
    ] = None
    json: Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")] = False

    def store(self) -> TableStore:
        """Return the data folder."""
        return TableStore(data_folder(self.data))


def add_data(file: Path, /, *, vintage: date | None = None, kept: Kept | None = None) -> int:
    """Check a public table and keep it beside its other vintages.

    Parameters
    ----------
    file
        The table as it was published: CSV or, of METR, YAML.
    vintage
        Day it was published or taken. By default the day in the file's name, or else today.
    """
    kept = kept or Kept()
    day = vintage or named_vintage(file) or today()
    added = kept.store().add(file, day)
    name = added.table.name
    if added.older:
        warn(f"{name} of {day} is older than the newest held ({added.newest}): kept beside it")
    if kept.json:
        print_json({"schema": 1, **_as_json(added.table), "new": added.new, "folder": str(added.held.folder)})
        return 0
    what = "added" if added.new else "held already"
    say(f"{what}: {name} of {day}, {_rows(added.table)}   [{added.held.folder}]")
    _print_reasons(added.table.unread)
    return 0


def check_data(*files: Path, vintage: date | None = None, kept: Kept | None = None) -> int:
    """Check public tables without keeping them; without any, those that are kept.

    Parameters
    ----------
    files
        Tables as they were published.
    vintage
        Day they were published or taken. By default the day in each file's name, or else today.
    """
    kept = kept or Kept()
    store = kept.store()
    read = [
        read_table(file, vintage=vintage or named_vintage(file), shapes=store.shapes) for file in dict.fromkeys(files)
    ] or [store.read(held) for held in store.vintages()]
    if kept.json:
        print_json({"schema": 1, "valid": True, "tables": [{"file": each.file, **_as_json(each)} for each in read]})
        return 0
    say(f"valid: {len(read)} table{'s' if len(read) != 1 else ''}")
    for each in read:
        say(f"  {each.file}: {each.name}, {_rows(each)}")
        _print_reasons(each.unread, indent="    ")
    return 0


def list_data(*, kept: Kept | None = None) -> int:
    """Every vintage that is kept."""
    kept = kept or Kept()
    store = kept.store()
    read, faults = [], []
    for held in store.vintages():
        try:
            read.append(store.read(held))
        except InputError as error:
            faults.append(str(error))
    for fault in faults:
        warn(fault)
    if kept.json:
        print_json({"schema": 1, "tables": [_as_json(each) for each in read], "faults": faults})
        return 0
    if not read:
        say(f"no table is kept in {store.folder}; see catchup data add")
        return 0
    rows = [
        (each.name, str(each.vintage), each.shape.title, f"{len(each)}", f"{len(each.unread)}", each.sha256[:12])
        for each in read
    ]
    print_rows("Table", "Vintage", "Title", "Rows", "Unread", "SHA-256", rows=rows, left=3)
    return 0


def show_data(name: str, /, *, vintage: date | None = None, kept: Kept | None = None) -> int:
    """One table that is kept: its columns, and what could not be read.

    Parameters
    ----------
    name
        The table's name.
    vintage
        Which vintage; the newest by default.
    """
    kept = kept or Kept()
    store = kept.store()
    shown = store.read(store.get(name, vintage))
    columns = [_column_as_json(shown, column) for column in shown.columns]
    if kept.json:
        print_json({"schema": 1, **_as_json(shown), "columns": columns, "records": _records(shown)})
        return 0
    say((Span(shown.name, "strong"), f" of {shown.vintage}: {shown.shape.title} ({shown.shape.publisher})"))
    say(f"{_rows(shown)}; licence: {shown.shape.licence}; sha256 {shown.sha256}")
    rows = [
        (each["name"], each["heading"], each["unit"], str(each["filled"]), _cell(each["least"]), _cell(each["most"]))
        for each in columns
    ]
    print_rows("Column", "Heading in the file", "Unit", "Filled", "Least", "Most", rows=rows, left=3)
    _print_reasons(shown.unread)
    if shown.shape.notes:
        say(" ".join(shown.shape.notes.split()))
    return 0


def update_data(*names: str, kept: Kept | None = None) -> int:
    """Fetch public tables from where they are published, and keep what is new as today's vintage.

    Parameters
    ----------
    names
        Which tables; all that have an address by default.
    """
    from ...evidence.tables.update import update

    kept = kept or Kept()
    outcomes = update(kept.store(), names)
    for outcome in outcomes:
        if outcome.reason:
            warn(f"{outcome.name}: {outcome.reason}; what is kept has not changed")
    if kept.json:
        rows = [
            {
                "name": each.name,
                "address": each.address,
                "status": each.status,
                "vintage": each.vintage,
                "reason": each.reason,
            }
            for each in outcomes
        ]
        print_json({"schema": 1, "tables": rows})
    else:
        shown = [(each.name, each.status, each.vintage or "none", each.address) for each in outcomes]
        print_rows("Table", "Status", "Newest vintage", "Address", rows=shown, left=4)
    if any(each.status == "refused" for each in outcomes):
        return 2
    return 1 if any(each.status == "failed" for each in outcomes) else 0


def print_rows(*headings: str, rows: Sequence[tuple[str, ...]], left: int) -> None:
    """Print rows of words and figures; the first `left` columns are words."""
    from ..presentation.tables.words import words_table

    print_layout(Layout(tables=(words_table(*headings, rows=rows, left=left),), json=dict))


def _as_json(each: Table) -> dict[str, Any]:
    """Return what a list says of a table."""
    return {
        "name": each.name,
        "vintage": each.vintage and each.vintage.isoformat(),
        "rows": len(each),
        "unread": [{"line": row.line, "reason": row.reason} for row in each.unread],
        "sha256": each.sha256,
    }


def _column_as_json(each: Table, name: str) -> dict[str, Any]:
    values, text = each[name], each.shape.column[name]
    filled = values[_filled(values)]
    ordered = filled.dtype.kind in "fM" and len(filled) > 0
    return {
        "name": name,
        "heading": each.headings[name],
        "type": text.type,
        "unit": text.unit,
        "filled": len(filled),
        "least": _plain(filled.min()) if ordered else None,
        "most": _plain(filled.max()) if ordered else None,
    }


def _filled(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "M":
        return ~np.isnat(values)
    if values.dtype.kind == "f":
        return np.isfinite(values)
    return values.astype(bool)


def _records(each: Table) -> list[dict[str, Any]]:
    columns = {name: [_plain(value) for value in values] for name, values in each.columns.items()}
    return [
        {"line": int(line), **{name: values[row] for name, values in columns.items()}}
        for row, line in enumerate(each.lines)
    ]


def _plain(value: Any) -> Any:
    """A cell as JSON: nothing where it is blank."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.floating):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.bool_):
        return bool(value)
    return list(value) if isinstance(value, tuple) else value or None


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else figure(value)


def _rows(each: Table) -> str:
    unread = f", {len(each.unread)} could not be read" if each.unread else ""
    return f"{len(each)} rows{unread}"


def _print_reasons(unread: Sequence[Unread], indent: str = "  ") -> None:
    """Say why rows could not be read: a line a reason, with the first lines of the file that it holds for."""
    reasons = Counter(row.reason for row in unread)
    for reason, count in reasons.most_common(MOST_SHOWN):
        lines = [str(row.line) for row in unread if row.reason == reason]
        where = ", ".join(lines[:MOST_SHOWN]) + (", ..." if count > MOST_SHOWN else "")
        say(f"{indent}not read, {reason}: line{'s' if count > 1 else ''} {where}")
    left = len(reasons) - MOST_SHOWN
    if left > 0:
        say(f"{indent}and for {left} other reasons; --json has every row")
