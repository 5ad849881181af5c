"""Renderers: whatever text a cell holds is shown as text, and a narrow terminal wraps it instead of cutting it."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from catchup.analysis.presentation.harmless import harmless
from catchup.analysis.presentation.html import environment
from catchup.analysis.presentation.json_form import merged, to_json
from catchup.analysis.presentation.markdown import markdown_table, marked_up, to_markdown
from catchup.analysis.presentation.table import ABSENT, KEY, Column, Layout, Room, Span, Table, plain
from catchup.analysis.presentation.terminal import print_layout
from html_tables import to_html

HOSTILE = (
    "<!--<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b \\| c",
    "`code` **bold** _slant_ [text](javascript:alert(1)) $x$ &lt;b&gt;",
    "left \N{RIGHT-TO-LEFT OVERRIDE}txet\N{POP DIRECTIONAL FORMATTING} \N{RIGHT-TO-LEFT ISOLATE}x",
    "\x1b[2J\x1b[31mred\x07 and\nthe next line\rover it",
    "[bold]not[/] markup [/] of a terminal",
)
CHARACTERS = "ab1 |\\`*_[]()<>!&;#$~-=+:/.\"'\n\N{RIGHT-TO-LEFT OVERRIDE}\N{LATIN SMALL LETTER E WITH ACUTE}"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def one_cell(text: str | Span) -> Table[str]:
    columns: list[Column[str]] = [
        Column(title="First", text=lambda row: "row"),
        Column(title="Second", text=lambda row: text),
        Column(title="Third", text=lambda row: "end"),
    ]
    return Table("A table", columns, ["row"], lines=[(text,) if isinstance(text, Span) else text])


def printed(table: Table[Any], width: int) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    print_layout(Layout(tables=(table,), json=dict), out)
    return out.file.getvalue()  # type: ignore[attr-defined]


def test_a_table_is_told_by_its_title_alone_or_among_others() -> None:
    """Dates of a firm if it is first, below those of anybody, would be read as dates of its own."""
    first, second = one_cell("this"), replace(one_cell("that"), title="Another table")
    out = Console(file=io.StringIO(), width=60, highlight=False, color_system=None)
    print_layout(Layout(tables=(first, second), json=dict), out)
    said = out.file.getvalue()  # type: ignore[attr-defined]
    places = [said.index(text) for text in ("A table", "this", "Another table", "that")]
    assert places == sorted(places)
    assert printed(first, 60).count("A table") == 1


def unspaced(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_text_as_text(text: str) -> None:
    page = to_html(one_cell(text))
    assert set(re.findall(r"<\s*/?\s*(\w+)", page)) == {"div", "table", "caption", "span", "thead", "tbody"} | {
        *("tr", "th", "td", "p")
    }
    assert "<!--" not in page
    assert not any(character in page for character in "\x1b\x07\N{RIGHT-TO-LEFT OVERRIDE}\N{RIGHT-TO-LEFT ISOLATE}")
    assert environment().from_string("{{ text }}").render(text=harmless(text)) in page


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:x", "java\tscript:x", " javascript:x"]
)
def test_only_addresses_that_can_be_followed_become_links(address: str) -> None:
    table = one_cell(Span("here", address=address))
    assert "<a " not in to_html(table)
    assert "](" not in to_markdown(table)
    good = one_cell(Span("here", address="https://example.org/a_(b)"))
    assert '<a href="https://example.org/a_(b)">here</a>' in to_html(good)
    assert "[here](https://example.org/a_%28b%29)" in to_markdown(good)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("role", ["", "name", "strong"])
def test_markdown_shows_text_as_text(text: str, role: Any) -> None:
    assert read_back(Span(text, role)) == unspaced(harmless(text))


@given(st.text(CHARACTERS, max_size=30))
def test_markdown_shows_any_text_as_text(text: str) -> None:
    assert read_back(text) == unspaced(harmless(text))


def read_back(cell: str | Span) -> str:
    """What a reader of Markdown sees in the second cell of a row, if the row still has three and nothing else."""
    tokens = MARKDOWN.parse(to_markdown(one_cell(cell), lines=False))
    assert [token.type for token in tokens].count("tr_open") == 2
    cells = [after.children for token, after in pairwise(tokens) if token.type == "td_open"]
    assert len(cells) == 3
    shown = cells[1] or []
    assert {token.type for token in shown} <= {"text", "text_special", "strong_open", "strong_close", "code_inline"}
    return unspaced("".join(token.content for token in shown))


def test_bars_are_escaped_once() -> None:
    assert markdown_table(["a"], [["b|c", "b\\|c", "b\\\\|c"]]).splitlines()[2] == "| b\\|c | b\\|c | b\\\\\\|c |"
    assert marked_up("a|b") == "a\\|b"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [100, 40, 20])
def test_a_terminal_shows_all_of_a_text_and_obeys_none(text: str, width: int) -> None:
    said = printed(one_cell(text), width)
    assert not any(character in said for character in "\x1b\x07\r\N{RIGHT-TO-LEFT OVERRIDE}")
    wanted = Counter(unspaced(harmless(text)) * 2)  # in its cell, and in the sentence below
    assert not wanted - Counter(unspaced(said))


@pytest.mark.parametrize("width", [200, 80, 60, 40, 30])
def test_a_narrow_terminal_wraps_and_never_cuts(width: int) -> None:
    columns: list[Column[int]] = [
        Column(title="A name", text=lambda row: "q" * 30),
        Column(title="What it is", text=lambda row: "z " * 20),
        *(Column(title=f"figure {k}", text=lambda row: "7" * 11, figure=True) for k in range(3)),
    ]
    said = printed(Table("A table", columns, [0, 1]), width)
    assert max(map(len, said.splitlines())) <= width
    assert (said.count("q"), said.count("z"), said.count("7")) == (60, 40, 66)
    if width >= 80:  # figures and names stay whole for as long as words can give way
        assert said.count("7" * 11) == 6
    if width >= 200:
        assert said.count("q" * 30) == 2


def test_headings_of_figures_give_way_before_words_do() -> None:
    columns: list[Column[int]] = [
        Column(title="Name", text=lambda row: "a name of some words"),
        Column(title="a heading that is very long indeed", text=lambda row: "1.0", figure=True),
    ]
    said = printed(Table("A table", columns, [0]), 40)
    assert "a name of some words" in said


def test_a_column_without_room_says_it_in_sentences() -> None:
    columns: list[Column[str]] = [
        Column(title="Id", text=lambda row: row, full=lambda row: f"{row} in full"),
        Column(title="wide", text=lambda row: "w", room=Room.WIDE),
        Column(title="page", text=lambda row: "p", room=Room.PAGE, instead=("x: p",)),
        Column(path=("hidden",), value=lambda row: 1),
    ]
    table = Table("A table", columns, ["x", "y"], lines=["last"], shown=["x"])
    narrow, wide, page = (next(iter(table.parts(room))) for room in Room)
    assert [[column.title for column in part.columns] for part in (narrow, wide, page)] == [
        ["Id"],
        ["Id", "wide"],
        ["Id", "wide", "page"],
    ]
    assert [[plain(cell) for cell in row] for row in page.cells] == [["x in full", "w", "p"]]
    assert table.below(Room.WIDE) == ["x: p", "last"]
    assert table.below(Room.PAGE) == ["last"]
    assert to_json(table) == [{"hidden": 1}, {"hidden": 1}]


def test_a_table_of_groups_is_shown_in_parts_without_rows_that_have_nothing_there() -> None:
    columns: list[Column[str]] = [
        Column(title="Row", text=lambda row: row),
        Column(title="a", text=lambda row: "1" if row == "x" else "", group="First"),
        Column(title="b", text=lambda row: "2", group="Second"),
    ]
    table = Table("units", columns, ["x", "y"], groups=("Second", "First"))
    second, first = table.parts(Room.PAGE)
    assert (second.caption, first.caption) == ("Second; units", "First; units")
    assert [[plain(cell) for cell in row] for row in second.cells] == [["x", "2"], ["y", "2"]]
    assert [[plain(cell) for cell in row] for row in first.cells] == [["x", "1"]]


def test_json_is_put_together_from_paths_in_the_order_of_columns() -> None:
    columns: list[Column[int]] = [
        Column(path=("value", "low"), value=lambda row: row),
        Column(value=lambda row: {"spread": row, "over": row}),
        Column(path=("value", "high"), value=lambda row: ABSENT if row > 1 else row + 1),
    ]
    listed = to_json(Table("A table", columns, [1, 2]))
    assert listed == [
        {"value": {"low": 1, "high": 2}, "spread": 1, "over": 1},
        {"value": {"low": 2}, "spread": 2, "over": 2},
    ]
    assert list(listed[0]) == ["value", "spread", "over"]
    keyed: list[Column[int]] = [
        Column(path=("by", KEY, "plain"), value=lambda row: row),
        Column(path=(KEY, "other"), value=lambda row: -row),
    ]
    assert to_json(Table("A table", keyed, [1, 2], key=lambda row: f"n{row}")) == {
        "by": {"n1": {"plain": 1}, "n2": {"plain": 2}},
        "n1": {"other": -1},
        "n2": {"other": -2},
    }


def test_objects_are_merged_and_later_keys_follow() -> None:
    whole = merged({"a": {"x": 1}, "b": 2}, {"a": {"y": 3}}, {"c": 4, "b": 5})
    assert whole == {"a": {"x": 1, "y": 3}, "b": 5, "c": 4}
    assert list(whole) == ["a", "b", "c"]
