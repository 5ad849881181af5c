"""Rows of a table's text, cell by cell, each with the line it begins on."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ...priors.errors import InputError
from .files import TableFile
from .shapes import Match, Shapes

ROW_NAME = "(name)"  # heading of the name that a row of YAML stands under
MOST_YAML_VALUES = 1_000_000  # also of a small file that repeats itself by references
DEEPEST_YAML = 100  # mappings within one another; Python's own limit is raised by some libraries


@dataclass(frozen=True)
class Unread:
    """A row that could not be read.

    Attributes
    ----------
    line : int
        Where it begins, from 1.
    reason : str
        Why, in a few words.
    """

    line: int
    reason: str


@dataclass(frozen=True)
class Rows:
    """A table's cells as text.

    Attributes
    ----------
    match : Match
        The shape that its columns make it.
    header : tuple of str
        Its headings.
    cells : mapping of int to list of str
        By the position of each column that the shape knows, an entry for every row.
    lines : list of int
        Where each row begins, from 1.
    unread : list of Unread
        Rows that have too many cells or too few.
    """

    match: Match
    header: tuple[str, ...]
    cells: Mapping[int, list[str]]
    lines: list[int]
    unread: list[Unread] = field(default_factory=list)


def split_rows(table: TableFile, shapes: Shapes) -> Rows:
    """Take a table's text apart.

    Parameters
    ----------
    table : TableFile
        Its text.
    shapes : Shapes
        Shapes that are known.

    Raises
    ------
    InputError
        If the text is no table, breaks off, or is of no known shape.
    """
    return _split_yaml(table, shapes) if table.form == "yaml" else _split_csv(table, shapes)


def _split_csv(table: TableFile, shapes: Shapes) -> Rows:
    reader = _reader(table)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise _broken(table, error) from None
    first = next((index for index, row in enumerate(rows) if row), None)
    if first is None:
        raise InputError("is empty; a table was expected", file=table.file)
    # where no cell holds a line break, which is known only now, a row's line is its position
    starts = range(1, len(rows) + 1) if reader.line_num == len(rows) else _starts(table)
    header = tuple(heading.strip() for heading in rows[first])
    match = shapes.recognise(header, "csv", file=table.file, line=starts[first])
    width = len(header)
    body, lines, unread = rows[first + 1 :], list(starts[first + 1 : len(rows)]), []
    if set(map(len, body)) - {width}:
        _refuse_broken_end(table, body[-1], lines[-1], width)
        unread = [
            Unread(line, f"{len(row)} cells where the header has {width}")
            for row, line in zip(body, lines, strict=True)
            if row and len(row) != width
        ]
        kept = [(row, line) for row, line in zip(body, lines, strict=True) if len(row) == width]
        body, lines = [row for row, _ in kept], [line for _, line in kept]
    cells = {position: list(map(itemgetter(position), body)) for position in match.positions.values()}
    return Rows(match, header, cells, lines, unread)


def _reader(table: TableFile) -> Any:
    """The csv module's reader, over a stream of bytes: one of text would hold four bytes for every letter."""
    return csv.reader(io.TextIOWrapper(io.BytesIO(table.text.encode()), encoding="utf-8", newline=""), strict=True)


def _starts(table: TableFile) -> list[int]:
    """Line on which each row begins, and one more, as far as the text can be read."""
    reader = _reader(table)
    starts = [1]
    with contextlib.suppress(csv.Error):
        for _ in reader:
            starts.append(reader.line_num + 1)  # noqa: PERF401  # what has been found must survive a broken row
    return starts


def _broken(table: TableFile, error: csv.Error) -> InputError:
    ends = "unexpected end of data" in str(error)
    no_csv = f"is no CSV ({error}); cells as CSV has them were expected"
    problem = "a quoted cell never ends: half a download?" if ends else no_csv
    return InputError(f"the row that begins here: {problem}", file=table.file, key=f"line {_starts(table)[-1]}")


def _refuse_broken_end(table: TableFile, last: list[str], line: int, width: int) -> None:
    if 0 < len(last) < width and not table.text.endswith(("\n", "\r")):
        raise InputError(
            f"the last row has {len(last)} of {width} cells and breaks off: half a download?",
            file=table.file,
            key=f"line {line}",
        )


