"""What a site scores by: a report that is believed, or else that somebody has looked; never the day alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.archive.scores import Outcome
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.site.record import Record, known_outcome
from catchup.analysis.runs import run as orchestration
from catchup.analysis.runs.publish import publish
from catchup.evidence import load_ledger
from catchup.model.assumptions import load_assumptions

ASKED, REACHED = date(2027, 6, 15), date(2027, 6, 4)
LOOKED = load_ledger().items["no-public-model"].observed.confirmed_through
MILESTONE = f"""
id = "reached"
title = "A Chinese lab has a model like Mythos"
kind = "milestone"
role = "likelihood"
known_since = {ASKED}
shares = ["reached"]
[observed]
event = "compute-equivalent"
date = {REACHED}
[likelihood]
delay_months = 1.0
{{likelihood}}
[[sources]]
title = "An assessment"
publisher = "An institute"
date = {ASKED}
quoted_in = "a newspaper"
"""
DOUBTED = "reliability = 0.5\nbackground_mean = 15.7\nbackground_sd = 2.0"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    monkeypatch.setattr(orchestration, "today", lambda: ASKED)

    def make(evidence: str, likelihood: str | None = None) -> Run:
        file = tmp_path / "reached.toml"
        file.write_text(MILESTONE.format(likelihood=likelihood or ""))
        added = () if likelihood is None else (file,)
        question = Question(load_assumptions(), ASKED, draws=10_000)
        request = Request(question, evidence, "importance" if evidence != "none" or added else "auto", added=added)
        return orchestration.run(request, tmp_path / "runs", brief=True)

    return make


@pytest.mark.parametrize(
    ("evidence", "likelihood", "known"),
    [
        ("no-public-model", "", Outcome(REACHED)),
        ("no-public-model", DOUBTED, Outcome(LOOKED, open=True)),
        ("no-public-model", None, Outcome(LOOKED, open=True)),
        ("none", "", Outcome(REACHED)),
        ("none", DOUBTED, None),
        ("none", None, None),
        ("microsoft-slide", None, None),
    ],
)
def test_what_a_run_counts_says_what_is_known(
    evidence: str, likelihood: str | None, known: Outcome | None, made: Callable[..., Run]
) -> None:
    assert known_outcome(made(evidence, likelihood)) == known


def test_what_is_said_by_hand_comes_first(made: Callable[..., Run]) -> None:
    said = Outcome(date(2027, 6, 1))
    assert Record(said).known(made("none", "")) == said


def test_a_site_says_that_it_happened_without_being_told_by_hand(made: Callable[..., Run], tmp_path: Path) -> None:
    made("no-public-model", "")
    publish(tmp_path / "runs", tmp_path / "site")
    page = (tmp_path / "site" / "track-record.html").read_text(encoding="utf-8")
    assert "It happened on 4 Jun 2027" in page
    assert "Still open" not in page
    latest = json.loads((tmp_path / "site" / "latest.json").read_text())
    assert (latest["announced"], latest["silence_confirmed_through"]) == ("2027-06-04", None)
    assert "Publicly known since 4 Jun 2027." in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    feed = (tmp_path / "site" / "feed.xml").read_text(encoding="utf-8")
    assert "publicly known since 4 Jun 2027, ready around" in feed.split("<title>")[2]
    assert "Publicly known since 4 Jun 2027. " in feed.split("<summary>")[1].split("</summary>")[0]
    evidence = (tmp_path / "site" / "evidence.html").read_text(encoding="utf-8")
    assert "<p>Now: the silence was ended by reached.</p>" in evidence


def test_scores_by_a_table_tell_of_a_report_that_the_newest_run_counts(
    made: Callable[..., Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They said that it was still open, of the same runs of which the site said that it happened."""
    for likelihood, told in (("", True), (DOUBTED, False)):
        made("no-public-model", likelihood)
        assert command(["score", "--runs", str(tmp_path / "runs"), "--data", str(tmp_path)]) == 0
        assert (f"--outcome {REACHED} scores by that" in capsys.readouterr().err) is told
        shutil.rmtree(tmp_path / "runs")


def test_a_program_is_told_how_long_ago_somebody_looked(made: Callable[..., Run], tmp_path: Path) -> None:
    made("no-public-model")
    publish(tmp_path / "runs", tmp_path / "site")
    latest = json.loads((tmp_path / "site" / "latest.json").read_text())
    assert (latest["announced"], latest["silence_confirmed_through"]) == (None, LOOKED.isoformat())


def test_where_nobody_has_looked_nothing_is_scored(made: Callable[..., Run], tmp_path: Path) -> None:
    newest = made("none")
    publish(tmp_path / "runs", tmp_path / "site")
    page = (tmp_path / "site" / "track-record.html").read_text(encoding="utf-8")
    assert "Not scored" in page
    assert f"Run {newest.name} counts neither a report" in page
    assert "Still open" not in page
