"""Pages in HTML: the environment of all templates, the macro that every table goes through, and data for scripts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .harmless import harmless, is_link
from .table import Cell, Room, Span, Table, spans

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
SHORT = 15  # characters; a shorter cell is kept on one line
LONG, LONGEST = 60, 200  # characters, from which on a cell is given more width, so that its row is not drawn out
ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
"""Characters that an HTML or a script parser could take for an end or a beginning, as JSON writes them in a string."""


@cache
def environment() -> Environment:
    """Return the environment of the project's templates, in which every value is escaped and made harmless."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_finalized,
    )
    templates.globals.update(parts=_parts, below=_below, spans=_spans, length=_length, harmless=harmless)
    return templates


def embedded_json(data: Any) -> Markup:
    r"""Return data as JSON that can stand inside a script element, whatever texts it holds.

    Parameters
    ----------
    data : JSON value
        Whatever `json.dumps` takes, without NaN or infinity.

    Examples
    --------
    >>> print(embedded_json({"title": "<!--<script>"}))
    {"title":"\u003c!--\u003cscript\u003e"}
    """
    from markupsafe import Markup

    content = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return Markup(content.translate(ESCAPED))


def _finalized(value: Any) -> Any:
    """Text from elsewhere is made harmless; what is marked up already stays."""
    return harmless(value) if type(value) is str else value


def _parts(table: Table[Any]) -> list[Any]:
    return list(table.parts(Room.PAGE))


def _below(table: Table[Any]) -> list[Cell]:
    return table.below(Room.PAGE)


def _spans(cell: Cell) -> list[Span]:
    """Return a cell's spans, their text harmless and their addresses only such as a reader may follow."""
    return [
        Span(harmless(span.text), span.role, span.address if is_link(span.address) else None) for span in spans(cell)
    ]


def _length(cell: Cell) -> str:
    """Class of a cell by how long it is: ``k``, ``l``, ``x`` or none."""
    characters = sum(len(span.text) for span in spans(cell))
    return "k" if characters < SHORT else "x" if characters >= LONGEST else "l" if characters >= LONG else ""
