"""Data and titles in pages: whatever text they hold, the page stays whole and shows it as what it is."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation import explorer
from catchup.analysis.presentation.html import embedded_json, environment
from catchup.model.assumptions import load_assumptions

OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = (
    "<!--<script>",
    "</script><img src=x onerror=alert(1)>",
    "]]>&lt;&amp;",
    "one\N{LINE SEPARATOR}two\N{PARAGRAPH SEPARATOR}three",
    f"left {OVERRIDE}txet",
)


class Elements(HTMLParser):
    """Names of a page's elements, and what its element of data holds."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.data = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self._inside = ("id", "data") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        self.data += data if self._inside else ""


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(load_assumptions(), date(2026, 11, 21), draws=400)


@pytest.fixture(scope="module")
def data(question: Question) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catchup.analysis.studies.explored.POOL", 400)
        return explorer.explorer_data(question, [], 200)


def page_of(title: str, data: dict[str, Any], question: Question) -> str:
    changed = copy.deepcopy(data)
    changed["events"][0]["title"] = changed["levers"][1]["title"] = title
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explorer, "explorer_data", lambda *_, **options: changed)
        return explorer.render_explorer(prior_of(question))


def elements_of(page: str) -> Elements:
    found = Elements()
    found.feed(page)
    return found


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_does_not_empty_the_explorer(title: str, data: dict[str, Any], question: Question) -> None:
    page = page_of(title, data, question)
    plain, hostile = elements_of(page_of("A title", data, question)), elements_of(page)
    assert hostile.names == plain.names
    assert json.loads(hostile.data)["models"]["current"]["events"][0]["title"] == title
    assert not set(hostile.data) & {"<", ">", "&", "\u2028", "\u2029"}
    assert OVERRIDE not in page


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_embedded_data_is_read_back_and_cannot_end_its_element(data: Any) -> None:
    content = environment().from_string("{{ data }}").render(data=embedded_json(data))
    assert json.loads(content) == data
    assert not set(content) & {"<", ">", "&", "\u2028", "\u2029", OVERRIDE}


def test_templates_mark_nothing_as_safe_but_pictures() -> None:
    templates = environment()
    found = {
        marked
        for name in templates.list_templates()
        for marked in re.findall(r"(\S+)\s*\|\s*safe", templates.loader.get_source(templates, name)[0])  # type: ignore[union-attr]
    }
    assert found == {"figures[name].wide", "figures[name].narrow", "fan.wide", "fan.narrow"}


@pytest.mark.parametrize("title", HOSTILE)
def test_a_picture_shows_text_as_text(title: str) -> None:
    from xml.etree import ElementTree

    from matplotlib.figure import Figure

    from catchup.analysis.presentation.figures import inline_svg

    figure = Figure()
    figure.subplots().set_title(title)
    picture = inline_svg(figure, "hostile")
    names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()}
    assert not names & {"script", "img", "foreignObject"}
    assert "<!--<" not in picture
    assert OVERRIDE not in picture
