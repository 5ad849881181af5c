"""A run that stands already: only where it answers the same question on the same inputs, and is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.manifest import MANIFEST, file_hash
from catchup.analysis.archive.reading import CHECKS, PROGRAM, REPORT
from catchup.analysis.archive.verification import verify
from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference import code_hash as program
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.publish import publish
from catchup.analysis.runs.repeat import unrepeated
from catchup.analysis.runs.run import run as keep_run
from catchup.analysis.runs.standing import standing_run
from catchup.evidence.template import template
from catchup.model import load_assumptions
from catchup.priors import InputError

DAY = date(2026, 11, 21)
ASSUMPTIONS = load_assumptions(model="article")
ASKED = Request(Question(ASSUMPTIONS, DAY, draws=1_000))  # of which too few count: it takes more
OTHERS: dict[str, Callable[[Request], Request]] = {
    "a grid of launches": lambda asked: replace(asked, question=replace(asked.question, launch_grid=3.0)),
    "quasi-random draws": lambda asked: replace(asked, question=replace(asked.question, quasi_random=True)),
    "another engine": lambda asked: replace(asked, engine="nuts"),
    "another seed": lambda asked: replace(asked, question=replace(asked.question, seed=2)),
    "more draws": lambda asked: replace(asked, question=replace(asked.question, draws=2_000)),
    "another day": lambda asked: replace(asked, question=replace(asked.question, as_of=date(2026, 11, 22))),
    "another event": lambda asked: replace(asked, question=replace(asked.question, event="lean-mythos")),
    "other evidence": lambda asked: replace(asked, evidence="eci-lag"),
}


def put(folder: Path, name: str, content: str) -> None:
    """Put a file into a run as if it had been made with it."""
    (folder / name).write_text(content, encoding="utf-8")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    manifest["files"][name] = file_hash(folder / name)
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A run without studies, and what stands for its report."""
    made = keep_run(ASKED, tmp_path / "runs", brief=True)
    put(made.folder, REPORT, "<p>A report.</p>")
    return tmp_path / "runs"


def test_it_stands_whatever_the_draws_that_it_took(runs: Path) -> None:
    found = standing_run(ASKED, runs)
    assert found is not None
    assert (found.manifest.draws_asked, found.manifest.engine_asked) == (1_000, "auto")
    assert found.manifest.draws > 1_000


def test_it_stands_however_a_number_is_written(tmp_path: Path) -> None:
    """Before it was revised the file said 9, and of that the revision says 9.0."""
    item = template("capability_lag").replace("new-item", "mine")
    (path := tmp_path / "mine.toml").write_text(re.sub(r"(?m)^value = \S+", "value = 9", item), encoding="utf-8")
    asked = replace(ASKED, added=(path,))
    made = keep_run(asked, tmp_path / "runs", brief=True)
    put(made.folder, REPORT, "<p>A report.</p>")
    for value, stands in (("9.0", True), ("9.5", False)):
        path.write_text(re.sub(r"(?m)^value = \S+", f"value = {value}", item), encoding="utf-8")
        assert (standing_run(replace(asked), tmp_path / "runs") is not None) is stands


@pytest.mark.parametrize("other", OTHERS)
def test_another_question_is_not_answered_by_it(other: str, runs: Path) -> None:
    assert standing_run(OTHERS[other](ASKED), runs) is None


def test_one_that_is_damaged_does_not_stand(runs: Path) -> None:
    (runs / DAY.isoformat() / REPORT).write_text("<p>A", encoding="utf-8")
    assert standing_run(ASKED, runs) is None


def test_another_program_or_other_tables_of_it_are_not_answered_by_it(runs: Path) -> None:
    """What no run keeps, such as public records, moves the answer without moving the inputs."""
    put(runs / DAY.isoformat(), f"{PROGRAM}.json", json.dumps({"code": "0" * 64, "changes": []}))
    assert standing_run(ASKED, runs) is None


@pytest.mark.parametrize(
    "name", ["evidence/units.toml", "evidence/data/records/epoch-eci.toml", "model/race.py", "evidence/ledgers.py"]
)
def test_the_programs_hash_is_of_its_tables_too(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (name, "evidence/ledger/eci-lag.toml", "priors/baseline.toml"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("one")
    monkeypatch.setattr(program, "ROOT", tmp_path)
    hashes = [program.code_hash.__wrapped__()]
    for each in ("evidence/ledger/eci-lag.toml", "priors/baseline.toml", name):
        (tmp_path / each).write_text("other")
        hashes.append(program.code_hash.__wrapped__())
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]


def test_one_that_should_not_be_trusted_ends_as_it_did_and_is_not_published(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(runs / DAY.isoformat(), f"{CHECKS}.json", json.dumps({"trustworthy": False}))
    asked = ["run", "--once", "--runs", str(runs), "--model", "article", "--draws", "1000", "--as-of", str(DAY)]
    assert catchup([*asked, "--quiet"]) == 1
    assert "the answer should not be trusted" in capsys.readouterr().err
    assert [entry.name for entry in runs.iterdir()] == [DAY.isoformat()]
    with pytest.raises(InputError, match=r"holds no sound run to publish .*should not be trusted"):
        publish(runs, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_draws_that_were_raised_and_items_that_were_added_are_repeated_to_the_byte(tmp_path: Path) -> None:
    """An item's file comes back among the others, by its name."""
    path = tmp_path / "among-the-others.toml"
    path.write_text(template("capability_lag").replace("new-item", path.stem), encoding="utf-8")
    made = keep_run(replace(ASKED, added=(path,)), tmp_path / "runs", brief=True)
    assert made.manifest.draws > 1_000
    assert made.manifest.evidence[-1] == "among-the-others"
    assert unrepeated(made) == []
    assert verify(made.folder).whole


def test_a_path_that_is_no_text_is_kept_as_escapes(tmp_path: Path) -> None:
    made = keep_run(ASKED, tmp_path / "caf\udce9", command="catchup run --runs caf\udce9", brief=True)
    assert made.manifest.command == "catchup run --runs caf\\udce9"
    assert verify(made.folder).whole
