"""Tables and sentences in a terminal: wrapped to its width, never cut."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from .harmless import harmless
from .table import Cell, Column, Layout, Part, Room, Table, plain, spans

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDE = 100  # columns of a terminal from which tables show all that they have
STYLES = {"strong": "bold", "pass": "green", "warn": "yellow", "fail": "red"}
SHORT = 15  # columns of a terminal; what is shorter is kept on one line where there is room
HEADING = 12  # columns of a terminal; no heading is broken to less as long as figures need not be
JOINT = re.compile(r"(?<=[^\W_][-_])(?=[^\W\d_])")  # where a name may be broken, and no day: before a letter
BETWEEN, EDGES = 3, 2  # columns of a terminal between two columns of a table, and at its edges


def console() -> Console:
    """Return the console on standard output; of a fixed width where it is no terminal."""
    return PipedConsole(highlight=False, width=None if sys.stdout.isatty() else WIDE)


class PipedConsole(Console):
    """A console that leaves it to the command what it means that nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def print_layout(layout: Layout, out: Console | None = None) -> None:
    """Print a result for people."""
    out = out or console()
    for line in layout.head:
        out.print(to_text(line))
    if layout.head and layout.tables:
        out.print()
    for table in layout.tables:
        for renderable in to_terminal(table, out.width):
            out.print(renderable)
    for line in layout.foot:
        out.print(to_text(line))


def to_terminal(table: Table[Any], width: int) -> Iterator[RenderableType]:
    """Yield what shows a table in a terminal of a width, with its title and the sentences around it."""
    room = Room.WIDE if width >= WIDE else Room.NARROW
    parts = list(table.parts(room))
    if not parts:
        return
    yield from map(to_text, table.lead)
    for part in parts:
        yield Text(harmless(part.caption), style="bold")
        yield from _laid_out(part, width)
    yield from map(to_text, (*table.below(room), *_left_out(table, width)))


def _left_out(table: Table[Any], width: int) -> Iterator[str]:
    """Say which columns a wider terminal would show, where nothing below the table says the same."""
    if width < WIDE:
        titles = [each.title for each in table.columns if each.text and each.room is Room.WIDE and not each.instead]
        if titles:
            yield f"A terminal of {WIDE} columns or more also shows: {', '.join(dict.fromkeys(titles))}"


def to_text(cell: Cell) -> Text:
    """Return a cell or a sentence as text with its styles; whatever would steer the terminal is shown instead."""
    text = Text(overflow="fold")
    for span in spans(cell):
        text.append(harmless(span.text), style=STYLES.get(span.role, ""))
    return text


@dataclass(frozen=True)
class _Measured:
    """A column with its heading as it is shown, and how wide its cells and their longest words are."""

    column: Column[Any]
    heading: str
    cells: Sequence[str]
    unbroken: bool = False
    jointed: bool = False

    @property
    def width(self) -> int:
        return _widest([*self.heading.split("\n"), *self.cells])

    @property
    def longest_word(self) -> int:
        words_of = _parts if self.jointed else str.split
        return _widest([word for text in (self.heading, *self.cells) for word in words_of(text)])

    @property
    def is_short(self) -> bool:
        return self.width == self.longest_word or self.width < SHORT

    @property
    def least(self) -> int:
        """Width below which it would have to be broken inside a word."""
        return self.width if self.unbroken else self.longest_word

    def with_wrapped_heading(self, *, tight: bool = False) -> _Measured:
        """Break a heading over lines where it is wider than the figures below it; tight, to its shortest."""
        if not self.column.figure:
            return self
        least = _widest(_parts(self.heading)) if tight else max(_widest(self.heading.split()), HEADING)
        width = max(_widest(self.cells), least)
        return replace(self, heading="\n".join(wrap(self.heading, width, break_long_words=False)) or self.heading)


