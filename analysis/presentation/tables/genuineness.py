"""How readings and claims are read: their JSON objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ...inference.json_values import number, significant

if TYPE_CHECKING:  # a forecast without evidence loads no kind of it
    from ...inference.genuineness import Genuineness
    from ...inference.widening import Widening


def genuine_as_json(rows: Iterable[Genuineness]) -> dict[str, Any]:
    """Return, by item, the probability of being genuine that its file states and that the answer gives."""
    return {row.item.id: _row_as_json(row) for row in rows}


def _row_as_json(row: Genuineness) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "stated": number(row.stated, 5),
        "posterior": number(row.posterior.value, 5),
        "mcse": significant(row.posterior.mcse),
        "excluded_by": row.excluded_by,
    }
    return {**entry, "widen": [_widening_as_json(each) for each in row.widenings]} if row.overruled else entry


def _widening_as_json(found: Widening) -> dict[str, Any]:
    from ...inference.widening import NEEDED_DIGITS

    return {
        "quantity": found.quantity,
        "needed": None if found.needed is None else significant(found.needed, NEEDED_DIGITS),
        "covers": number(found.covers),
        "prior": [found.low, found.high],
        "unit": found.unit,
    }