def _split_yaml(table: TableFile, shapes: Shapes) -> Rows:
    named = [shape for shape in shapes.shapes.values() if shape.format == "yaml"]
    roots = list(dict.fromkeys(shape.rows for shape in named))
    try:
        found, last = _rows_of(table, roots)
    except RecursionError:
        raise InputError("is nested too deeply; a table was expected", file=table.file) from None
    header = tuple(dict.fromkeys(heading for row, _ in found for heading in row))
    match = shapes.recognise(header, "yaml", file=table.file)
    if last:
        _refuse_broken_entry(table, match, header, found)
    cells = {at: [row.get(header[at], "") for row, _ in found] for at in match.positions.values()}
    return Rows(match, header, cells, [line for _, line in found])


def _refuse_broken_entry(
    table: TableFile, match: Match, header: Sequence[str], found: Sequence[tuple[dict[str, str], int]]
) -> None:
    """Refuse rows with which the file ends, in the middle of a line or of a row: YAML has no other sign of it."""
    (row, line), others = found[-1], found[:-1]
    if not table.text.endswith(("\n", "\r")):
        raise InputError(
            "the last row's last line has no end: half a download? If it is whole, end the line",
            file=table.file,
            key=f"line {line}",
        )
    for heading in (header[match.positions[name]] for name in match.shape.needed):
        if others and heading not in row and all(heading in other for other, _ in others):
            raise InputError(
                f"the last row has no '{heading}', as every other has, and the file ends with it: half a download?",
                file=table.file,
                key=f"line {line}",
            )


def _rows_of(table: TableFile, roots: Sequence[str | None]) -> tuple[list[tuple[dict[str, str], int]], bool]:
    """Rows under the first of some names that the file has, each flat and with its line; and whether they end the file.

    Rows in brackets do not count as its end: a broken bracket is no YAML.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document: Any = yaml.compose(table.text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else None
        raise InputError(f"is no YAML: {error.problem or error.context}", file=table.file, key=place) from None
    except yaml.YAMLError as error:
        raise InputError(f"is no YAML: {error}", file=table.file) from None
    top: dict[Any, Any] = {}
    if isinstance(document, yaml.MappingNode):
        _refuse_doubled_key(document, table)
        top = {key.value: node for key, node in document.value if isinstance(key, yaml.ScalarNode)}
    root = next((top[name] for name in roots if name in top), None)
    if not isinstance(root, yaml.MappingNode):
        wanted = " or ".join(f"'{name}'" for name in roots)
        raise InputError(f"has no rows: a mapping named {wanted} was expected", file=table.file, key="line 1")
    if not root.value:
        line = root.start_mark.line + 1
        raise InputError("has no rows; at least one was expected", file=table.file, key=f"line {line}")
    budget = [MOST_YAML_VALUES]
    rows: list[tuple[dict[str, str], int]] = []
    for key, node in root.value:
        row = {ROW_NAME: str(key.value)}
        _flatten(node, "", row, budget, table)
        rows.append((row, key.start_mark.line + 1))
    return rows, root is document.value[-1][1] and not root.flow_style


def _flatten(node: Any, path: str, row: dict[str, str], budget: list[int], table: TableFile, depth: int = 0) -> None:
    """Add a node's single values to a row, named by their dotted path; lists are left out."""
    import yaml

    if depth > DEEPEST_YAML:
        raise RecursionError
    budget[0] -= 1
    if budget[0] < 0:
        raise InputError(f"holds more than {MOST_YAML_VALUES:,} values; a table was expected", file=table.file)
    if isinstance(node, yaml.MappingNode):
        _refuse_doubled_key(node, table)
        for key, inner in node.value:
            _flatten(inner, f"{path}.{key.value}" if path else str(key.value), row, budget, table, depth + 1)
    elif isinstance(node, yaml.ScalarNode):
        row[path] = "" if node.tag.endswith(":null") else node.value


def _refuse_doubled_key(node: Any, table: TableFile) -> None:
    """Refuse a mapping with a key twice, of which a reader would take one without a word."""
    import yaml

    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        line = key.start_mark.line + 1
        if key.value in lines:
            raise InputError(
                f"'{key.value}' stands here again, as on line {lines[key.value]}; each key once was expected",
                file=table.file,
                key=f"line {line}",
            )
        lines[key.value] = line
