"""Every block of code in the README and the documentation does what the text around it says it does.

A page's blocks run in order in one folder. A block of TOML whose first line names a file is that file. Commands
run on few draws, and among the slow tests as they are written, with as many draws as a reader's.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError

from catchup.analysis.commands.main import app, run
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.structure_registry import STRUCTURES
from catchup.analysis.studies.voi.decision import read_decision
from catchup.analysis.studies.voi.disclosures import read_disclosures
from catchup.evidence import item_from_table
from catchup.evidence.kinds import KINDS
from catchup.evidence.tables.criteria import load_criteria
from catchup.evidence.tables.shapes import load_shapes
from catchup.model import load_assumptions
from catchup.model.mechanisms.registry import MECHANISMS
from catchup.priors import FAMILIES, Layer
from documents import NOTEBOOKS, PAGES, ROOT, Block, blocks, name_of

HARMLESS = {"mkdir", "mv", "cp"}
ELSEWHERE = {"systemctl", "journalctl", "loginctl", "crontab"}  # of other programs, not to be run here
FEW_DRAWS = "2000"
LONG = {"run", "check", "calibrate", "sensitivity", "structures", "thresholds", "history", "diff", "voi", "worlds"}
LONG_PAGES = {"docs/how-to/add-a-leak.md", "docs/how-to/extend.md"}  # a dozen answers; draws by three samplers
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

WITH_CODE = [path for path in PAGES if path not in NOTEBOOKS and blocks(path)]


def shell(path: Path) -> list[list[str]]:
    return [words for block in blocks(path) if block.language in ("sh", "console") for words in block.commands]


def is_ours(words: list[str]) -> bool:
    return words[0] in ("catchup", ".venv/bin/catchup")


def arguments(words: list[str]) -> list[str]:
    """Those of our command, without where its output goes."""
    return words[1 : words.index(">")] if ">" in words else words[1:]


def is_long(path: Path) -> bool:
    return name_of(path) in LONG_PAGES or any(is_ours(words) and words[1] in LONG for words in shell(path))


def on_few_draws(given: list[str]) -> list[str]:
    """The same of our command, on few draws if it takes a number of them."""
    place = given.index("--draws") if "--draws" in given else len(given)
    fewer = [*given[:place], *given[place + 2 :], "--draws", FEW_DRAWS]
    try:
        app.parse_args(fewer, exit_on_error=False, print_error=False)
    except CycloptsError:
        return given
    return fewer


def asks_for(words: list[str]) -> None:
    """Fail unless the command line understands a command."""
    app.parse_args(arguments(words), exit_on_error=False, print_error=False)


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_blocks_say_what_they_are(path: Path) -> None:
    """Every block has a language; every command is ours and understood, or known to be another's."""
    for block in blocks(path):
        assert block.language, f"a block without a language: {block.text[:40]!r}"
        if block.language == "json":
            json.loads(block.text)
    for words in shell(path):
        if is_ours(words):
            asks_for(words)
        elif words[0] == "make":
            assert {word for word in words[1:] if "=" not in word} <= TARGETS, words
        else:
            assert words[0] in HARMLESS | ELSEWHERE, words


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_toml_keeps_to_its_schema(path: Path, tmp_path: Path) -> None:
    for block in blocks(path):
        if block.language == "toml":
            table = tomllib.loads(block.text)
            if "kind" in table:
                item_from_table(table, file=name_of(path))
            elif "disclosures" in table or "decisions" in table:
                check_pending(table)
            elif "shape" in table:
                check_shapes(block.text, tmp_path)
            elif "criterion" in table:
                check_criteria(block.text, tmp_path)
            else:
                load_assumptions([Layer.of(table, file=name_of(path))])


def check_pending(table: dict[str, dict[str, object]]) -> None:
    """Fail unless disclosures and decisions keep to their schema."""
    question = Question(load_assumptions(), date(2026, 11, 21))
    read_disclosures({name: (row, "page") for name, row in table.get("disclosures", {}).items()}, question, {})
    for name, row in table.get("decisions", {}).items():
        read_decision(name, row, question.as_of_months, file="page")


def check_shapes(text: str, folder: Path) -> None:
    """Fail unless shapes of tables keep to their schema."""
    (folder / "shapes.toml").write_text(text, encoding="utf-8")
    load_shapes(folder / "shapes.toml")


def check_criteria(text: str, folder: Path) -> None:
    """Fail unless criteria keep to their schema."""
    (folder / "criteria.toml").write_text(text, encoding="utf-8")
    load_criteria(folder / "criteria.toml")


@pytest.fixture
def registries_as_they_were() -> Iterator[None]:
    """What a page registers is gone by the time that the next one is read."""
    registries: list[dict[Any, Any]] = [FAMILIES, KINDS, MECHANISMS, STRUCTURES]
    before = [dict(registry) for registry in registries]
    yield
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)


@pytest.mark.parametrize("path", [path for path in WITH_CODE if not is_long(path)], ids=name_of)
@pytest.mark.usefixtures("registries_as_they_were")
def test_blocks_run_on_few_draws(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_blocks(path, on_few_draws)


@pytest.mark.slow
@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
@pytest.mark.usefixtures("registries_as_they_were")
def test_blocks_run_as_they_are_written(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_blocks(path, list)


def run_blocks(path: Path, asked: Callable[[list[str]], list[str]]) -> None:
    names: dict[str, object] = {}
    for block in blocks(path):
        if block.name:
            Path(block.name).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(block.text, name_of(path), "exec", dont_inherit=True), names)
        elif block.language in ("sh", "console"):
            run_block(block, asked)


def run_block(block: Block, asked: Callable[[list[str]], list[str]]) -> None:
    for words in block.commands:
        if words[0] in HARMLESS:
            subprocess.run(words, check=True)
        elif is_ours(words) and not any("~" in word or "$" in word for word in words):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                status = run(asked(arguments(words)))
            assert status == 0, " ".join(words)
            if ">" in words:
                Path(words[words.index(">") + 1]).write_text(printed.getvalue(), encoding="utf-8")
            elif "--json" in words:
                json.loads(printed.getvalue())
