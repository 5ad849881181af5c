"""A run whose checks say that it should not be trusted: marked or left out wherever runs are told of."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.archive.history import history
from catchup.analysis.archive.manifest import MANIFEST, file_hash
from catchup.analysis.archive.reading import UNTRUSTED, Run, newest_before, read_run, read_runs
from catchup.analysis.archive.scores import Outcome, score_runs
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.figures import draw_history
from catchup.analysis.presentation.site.moved import story_of
from catchup.analysis.presentation.tables.history import EXPLAINED
from catchup.analysis.runs.run import run
from catchup.model.assumptions import load_assumptions
from figure_words import words_of

Shelf = tuple[Path, list[Run]]


@pytest.fixture
def runs(shelf: Shelf, tmp_path: Path) -> Path:
    """The two newest runs, the last of which should not be trusted."""
    for one in shelf[1][-2:]:
        shutil.copytree(one.folder, tmp_path / "runs" / one.name)
    folder = tmp_path / "runs" / shelf[1][-1].name
    path = folder / "checks.json"
    path.write_text(json.dumps({"trustworthy": False}))
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][path.name] = file_hash(path)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return tmp_path / "runs"


def test_a_history_marks_it(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trusted, doubted = (one.name for one in read_runs(runs).runs)
    assert command(["history", "--runs", str(runs)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"{doubted}‡" in out
    assert f"{trusted}‡" not in out
    assert EXPLAINED in out
    assert command(["history", "--runs", str(runs), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["runs"]
    assert [row["trustworthy"] for row in rows] == [True, False]
    assert f"Run {doubted} should not be trusted." in words_of(draw_history(history(runs)))


def test_it_is_not_scored_and_that_is_said(runs: Path) -> None:
    trusted, doubted = read_runs(runs).runs
    scores = score_runs([trusted, doubted], Outcome(date(2027, 6, 30)))
    assert [row.id for row in scores.scores] == [trusted.name]
    assert [(row.id, row.reason) for row in scores.left_out] == [(doubted.name, UNTRUSTED)]


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_digest_says_so_first(form: str, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = f"This run {UNTRUSTED}."
    for one, told in zip(read_runs(runs).runs, (False, True), strict=True):
        assert command(["digest", str(one.folder), "--format", form]) == 0
        page = " ".join(capsys.readouterr().out.split())
        assert (said in page) == told
        if told:
            assert page.index(said) < page.index("A Chinese lab has")


def test_a_comparison_says_so(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = (one.folder for one in read_runs(runs).runs)
    assert command(["diff", str(before), str(after)]) == 0
    assert f"catchup: {after}: {UNTRUSTED}\n" in capsys.readouterr().err


def test_what_moved_is_told_since_a_run_that_is_published(runs: Path) -> None:
    trusted, doubted = read_runs(runs).runs
    found = newest_before(runs, trusted.manifest.event, doubted.manifest.as_of)
    assert found is not None
    assert found.name == trusted.name
    (doubted.folder / "checks.json").write_text("{")  # it cannot be told whether it may be trusted
    assert newest_before(runs, trusted.manifest.event, doubted.manifest.as_of) == read_run(trusted.folder)


def test_a_run_after_none_but_such_runs_says_that_none_may_be_trusted(runs: Path) -> None:
    trusted, doubted = read_runs(runs).runs
    shutil.rmtree(trusted.folder)
    asked = Question(load_assumptions(model="article"), doubted.manifest.as_of, draws=1_000)
    later = run(Request(asked, evidence="none"), runs, brief=True)
    assert later.manifest.previous == ""
    assert "no earlier run about this event that is whole and may be trusted" in story_of(later).finding


def test_a_history_tells_nothing_since_it(runs: Path) -> None:
    trusted, doubted = read_runs(runs).runs
    shutil.copytree(doubted.folder, folder := runs / f"{doubted.name}-2")
    (folder / "checks.json").unlink()
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest["files"]["checks.json"]
    manifest["evidence"].append("a-leak")
    (folder / MANIFEST).write_text(json.dumps(manifest))
    entries = history(runs).entries
    assert [entry.before and entry.before.name for entry in entries] == [None, trusted.name, trusted.name]
    assert "a-leak" in entries[-1].items_added
    assert set(entries[-1].items_added) == {"a-leak", *entries[1].items_added}


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_quiet_job_is_not_told_of_it_every_week(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (damaged := runs / "2026-01-02").mkdir()
    asked = ["publish", "--runs", str(runs), "--site", str(tmp_path / "site")]
    assert command([*asked, "--quiet"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert str(damaged) in line  # what is to be mended is named as ever
    assert command(asked) == 0
    assert UNTRUSTED in capsys.readouterr().err
