"""A result's table, laid out once: what people read in each column, and where programs find it.

A table is rows of any kind and columns that know what to make of one. The renderers show the same table in a
terminal (`terminal.to_terminal`), in HTML (`whole`, a macro of `table.html.j2`), in Markdown (`markdown.to_markdown`)
and as JSON (`json_form.to_json`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Any, Final, Literal

Role = Literal["", "strong", "name", "pass", "warn", "fail"]


class Room(IntEnum):
    """How much room a reader has, and how much a column needs to be shown."""

    NARROW = 0  # any terminal
    WIDE = 1  # terminals of `terminal.WIDE` columns or more
    PAGE = 2  # HTML and Markdown


class Marker(Enum):
    """What stands for something else in a path or in a cell."""

    KEY = "the row's own key"
    ABSENT = "nothing: the key is left out of this row's object"


KEY: Final = Marker.KEY
ABSENT: Final = Marker.ABSENT

Path = tuple[str | Marker, ...]


@dataclass(frozen=True)
class Span:
    """A part of a cell or of a sentence that is more than plain text.

    Attributes
    ----------
    text : str
        What it says.
    role : str
        ``strong``; ``name``, as it is typed in a command; or a verdict: ``pass``, ``warn``, ``fail``.
    address : str or None
        Where it leads, on a page.
    """

    text: str
    role: Role = ""
    address: str | None = None


Cell = str | Span | tuple[str | Span, ...]


def spans(cell: Cell) -> tuple[Span, ...]:
    """Take a cell apart into its spans."""
    parts = cell if isinstance(cell, tuple) else (cell,)
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(cell: Cell) -> str:
    """Return what a cell says, without its roles and addresses."""
    return "".join(span.text for span in spans(cell))


@dataclass(frozen=True, kw_only=True)
class Column[Row]:
    """A column: its heading, what people read in it, and where its value stands in JSON.

    Attributes
    ----------
    title : str
        Heading; empty for a column that only programs read.
    text : callable or None
        From a row to what people read; None where only programs read the column.
    full : callable or None
        From a row to what people read on a page instead, where there is room for more.
    path : tuple
        Keys that lead to the value in a row's JSON object, with `KEY` in the place of the row's own key where the table
        has keys. An empty path with a value puts all keys of that value, a mapping, into the object.
    value : callable or None
        From a row to its JSON value, or to `ABSENT`; None where only people read the column.
    figure : bool
        Whether it holds figures, which stand to the right and are not broken over lines.
    room : Room
        The least room in which it is shown.
    group : str
        Title of the part of the table that it belongs to; columns without a group are in every part.
    instead : tuple of Cell
        Sentences that say the same below the table where there is no room for the column.
    share : callable or None
        From a row to the length, between 0 and 1, of a bar that pages in HTML draw beside the figure.
    """

    title: str = ""
    text: Callable[[Row], Cell] | None = None
    full: Callable[[Row], Cell] | None = None
    path: Path = ()
    value: Callable[[Row], Any] | None = None
    figure: bool = False
    room: Room = Room.NARROW
    group: str = ""
    instead: tuple[Cell, ...] = ()
    share: Callable[[Row], float] | None = None

    def read(self, row: Row, room: Room) -> Cell:
        """Return what people read of a row, in some room."""
        text = self.full if self.full is not None and room is Room.PAGE else self.text
        return "" if text is None else text(row)

    def written(self, row: Row) -> Any:
        """Return what programs read of a row, or `ABSENT`."""
        return ABSENT if self.value is None else self.value(row)

    def of(self, part: Callable[[Any], Row | None]) -> Column[Any]:
        """Return the column of rows that have in them what this one is about; it is empty where a row has none.

        Parameters
        ----------
        part : callable
            From a row to what this column is about.
        """

        def seen(read: Callable[[Row], Any] | None, nothing: Any) -> Any:
            def read_part(row: Any) -> Any:
                found = part(row)
                return nothing if found is None or read is None else read(found)

            return None if read is None else read_part

        return replace(
            self,
            text=seen(self.text, ""),
            full=seen(self.full, ""),
            value=seen(self.value, ABSENT),
            share=seen(self.share, 0.0),
        )


@dataclass(frozen=True)
class Table[Row]:
    """A table.

    Attributes
    ----------
    title : str
        What it shows. Where its columns have groups, what their parts have in common.
    columns : sequence of Column
        In the order in which both people and programs read them.
    rows : sequence
        All that programs read.
    lead, lines : sequence
        Sentences above and below it.
    sources : sequence of str
        References that it rests on, by name.
    shown : sequence or None
        Rows that people are shown; all by default.
    key : callable or None
        From a row to its key in JSON, which makes the table one object instead of a list.
    groups : sequence of str
        Order of the parts; that of the columns by default.
    """

    title: str
    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    lead: Sequence[Cell] = ()
    lines: Sequence[Cell] = ()
    sources: Sequence[str] = ()
    shown: Sequence[Row] | None = None
    key: Callable[[Row], str] | None = None
    groups: Sequence[str] = ()

    def key_of(self, row: Row) -> str | None:
        """Return a row's key in JSON; None where the table is a list."""
        return None if self.key is None else self.key(row)

    def without(self, *titles: str) -> Table[Row]:
        """Leave out columns for people, by their headings."""
        return replace(self, columns=tuple(column for column in self.columns if column.title not in titles))

    def with_lines(self, *lines: Cell) -> Table[Row]:
        """Add sentences below."""
        return replace(self, lines=(*self.lines, *lines))

    def parts(self, room: Room) -> Iterator[Part]:
        """Yield what fits a reader's room: the whole table, or a part for each group of its columns."""
        visible = [column for column in self.columns if column.text is not None and column.room <= room]
        groups = self.groups or tuple(dict.fromkeys(column.group for column in visible if column.group))
        rows = self.rows if self.shown is None else self.shown
        for group in groups or ("",):
            columns = [column for column in visible if column.group in ("", group)]
            cells = [[column.read(row, room) for column in columns] for row in rows]
            own = [index for index, column in enumerate(columns) if column.group == group]
            kept = [index for index, row in enumerate(cells) if any(plain(row[place]) for place in own)]
            if columns:
                shares = [[column.share and column.share(rows[index]) for column in columns] for index in kept]
                yield Part(self.title, group, columns, [cells[index] for index in kept], shares)

    def below(self, room: Room) -> list[Cell]:
        """Sentences below the table, with those that stand for columns which have no room."""
        instead = [line for column in self.columns if column.room > room for line in column.instead]
        return [*instead, *self.lines]


