"""The tutorial of leaks: two dozen of them, each short and valid, and each in the table of what it did."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.pages.asked import AS_OF
from catchup.analysis.presentation.pages.leaks import PAGE, Leak, leak_table, leaks_in, moved
from catchup.analysis.presentation.pages.readings import MARKED
from catchup.evidence import KINDS, read_item
from catchup.model import load_assumptions
from documents import DOCS

TEXT = (DOCS / PAGE).read_text(encoding="utf-8")
FEWEST, LONGEST = 24, 11  # leaks, and lines of each


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("leaks")
    paths = {name: folder / name for name in leaks_in(TEXT)}
    for name, text in leaks_in(TEXT).items():
        paths[name].write_text(text, encoding="utf-8")
    return paths


def test_there_are_two_dozen_short_ones() -> None:
    found = leaks_in(TEXT)
    assert len(found) >= FEWEST
    lines = {name: len(text.strip().splitlines()) for name, text in found.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_each_says_which_of_its_figures_are_its_sources() -> None:
    beside = re.compile(r"^observed = [^#]*?  # (.*)$", re.MULTILINE)
    said = {name: beside.findall(text) for name, text in leaks_in(TEXT).items()}
    assert {name: words for name, words in said.items() if len(words) != 1} == {}
    assert {name: words for name, words in said.items() if not re.search("the source's|judgement", words[0])} == {}
    made_up = ("amodei", "bytedance-view", "markets", "musk", "zai-founder")
    assert all("judgement" in said[f"{name}.toml"][0] for name in made_up)


def test_all_are_valid_together(leaks: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert catchup(["evidence", "check", *map(str, leaks.values()), "--as-of", f"{AS_OF}"]) == 0
    assert f"valid: {len(leaks)} items" in capsys.readouterr().out


def test_each_says_where_it_was_seen_and_many_kinds_are_there(leaks: dict[str, Path]) -> None:
    items = [read_item(path) for path in leaks.values()]
    assert all(source.address or source.quoted_in for item in items for source in item.text.sources)
    assert len({item.text.kind for item in items}) >= 10
    assert {item.text.kind for item in items} <= set(KINDS)


def test_the_table_has_every_leak_that_counts(leaks: dict[str, Path]) -> None:
    (table,) = [match.group(0) for match in MARKED.finditer(TEXT)]
    items = [read_item(path) for path in leaks.values()]
    assert re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[2:] == [
        item.text.title for item in items if item.kind.countable
    ]


def test_what_a_leak_did_is_worked_out() -> None:
    rumour = {"bytedance-run.toml": leaks_in(TEXT)["bytedance-run.toml"], "musk.toml": leaks_in(TEXT)["musk.toml"]}
    (leak,) = moved(rumour, Question(load_assumptions(), AS_OF, draws=4_000))
    assert isinstance(leak, Leak)
    assert leak.movement.shifts[0.5].value < 0.0
    assert leak.genuine is not None
    assert "ByteDance is pre-training" in to_markdown(leak_table([leak]))
