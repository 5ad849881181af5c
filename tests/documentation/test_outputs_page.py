"""The page on what programs read speaks of exactly the keys that are printed, and the files that a run writes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import date, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.commands.main import COMMANDS
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.pages.outputs import ERRORS, described, outputs_page
from catchup.analysis.runs.asked import studies_of_a_run
from catchup.analysis.runs.run import run
from catchup.model.assumptions import load_assumptions
from documents import DOCS

AS_OF = date(2026, 11, 26)
LEAK = """
id = "own-lag"
title = "A lag"
kind = "capability_lag"
role = "likelihood"
known_since = 2026-11-20
[observed]
value = 8
scope = "cyber"
[likelihood]
sd = 0.3
[[sources]]
title = "A report"
publisher = "A laboratory"
date = 2026-11-20
address = "example.org/report"
"""
REQUEST = Request(Question(load_assumptions(), AS_OF, draws=20_000), engine="importance")
Printed = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """What `forecast --json` prints, by how it is asked."""
    leak = tmp_path_factory.mktemp("leak") / "own-lag.toml"
    leak.write_text(LEAK, encoding="utf-8")

    def asked(*options: str) -> dict[str, Any]:
        given = ["--json", "--as-of", f"{AS_OF}", "--draws", "5000", "--engine", "importance", *options]
        with redirect_stdout(io.StringIO()) as said:
            assert command(["forecast", *given]) == 0
        found: dict[str, Any] = json.loads(said.getvalue())
        return found

    return {
        "current": asked(),
        "article": asked("--model", "article"),
        "prior": asked("--evidence", "none"),
        "everything": asked("--add", str(leak), "--pool", "--why"),
    }


def names_within(value: Any) -> Iterator[str]:
    """Every key and every text of an object."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield key
            yield from names_within(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from names_within(entry)
    elif isinstance(value, str):
        yield value


def keys_described() -> list[str]:
    """Every key of a forecast that the page speaks of, in order, those of Monte Carlo errors among them."""
    rows = described()["key"].items()
    return [each for name, row in rows for each in (name, f"{name}{ERRORS}")[: 1 + row.errors]]


def test_keys_are_those_that_are_printed(printed: Printed) -> None:
    assert list(printed["everything"]) == keys_described()
    optional = {name for name, row in described()["key"].items() if row.where}
    assert optional == {"added"}
    for asked in ("current", "article", "prior"):
        assert set(printed[asked]) == {*keys_described()} - optional, asked


def test_dates_are_made_of_what_is_said(printed: Printed) -> None:
    said = [name for name, row in described()["key"].items() if "A date: " in row.text or "a date: " in row.text]
    seen: set[str] = set()
    for name in said:
        values = [told for content in printed.values() if (told := content[name]) is not None]
        dates = [each for told in values for each in (told.values() if name == "ready_if_first" else [told]) if each]
        assert dates, name
        assert all({"mean", "quantiles"} <= set(each) for each in dates), name
        seen |= {key for each in dates for key in each}
    assert seen == set(described()["date"])
    spoken_of = {key for content in printed.values() for key, told in content.items() if _is_date(told)}
    assert spoken_of == {*said} - {"ready_if_first"}


def _is_date(told: Any) -> bool:
    return isinstance(told, dict) and {"mean", "quantiles"} <= set(told)


def test_what_stands_in_backticks_is_there(printed: Printed) -> None:
    """Names of keys further in, of values and of options, wherever they are spoken of."""
    known = {
        *names_within(list(printed.values())),
        "article",
        "current",
        "importance",
        "nuts",
        "forward",
        "hyperscaler",
    }
    known |= {name for content in printed.values() for name in content["first_archetype"]}
    for section in ("key", "date"):
        for name, row in described()[section].items():
            for word in re.findall(r"`([^`]+)`", row.text):
                if not word.startswith(("--", "catchup ")) and not word.endswith(".json"):
                    assert word in known, f"{word} of {name}"


def test_studies_of_a_run_are_files_that_are_spoken_of() -> None:
    """Quickly, of all that a run may ask; a whole run is made among the slow tests."""
    spoken_of = set(described()["file"])
    for model in ("current", "article"):
        drawn = posterior(
            replace(REQUEST, question=replace(REQUEST.question, assumptions=load_assumptions(model=model)))
        )
        assert {f"{name}.json" for name in studies_of_a_run(drawn)} <= spoken_of


def test_commands_beside_the_files_are_there() -> None:
    named = [row.command for row in described()["file"].values() if row.command]
    assert len(named) > 15
    assert {words.split()[0] for words in named} <= set(COMMANDS)


@pytest.mark.slow
def test_files_are_those_that_a_run_writes(tmp_path: Path) -> None:
    question = REQUEST.question
    earlier = replace(REQUEST, question=replace(question, as_of=AS_OF - timedelta(days=7)))
    made = [run(earlier, tmp_path / "runs"), run(REQUEST, tmp_path / "runs")]
    written = {name for one in made for name in ["manifest.json", *one.manifest.files]}
    on_disk = {path.relative_to(made[-1].folder).as_posix() for path in made[-1].folder.rglob("*") if path.is_file()}
    assert on_disk <= written
    spoken_of = described()["file"]
    for name in written:
        assert len([pattern for pattern in spoken_of if fnmatch(name, pattern)]) == 1, name
    missing = [pattern for pattern in spoken_of if not any(fnmatch(name, pattern) for name in written)]
    assert missing == ["refused.json"]
    page = outputs_page()
    assert all(f"`{name}`" in page for name in written if name.startswith("figures/"))
    optional = {name for name, row in described()["key"].items() if row.where}
    assert set(made[-1].forecast) == {*keys_described()} - optional


def test_the_page_is_current() -> None:
    assert outputs_page() == (DOCS / "outputs.md").read_text(encoding="utf-8"), "run make docs"