def _parts(text: str) -> list[str]:
    """Split a text into words, and those that are joined into their parts."""
    return [part for word in text.split() for part in JOINT.split(word)]


def _widest(texts: Sequence[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _laid_out(part: Part, width: int) -> Iterator[RenderableType]:
    """Lay out a part of a table: side by side, or one below the other where that would break words."""
    columns = _measured(part, width)
    if columns:
        yield _grid(part, columns, width)
    else:
        yield from _stacked(part)


def _stacked(part: Part) -> Iterator[Text]:
    """Every cell on a line of its own, after its heading."""
    headings = [harmless(column.title) for column in part.columns]
    for row in part.cells:
        lines = [
            Text(f"{heading}: " if heading else "").append_text(to_text(cell))
            for heading, cell in zip(headings, row, strict=True)
            if plain(cell)
        ]
        yield Text("\n").join(lines)
        yield Text()


def _grid(part: Part, columns: Sequence[_Measured], width: int) -> Grid:
    """Lay out a part of a table; figures stay in one piece for as long as the rest can give way."""
    grid = Grid(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    widths = _widths(columns, width)
    for measured, given in zip(columns, widths, strict=True):
        grid.add_column(
            Text(measured.heading),
            justify="right" if measured.column.figure else "left",
            overflow="fold",
            no_wrap=measured.unbroken,
            width=given,
        )
    for row in part.cells:
        grid.add_row(
            *(
                _broken_at_joints(to_text(cell), given) if measured.jointed and given else to_text(cell)
                for cell, measured, given in zip(row, columns, widths, strict=True)
            )
        )
    return grid


def _broken_at_joints(text: Text, width: int) -> Text:
    """Break the names that are wider than their column where their parts join."""
    breaks = []
    for word in re.finditer(r"\S+", text.plain):
        start = end = word.start()
        for joint in (*(found.start() for found in JOINT.finditer(text.plain, *word.span())), word.end()):
            if cell_len(text.plain[start:joint]) > width and end > start:
                breaks.append(end)
                start = end
            end = joint
    return Text("\n").join(text.divide(breaks)) if breaks else text


def _available(columns: Sequence[_Measured], width: int) -> int:
    """Columns of a terminal for what stands in a table's own."""
    return width - EDGES - BETWEEN * (len(columns) - 1)


def _widths(columns: Sequence[_Measured], width: int) -> Sequence[int | None]:
    """How wide each column is: as wide as it would be, or the room shared out by what each lacks to that."""
    spare = _available(columns, width) - sum(each.least for each in columns)
    lacking = [each.width - each.least for each in columns]
    if sum(lacking) <= spare:
        return [None] * len(columns)
    return [each.least + spare * lack // sum(lacking) for each, lack in zip(columns, lacking, strict=True)]


def _measured(part: Part, width: int) -> Sequence[_Measured] | None:
    """Choose what is broken over lines in a table that is too wide: headings of figures, words, names, then figures.

    None where words would have to be broken as well.
    """
    columns = [
        _Measured(column, harmless(column.title), [harmless(plain(row[index])) for row in part.cells])
        for index, column in enumerate(part.columns)
    ]
    available = _available(columns, width)
    if sum(each.width for each in columns) > available:
        columns = [each.with_wrapped_heading() for each in columns]
    tight = [each.with_wrapped_heading(tight=True) for each in columns]
    choices = [
        [replace(each, unbroken=each.column.figure or each.is_short) for each in columns],
        [replace(each, unbroken=each.column.figure) for each in columns],
        [replace(each, unbroken=each.column.figure or each.is_short) for each in tight],
        [replace(each, unbroken=each.column.figure, jointed=not each.column.figure) for each in tight],
        [replace(each, unbroken=each.is_short, jointed=not each.column.figure) for each in tight],
        [replace(each, unbroken=each.column.figure and each.is_short) for each in tight],
        tight,
    ]
    return next((choice for choice in choices if sum(each.least for each in choice) <= available), None)
