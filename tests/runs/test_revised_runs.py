"""A revision and a retraction, planted between runs: what moved because of them is a correction, with its reason."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.site.moved import story_of
from catchup.analysis.runs.publish import publish
from catchup.analysis.runs.replay import replay
from catchup.evidence import __file__ as evidence_room
from catchup.model.assumptions import load_assumptions

LEDGER = Path(evidence_room).parent / "ledger"
FIRST, LAST, WEEK = date(2026, 9, 4), date(2026, 9, 25), timedelta(days=7)
REVISED, RETRACTED = date(2026, 9, 9), date(2026, 9, 23)
REVISION = f"""
[[revised]]
day = {REVISED}
key = "observed.value"
old = 9.5
new = 7
why = "the <index> had left two releases out"
"""
RETRACTION = f"""retracted_on = {RETRACTED}
retracted_why = "its tasks were in the training data"
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("revised") / "ledger"
    shutil.copytree(LEDGER, folder)
    lag, other = folder / "eci-lag.toml", folder / "caisi-deepseek-v4-lag.toml"
    assert "value = 7 " in lag.read_text() or "value = 7\n" in lag.read_text()
    lag.write_text(lag.read_text() + REVISION)
    other.write_text(RETRACTION + other.read_text())
    return folder


@pytest.fixture(scope="module")
def runs(ledger: Path) -> list[Run]:
    question = Question(load_assumptions(model="article"), LAST, draws=60_000)
    asked = Request(question, engine="importance", ledger=ledger)
    return list(replay(asked, ledger.parent / "runs", FIRST, LAST, WEEK))


def steps_of(run: Run) -> Mapping[str, Mapping[str, Any]]:
    return {step["id"]: step for step in json.loads((run.folder / "diff.json").read_text())["steps"]}


def test_the_planted_changes_are_found_in_their_weeks_and_nowhere_else(runs: list[Run]) -> None:
    found = {run.name: [name for name in steps_of(run) if name.startswith(("changed", "removed"))] for run in runs[1:]}
    assert found == {
        "2026-09-11": ["changed:eci-lag"],
        "2026-09-18": [],
        "2026-09-25": ["removed:caisi-deepseek-v4-lag"],
    }
    step = steps_of(runs[1])["changed:eci-lag"]
    assert step["title"] == (
        "item revised: eci-lag, observed.value 9.5 to 7 on 2026-09-09 (the <index> had left two releases out)"
    )
    assert step["shift"]["0.5"]["months"] < -3.0 * step["shift"]["0.5"]["mcse"]  # a smaller lag: earlier
    assert steps_of(runs[3])["removed:caisi-deepseek-v4-lag"]["title"] == (
        "item retracted: caisi-deepseek-v4-lag, on 2026-09-23: its tasks were in the training data"
    )


def test_they_are_corrections_and_no_news(runs: list[Run]) -> None:
    stories = {run.name: story_of(run) for run in runs[1:]}
    kinds = {
        name: {group.kind: [line for line in group.sentences if "item re" in line] for group in story.groups}
        for name, story in stories.items()
    }
    assert [len(kinds[run.name].get("correction", [])) for run in runs[1:]] == [1, 0, 1]
    assert all(lines == [] for groups in kinds.values() for kind, lines in groups.items() if kind != "correction")


def test_each_run_is_what_a_ledger_of_that_day_gives(runs: list[Run], ledger: Path, tmp_path: Path) -> None:
    """The first day asked of a ledger that knows nothing of what came later: the same forecast and the same hash."""
    before = tmp_path / "ledger"
    shutil.copytree(LEDGER, before)
    lag = before / "eci-lag.toml"
    lag.write_text(re.sub(r"(?m)^value = 7\b", "value = 9.5", lag.read_text()))
    question = Question(load_assumptions(model="article"), FIRST, draws=60_000)
    asked = Request(question, engine="importance", ledger=before)
    (again,) = replay(asked, tmp_path / "runs", FIRST, FIRST, WEEK)
    assert again.forecast == runs[0].forecast
    assert again.manifest.ledger_hash == runs[0].manifest.ledger_hash


def test_a_diff_of_kept_runs_says_the_same(runs: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["diff", str(runs[2].folder), str(runs[3].folder), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [step["title"] for step in content["steps"] if step["id"].startswith("removed")] == [
        steps_of(runs[3])["removed:caisi-deepseek-v4-lag"]["title"]
    ]


def test_the_commands_show_it(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["evidence", "show", "eci-lag", "--ledger", str(ledger)]
    assert command(asked) == 0
    assert "Revised: observed.value 9.5 to 7 on 9 Sep 2026" in " ".join(capsys.readouterr().out.split())
    assert command([*asked, "--as-of", "2026-09-04", "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    assert (before["observed"]["value"], before["revised"], before["retracted_on"]) == (9.5, [], None)
    assert command(["evidence", "list", "--ledger", str(ledger), "--as-of", "2026-09-25", "--json"]) == 0
    items = {item["id"]: item for item in json.loads(capsys.readouterr().out)["items"]}
    assert items["caisi-deepseek-v4-lag"]["use"].startswith("retracted on 2026-09-23: its tasks")
    assert [entry["old"] for entry in items["eci-lag"]["revised"]] == [9.5]
    assert command(["evidence", "list", "--ledger", str(ledger), "--as-of", "2026-09-25"]) == 0
    assert "Revised" in capsys.readouterr().out
    assert command(["evidence", "show", "caisi-deepseek-v4-lag", "--ledger", str(ledger)]) == 0
    assert "Retracted on 23 Sep 2026" in capsys.readouterr().out


def test_the_site_shows_the_life_of_each_item(runs: list[Run], tmp_path: Path) -> None:
    publish(runs[0].folder.parent, tmp_path / "site")
    page = " ".join((tmp_path / "site" / "evidence.html").read_text(encoding="utf-8").split())
    text = re.sub(r"<[^>]*>", "", page)
    assert "9 Sep 2026: revised: observed.value 9.5 to 7 (the &lt;index&gt; had left two releases out)" in text
    assert "23 Sep 2026: retracted: its tasks were in the training data" in text
    assert "4 Sep 2026: first counted by run 2026-09-04" in text
    assert "18 Sep 2026: last counted by run 2026-09-18" in text


def test_check_refuses_a_change_of_tomorrow(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ledger.parent / "tomorrow"
    shutil.copytree(ledger, folder)
    lag = folder / "eci-lag.toml"
    lag.write_text(lag.read_text().replace(str(REVISED), "2126-09-09"))
    assert command(["evidence", "check", "--ledger", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "revised.0.day: 2126-09-09 is after" in line