@dataclass(frozen=True)
class Part:
    """What a reader sees of a table.

    Attributes
    ----------
    title : str
        The table's.
    group : str
        The part's own; empty for a whole table.
    columns : sequence of Column
        Those shown.
    cells : list of list of Cell
        By row.
    shares : list of list of float or None
        By row and column, the length of the bar beside a figure.
    """

    title: str
    group: str
    columns: Sequence[Column[Any]]
    cells: Sequence[Sequence[Cell]]
    shares: Sequence[Sequence[float | None]]

    @property
    def caption(self) -> str:
        """What the part shows, for a page."""
        return f"{self.group}; {self.title}" if self.group else self.title


@dataclass(frozen=True)
class Layout:
    """Everything that is shown of a result.

    Attributes
    ----------
    tables : sequence of Table
        For people, in order.
    json : callable
        Makes the JSON object, for programs.
    head, foot : sequence
        What was asked, and what else is to be known, for a reader who sees nothing else; a page says both elsewhere.
    """

    tables: Sequence[Table[Any]]
    json: Callable[[], dict[str, Any]]
    head: Sequence[Cell] = ()
    foot: Sequence[Cell] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """References that all its tables rest on, by name, each once."""
        return tuple(dict.fromkeys(source for table in self.tables for source in table.sources))
