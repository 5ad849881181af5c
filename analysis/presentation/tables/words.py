"""Tables whose rows are words already."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from ..table import Column, Table

Words = tuple[str, ...]


def words_table(*headings: str, rows: Iterable[Words], left: int = 1, title: str = "") -> Table[Words]:
    """Lay out rows of words and figures; the first `left` columns are words."""
    columns: list[Column[Words]] = [
        Column(title=heading, text=itemgetter(place), figure=place >= left) for place, heading in enumerate(headings)
    ]
    return Table(title, columns, list(rows))
