"""Rows that lay tables of their own over the model: what scenarios and worlds have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..priors.errors import nearest_name, refuse_unknown, unknown_name
from ..priors.layers import Layer, Row
from ..priors.strict import StrictModel


def overlaid_by(
    row: Mapping[str, Any], text: type[StrictModel], overlaid: Sequence[str], file: str, key: str
) -> list[Layer]:
    """What one file lays over the model in a row: one layer, or none where it only says something of the row.

    Parameters
    ----------
    row : mapping
        As the file has it.
    text : type
        Model of what the row says beside its tables.
    overlaid : sequence of str
        Tables that it may bring.
    file, key : str
        Where it stands.

    Raises
    ------
    InputError
        If it has a key that is neither, or a table that is none.
    """
    known = [*text.model_fields, *overlaid]
    for part in row:
        refuse_unknown("key", [part], known, file, f"{key}.{part}")
    tables = {part: value for part, value in row.items() if part in overlaid}
    return [Layer.of(tables, file=f"{file}: {key}")] if any(value != {} for value in tables.values()) else []


def refuse_misspelt(kind: str, name: str, rows: Mapping[str, Row], key: str) -> None:
    """Refuse a row without a title whose name is like that of one that has one: a name misspelt, most likely.

    Raises
    ------
    InputError
        Naming the nearest row that has a title.
    """
    titled = [other for other, row in rows.items() if "title" in row.values]
    if name not in titled and nearest_name(name, titled):
        raise unknown_name(kind, name, titled, file=rows[name].file, key=key)
