"""What a study has read off public tables, written as an item's file: to be added, kept in a ledger or counted here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ....evidence.efficiency.curve import EfficiencyCurve
from ....evidence.schema import Item, item_from_table
from ....evidence.tables.table import Table
from ...inference.json_values import significant
from .chosen import last_day
from .telling_curve import refuse_flat

STATEMENT = "epoch-capabilities-index"  # that all of these rest on: scores, and lags between them


def item_text(
    item_id: str,
    title: str,
    kind: str,
    tables: tuple[Table, ...],
    *,
    by: str,
    observed: dict[str, Any],
    likelihood: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Write an item's file.

    Parameters
    ----------
    item_id, title, kind : str
        As in the file.
    tables : tuple of Table
        What it was read off, the index that it is of first.
    by : str
        The command that writes it.
    observed, likelihood : dict
        The kind's own tables, the second where it has one.
    more
        Further keys, and others in place of those that follow from the tables.

    Returns
    -------
    dict
        Its tables, as `item_from_table` takes them.
    """
    read = f"{'a table' if len(tables) == 1 else 'tables'} of sha256 {' and '.join(table.sha256 for table in tables)}"
    return {
        "id": item_id,
        "title": title,
        "kind": kind,
        "role": "likelihood",
        "known_since": last_day(tables[0]),
        "shares": [STATEMENT],
        **more,
        "notes": f"Written by {by} from {read}.",
        "observed": observed,
        **({} if likelihood is None else {"likelihood": likelihood}),
        "sources": [
            {
                "title": f"{table.shape.title}, {table.shape.licence}",
                "publisher": table.shape.publisher,
                "date": last_day(table),
                "quoted_in": Path(table.file).name,
            }
            for table in tables
        ],
    }


def progress_observed(table: Table, curve: EfficiencyCurve, **more: Any) -> dict[str, Any]:
    """What an item observes of progress: a table's curve, and where it is highest.

    Raises
    ------
    InputError
        If it rules out no fast progress, or no slow one.
    """
    refuse_flat(curve, table.file)
    heights = [round(float(height - curve.values.max()), 6) for height in curve.values]
    return {
        "value": significant(curve.mode, 6),
        "table": table.name,
        "vintage": last_day(table),
        **more,
        "curve": {"start": curve.start, "step": curve.step, "heights": heights},
    }


def written_item(text: dict[str, Any]) -> Item:
    """Read an item's file that has been written."""
    return item_from_table(text, file=f"{text['id']}.toml")
