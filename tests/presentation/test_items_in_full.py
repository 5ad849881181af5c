"""What is done with an item is said by model: on the page on evidence, and wherever one item is shown in full."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run as command
from catchup.analysis.presentation.pages.evidence import counted_by, evidence_page
from catchup.evidence import load_ledger

DAY = ["--as-of", "2026-11-26"]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert command(["evidence", "show", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_page_says_which_model_counts_an_item() -> None:
    items = load_ledger().items
    by = counted_by(items)
    assert by["microsoft-slide"] == "article, current"
    assert by["eci-lag"] == "article; current: epoch-lag-records takes its place"
    assert by["epoch-lag-records"].startswith("current; article: ")
    counted = re.search(r"^## Counted\n(.*?)^## ", evidence_page(items), re.DOTALL | re.MULTILINE)
    assert counted is not None
    assert counted[1].count("takes its place") == 1


def test_the_page_says_which_models_prior_an_item_set() -> None:
    page = evidence_page(load_ledger().items)
    told = re.search(r"^## Used to set a prior\n(.*?)^## ", page, re.DOTALL | re.MULTILINE)
    assert told is not None
    rows = {name: row for row in told[1].splitlines() for name in re.findall(r"^\| \[`([\w-]+)`\]", row)}
    fitted = {name for name, row in rows.items() if "| current; article: held out as a check |" in row}
    assert fitted == {"glm-5-run", "longcat-2-run"}
    assert all("| article, current |" in row for name, row in rows.items() if name not in fitted)


def test_the_page_says_what_takes_the_place_of_what() -> None:
    page = evidence_page(load_ledger().items)
    assert "| takes the place of | [`eci-lag`](#eci-lag) |" in page
    assert "| replaced by | [`epoch-lag-records`](#epoch-lag-records), where a model counts that |" in page


def test_an_item_in_full_says_what_is_done_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "eci-lag", *DAY)
    assert "On 26 Nov 2026, by the model current: epoch-lag-records takes its place" in said
    assert "by the model article: counted" in printed(capsys, "eci-lag", "--model", "article", *DAY)
    assert "Takes the place of: eci-lag" in printed(capsys, "epoch-lag-records", *DAY)
    assert "known since 16 Aug 2026, after 1 Aug 2026" in printed(capsys, "epoch-lag-records", "--as-of", "2026-08-01")
    assert json.loads(printed(capsys, "eci-lag", "--json", *DAY))["use"] == "epoch-lag-records takes its place"


def test_an_item_can_be_read_in_a_ledger_that_counts_it_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = Path(load_ledger().items["microsoft-slide"].file).name
    text = (Path(__file__).parents[2] / "evidence" / "ledger" / own).read_text(encoding="utf-8")
    (tmp_path / own).write_text(text, encoding="utf-8")
    (tmp_path / "again.toml").write_text(text.replace('id = "microsoft-slide"', 'id = "again"'), encoding="utf-8")
    said = printed(capsys, "again", "--ledger", str(tmp_path), *DAY)
    assert "by the model" not in said
    assert command(["evidence", "show", "again", "--ledger", str(tmp_path), "--set", "no_such=1"]) == 2
