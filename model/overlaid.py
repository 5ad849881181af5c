"""Rows that lay tables of their own over the model: what scenarios and worlds have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..priors.errors import nearest_name, refuse_unknown, unknown_name
from ..priors.layers import Layer, Row, merge
from ..priors.strict import StrictModel, validate


def overlaid_rows[Text: StrictModel](
    section: str, layers: Iterable[Layer], text: type[Text], overlaid: Sequence[str]
) -> Iterator[tuple[str, Text, list[Layer], str]]:
    """Read the rows of a section.

    Parameters
    ----------
    section : str
        Its name.
    layers : iterable of Layer
        From the lowest to the highest.
    text : type
        Model of what a row says beside its tables.
    overlaid : sequence of str
        Tables that it may bring.

    Yields
    ------
    tuple of str, StrictModel, list of Layer and str
        A row's name, what it says, what it lays over the model (one layer for each file that states some, lowest
        first), and the file that last changed it.

    Raises
    ------
    InputError
        If a row has a key that is neither, or a table that is none; or says nothing and has nearly the name of another.
    """
    layers = list(layers)
    laid: dict[str, list[Layer]] = {}
    for layer in layers:
        for name, row in layer.tables.get(section, {}).items():
            laid.setdefault(name, []).extend(_overlaid_by(row, text, overlaid, layer.file, f"{section}.{name}"))
    rows = merge(layers, section)
    for name, merged in rows.items():
        key = f"{section}.{name}"
        _refuse_misspelt(section, name, rows, key)
        said = {part: value for part, value in merged.values.items() if part not in overlaid}
        yield name, validate(text, said, file=merged.file, key=key), laid[name], merged.file


def _overlaid_by(
    row: Mapping[str, Any], text: type[StrictModel], overlaid: Sequence[str], file: str, key: str
) -> list[Layer]:
    """What one file lays over the model in a row: one layer, or none where it only says something of the row."""
    known = [*text.model_fields, *overlaid]
    for part in row:
        refuse_unknown("key", [part], known, file, f"{key}.{part}")
    tables = {part: value for part, value in row.items() if part in overlaid}
    return [Layer.of(tables, file=f"{file}: {key}")] if any(value != {} for value in tables.values()) else []


def _refuse_misspelt(kind: str, name: str, rows: Mapping[str, Row], key: str) -> None:
    """Refuse a row without a title whose name is like that of one that has one: a name misspelt, most likely."""
    titled = [other for other, row in rows.items() if "title" in row.values]
    if name not in titled and nearest_name(name, titled):
        raise unknown_name(kind, name, titled, file=rows[name].file, key=key)
