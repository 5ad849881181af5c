"""Tables in HTML: the environment of all templates, and the macro that every table goes through."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .table import Cell, Room, Span, Table, spans
from .text import harmless, is_link

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
SHORT = 15  # characters; a shorter cell is kept on one line


@cache
def environment() -> Environment:
    """Return the environment of the project's templates, in which every value is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.globals.update(parts=_parts, below=_below, spans=_spans, short=_short, harmless=harmless)
    return templates


def to_html(table: Table[Any]) -> str:
    """Return a table in HTML, with the sentences around it."""
    macros: Any = environment().get_template("table.html.j2").module
    return str(macros.whole(table))


def _parts(table: Table[Any]) -> list[Any]:
    return list(table.parts(Room.PAGE))


def _below(table: Table[Any]) -> list[Cell]:
    return table.below(Room.PAGE)


def _spans(cell: Cell) -> list[Span]:
    """Return a cell's spans, their text harmless and their addresses only such as a reader may follow."""
    return [
        Span(harmless(span.text), span.role, span.address if is_link(span.address) else None) for span in spans(cell)
    ]


def _short(cell: Cell) -> bool:
    return sum(len(span.text) for span in spans(cell)) < SHORT
