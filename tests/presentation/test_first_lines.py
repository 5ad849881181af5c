"""What a study prints first says which model, event and day it is of, and what its draws are; and words below it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis import Question, prior_of
from catchup.analysis.commands.main import run as command
from catchup.analysis.presentation.tables.size import WRITTEN
from catchup.analysis.presentation.tables.structure_spread import spread_text
from catchup.analysis.presentation.text import kind_words
from catchup.analysis.studies.structure_spread import StructureSpread, structure_spread
from catchup.model import load_assumptions

DOCS = Path(__file__).parents[2] / "docs"
PRIOR = ["--evidence", "none", "--draws", "2000", "--as-of", "2026-11-26"]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert command(arguments) == status
    said = capsys.readouterr()
    return " ".join((said.err if status else said.out).split())


@pytest.mark.parametrize("name", ["capacity", "efficiency", "size"])
def test_readings_say_what_was_asked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, name, "--model", "article", *PRIOR)
    asked = "model article, event compute-equivalent, as of 26 Nov 2026"
    assert said.startswith(f"{asked}, prior alone, 2,000 draws ")
    counted = [name, "--evidence", "eci-lag", "--model", "article", *PRIOR[2:]]
    assert printed(capsys, *counted).startswith(f"{asked}, 1 item of evidence counted, ")


def test_criteria_say_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "criteria", "--draws", "2000", "--as-of", "2026-11-26").startswith(
        "model current, as of 26 Nov 2026: "
    )


def test_a_column_of_sizes_is_written_one_way() -> None:
    write = WRITTEN["active_parameters"]
    assert [write(value) for value in (780e9, 999.9e9, 1.594e12, 31.9e12, 2e15, 40.0)] == [
        "780e9",
        "1e12",
        "1.59e12",
        "31.9e12",
        "2e15",
        "40e0",
    ]


def test_a_unit_of_one_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "priors", "show", "mfu_china").startswith("mfu_china MFU of")
    assert "mythos_chips (chips)" in printed(capsys, "priors", "show", "mythos_chips")
    said = printed(capsys, "priors", "check", "--set", "mfu_china=0.2", "--set", "mythos_chips=5e5")
    assert "mfu_china: fixed, median 0.2 " in said
    assert "median 0.2 1 " not in said
    assert "median 500,000 chips" in said
    assert json.loads(printed(capsys, "priors", "show", "mfu_china", "--json"))["unit"] == "1"


def test_an_unknown_stock_is_said_as_it_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--quantity", "--stock"):
        said = printed(capsys, "thresholds", option, "startup_stock", "--firm", "alibaba", *PRIOR, status=2)
        assert said.startswith(f"catchup: {option}: unknown stock 'startup_stock'")
    both = printed(capsys, "thresholds", "--quantity", "startup_stock", "--stock", "startup_stock", *PRIOR, status=2)
    assert both.startswith("catchup: --quantity: ")


def test_both_names_of_a_stock_ask_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--model", "article", "--json", *PRIOR]
    found = [printed(capsys, "thresholds", option, "startup_stock", *asked) for option in ("--quantity", "--stock")]
    assert found[0] == found[1]


def test_kinds_of_firms_are_spelt_as_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert [kind_words(kind) for kind in ("startup", "hyperscaler", "consortium")] == [
        "start-up",
        "hyperscaler",
        "consortium",
    ]
    said = printed(capsys, "forecast", *PRIOR)
    assert "a start-up " in said
    assert "a startup " not in said


def test_a_firm_that_a_scenario_brings_in_is_said_by_its_title(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = (DOCS / "how-to/add-a-scenario.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n# national-cluster\.toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    overlay = tmp_path / "national-cluster.toml"
    overlay.write_text(block, encoding="utf-8")
    asked = ["--priors", str(overlay), *PRIOR]
    said = " ".join(printed(capsys, "scenarios", "national-cluster", *asked).split())
    assert re.search(r"national programme \d", said)
    assert "the national programme itself is ready around" in said
    scenario = ["--scenario", "national-cluster", "--stock", "national_cluster", "--by", "2027-03-31"]
    assert "of the national programme, under" in printed(capsys, "thresholds", *scenario, *asked)


def test_the_model_itself_is_not_of_another_shape() -> None:
    question = Question(load_assumptions(), date(2026, 11, 26), draws=2_000)
    spread = structure_spread(prior_of(question))
    others = len(spread.by_median) - 1
    assert spread_text(question, spread).startswith(f"Medians of this model and {others} of other shapes, duplicates")
    alone = StructureSpread(tuple(row for row in spread.structures if row.id != "compute-gate"))
    assert spread_text(question, alone).startswith(f"Medians of {len(alone.by_median)} models of other shapes")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([], "--priors alibaba-largest exchanges ByteDance and Alibaba"),
        (["--priors", "alibaba-largest"], "ByteDance and Alibaba are exchanged here (--priors alibaba-largest)"),
        (["--model", "article"], None),
        (["--priors", "alone.toml"], None),
    ],
)
def test_who_is_judged_largest_is_said_where_both_race(
    asked: list[str],
    told: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alone.toml").write_text("[firm.alibaba]\ncompetes = false\n", encoding="utf-8")
    said = printed(capsys, "forecast", *PRIOR, *asked)
    assert ("this project's judgement" in said) == (told is not None)
    assert told is None or told in said


@pytest.mark.parametrize("name", ["hyperscaler_share", "alibaba_domestic_share"])
def test_an_exchanged_row_says_whose_it_is(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "priors", "show", name, "--priors", "alibaba-largest")
    assert "exchanged with" in said
    assert ("the top hyperscaler's" in said) == name.startswith("alibaba")


@pytest.mark.parametrize("name", ["levers", "regimes", "obstacles", "watch"])
def test_what_is_read_by_its_title_is_called_by_its_id(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Files and options take ids: ``[lever]``, ``--only`` and an item's ``lever`` know no titles."""
    assert command([name, *PRIOR, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    kinds = {"watch": "observables"}
    ids = [row["id"] for row in told[kinds.get(name, name)] if row["id"] not in ("all", None)]
    assert ids
    assert printed(capsys, name, *PRIOR).endswith(f"In files and options, in this order: {', '.join(ids)}")
