"""A source that nobody opened: said in its item's file, and marked where items are listed."""

from __future__ import annotations

import json

import pytest

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.presentation.pages.evidence import evidence_page
from catchup.analysis.presentation.tables.evidence import EXPLAINED, UNOPENED
from catchup.evidence.ledgers import load_ledger
from catchup.evidence.schema import item_from_table
from catchup.priors.errors import InputError
from evidence_cases import table

DAY = ["--as-of", "2026-11-21"]
MARKED = {name for name, item in load_ledger().items.items() if item.unopened}
SOURCE = {"title": "T", "publisher": "P", "date": "2026-06-01"}


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert catchup([*arguments, *DAY]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_ledger_says_which_it_did_not_open() -> None:
    assert {"aisi-open-weight-cyber-lag", "caisi-glm-5-3-cyber-lag"} <= MARKED
    for item in load_ledger().items.values():
        for source in item.text.sources:
            seen_elsewhere = source.address is not None or f"{source.quoted_in}".startswith(("several", "a copy"))
            assert source.opened == (source.quoted_in is None or not seen_elsewhere), item.id


def test_marks_stand_where_items_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = printed(capsys, "evidence", "list")
    told = printed(capsys, "forecast", "--draws", "1000", "--engine", "importance", "--evidence", ",".join(MARKED))
    page = evidence_page(load_ledger().items)
    for text in (listed, told, page):
        assert EXPLAINED in text
    for name in load_ledger().items:
        assert (f"{name}{UNOPENED}" in listed) == (name in MARKED), name
        assert (f"[`{name}`](#{name}){UNOPENED}" in page) == (name in MARKED), name
    assert all(f"{name}{UNOPENED}" in told for name in MARKED & {"caisi-glm-5-3-cyber-lag", "kimi-k3-cyber-range"})


@pytest.mark.parametrize("name", sorted(MARKED))
def test_an_item_in_full_says_where_it_was_seen_and_where_nobody_was(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (source,) = load_ledger().items[name].text.sources
    where = f"{source.address}, not opened" if source.address else "not opened"
    assert f"{where}, quoted in {source.quoted_in})" in printed(capsys, "evidence", "show", name)
    assert json.loads(printed(capsys, "evidence", "show", name, "--json"))["sources"][0]["opened"] is False


def test_without_such_a_source_nothing_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert UNOPENED not in printed(capsys, "forecast", "--draws", "1000", "--evidence", "none")


def test_what_nobody_opened_was_seen_somewhere() -> None:
    row = {**table("capability_lag"), "sources": [{**SOURCE, "address": "example.org/a", "opened": False}]}
    with pytest.raises(InputError, match=r"opened: is false of a source that has a quoted_in") as caught:
        item_from_table(row, file="mine.toml")
    assert caught.value.key == "sources.0.opened"
