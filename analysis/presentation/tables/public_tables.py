"""Public tables: the vintages that are kept, one table's columns, and what came of fetching new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ....evidence.tables import table as public
from ....evidence.tables.rows import Unread
from ....evidence.tables.update import Outcome
from ..json_form import to_json
from ..table import Column, Layout, Span, Table
from ..text import figure
from .columns import text_column

MOST_SHOWN = 12  # unread rows and reasons that people are shown; programs read all


@dataclass(frozen=True)
class KeptTables:
    """Every vintage that is kept.

    Attributes
    ----------
    folder : Path
        Where.
    tables : sequence of evidence.tables.table.Table
        Those that can be read.
    faults : sequence of str
        A line for each that cannot.
    """

    folder: Path
    tables: Sequence[public.Table]
    faults: Sequence[str]


def layout(result: KeptTables) -> Layout:
    """Lay out the vintages that are kept."""
    table = vintage_table(result.tables)
    return Layout(
        tables=(table,) if result.tables else (),
        json=lambda: {"schema": 1, "tables": to_json(table), "faults": list(result.faults)},
        head=() if result.tables else (f"no table is kept in {result.folder}; see catchup data add",),
    )


def vintage_table(tables: Sequence[public.Table]) -> Table[public.Table]:
    """A row a vintage."""
    columns: list[Column[public.Table]] = [
        Column(title="Table", text=lambda row: Span(row.name, "name"), path=("name",), value=lambda row: row.name),
        Column(
            title="Vintage",
            text=lambda row: str(row.vintage),
            path=("vintage",),
            value=lambda row: row.vintage and row.vintage.isoformat(),
        ),
        Column(title="Title", text=lambda row: row.shape.title),
        Column(title="Rows", text=lambda row: f"{len(row)}", path=("rows",), value=len, figure=True),
        Column(
            title="Unread",
            text=lambda row: f"{len(row.unread)}",
            path=("unread",),
            value=lambda row: [{"line": each.line, "reason": each.reason} for each in row.unread],
            figure=True,
        ),
        Column(
            title="SHA-256",
            text=lambda row: row.sha256[:12],
            path=("sha256",),
            value=lambda row: row.sha256,
            figure=True,
        ),
    ]
    return Table("Public tables that are kept", columns, tables)


def vintage_as_json(table: public.Table) -> dict[str, Any]:
    """Return what a list says of one vintage."""
    (entry,) = to_json(vintage_table([table]))
    return dict(entry)


def content_layout(table: public.Table) -> Layout:
    """Lay out one vintage: its columns, and what could not be read."""
    columns = _column_table(table)
    notes = [" ".join(table.shape.notes.split())] if table.shape.notes else []
    return Layout(
        tables=(columns.with_lines(*unread_lines(table.unread), *notes),),
        json=lambda: {
            "schema": 1,
            **vintage_as_json(table),
            "columns": to_json(columns),
            "records": _records(table),
        },
        head=(
            (Span(table.name, "strong"), f" of {table.vintage}: {table.shape.title} ({table.shape.publisher})"),
            f"{rows_text(table)}; licence: {table.shape.licence}; sha256 {table.sha256}",
        ),
    )


def _column_table(table: public.Table) -> Table[str]:
    columns: list[Column[str]] = [
        Column(title="Column", text=lambda name: Span(name, "name"), path=("name",), value=lambda name: name),
        text_column("Heading in the file", ("heading",), lambda name: table.headings[name]),
        Column(path=("type",), value=lambda name: table.shape.column[name].type),
        text_column("Unit", ("unit",), lambda name: table.shape.column[name].unit),
        Column(
            title="Filled",
            text=lambda name: f"{len(_filled(table[name]))}",
            path=("filled",),
            value=lambda name: len(_filled(table[name])),
            figure=True,
        ),
        _end_column(table, "Least", "least", np.min),
        _end_column(table, "Most", "most", np.max),
    ]
    return Table("Columns of a public table", columns, list(table.columns))


def _end_column(table: public.Table, title: str, name: str, end: Any) -> Column[str]:
    def value(column: str) -> Any:
        filled = _filled(table[column])
        return _plain(end(filled)) if filled.dtype.kind in "fM" and len(filled) > 0 else None

    def text(column: str) -> str:
        found = value(column)
        return "" if found is None else found if isinstance(found, str) else figure(found)

    return Column(title=title, text=text, path=(name,), value=value, figure=True)


def outcome_layout(outcomes: Sequence[Outcome]) -> Layout:
    """Lay out what came of fetching tables."""
    columns: list[Column[Outcome]] = [
        Column(title="Table", text=lambda row: Span(row.name, "name"), path=("name",), value=lambda row: row.name),
        Column(path=("address",), value=lambda row: row.address),
        text_column("Status", ("status",), lambda row: row.status),
        Column(
            title="Newest vintage",
            text=lambda row: row.vintage or "none",
            path=("vintage",),
            value=lambda row: row.vintage,
        ),
        Column(title="Address", text=lambda row: row.address),
        Column(path=("reason",), value=lambda row: row.reason),
    ]
    table = Table("Public tables fetched", columns, outcomes)
    return Layout(tables=(table,), json=lambda: {"schema": 1, "tables": to_json(table)})


def rows_text(table: public.Table) -> str:
    """Say how many rows a table has, and how many could not be read."""
    unread = f", {len(table.unread)} could not be read" if table.unread else ""
    return f"{len(table)} rows{unread}"


def unread_lines(unread: Sequence[Unread], indent: str = "  ") -> list[str]:
    """Say why rows could not be read: a line a reason, with the first lines of the file that it holds for."""
    said = []
    reasons = Counter(row.reason for row in unread)
    for reason, count in reasons.most_common(MOST_SHOWN):
        lines = [str(row.line) for row in unread if row.reason == reason]
        where = ", ".join(lines[:MOST_SHOWN]) + (", ..." if count > MOST_SHOWN else "")
        said.append(f"{indent}not read, {reason}: line{'s' if count > 1 else ''} {where}")
    left = len(reasons) - MOST_SHOWN
    return [*said, f"{indent}and for {left} other reasons; --json has every row"] if left > 0 else said


def _filled(values: np.ndarray) -> np.ndarray:
    """Cells that are not blank."""
    kind = values.dtype.kind
    shown: np.ndarray = (
        ~np.isnat(values) if kind == "M" else np.isfinite(values) if kind == "f" else values.astype(bool)
    )
    return np.asarray(values[shown])


def _records(table: public.Table) -> list[dict[str, Any]]:
    columns = {name: [_plain(value) for value in values] for name, values in table.columns.items()}
    return [
        {"line": int(line), **{name: values[row] for name, values in columns.items()}}
        for row, line in enumerate(table.lines)
    ]


def _plain(value: Any) -> Any:
    """A cell as JSON: null where it is blank."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.floating):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.bool_):
        return bool(value)
    return list(value) if isinstance(value, tuple) else value or None
