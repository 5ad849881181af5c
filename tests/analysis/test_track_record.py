"""The track record in a run: records that come with the project, known by its day, and as the command says it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import draw_hindcast
from catchup.analysis.presentation.report.contents import record_section
from catchup.analysis.presentation.report.section import Fold, Picture, Section
from catchup.analysis.presentation.report.sections import Sections
from catchup.analysis.presentation.table import Table
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.hindcast import verdict
from catchup.analysis.runs.asked import studies_of_a_run
from catchup.analysis.studies.tables.hindcast import Hindcast
from catchup.analysis.studies.tables.track_record import track_record
from catchup.evidence.tables.records import shipped_records
from catchup.model.assumptions import load_assumptions
from figure_cases import NARROW, WIDE, faults

PUBLISHED = date(2026, 8, 16)


def asked_on(day: date) -> Posterior:
    return prior_of(Question(load_assumptions(model="article"), day, draws=200))


@pytest.fixture(scope="module")
def found() -> Hindcast:
    return track_record(prior_of(Question(load_assumptions(), PUBLISHED, draws=200)))


@pytest.fixture(scope="module")
def section(found: Hindcast) -> Section:
    drawn = asked_on(PUBLISHED)
    (told,) = record_section(Sections(drawn, forecast(drawn), {"hindcast": found}, None, None))
    return told


def test_it_is_what_the_command_says_of_the_records_that_come_with_the_project(
    found: Hindcast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CATCHUP_DATA", str(tmp_path))
    assert run(["hindcast", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"model": "current", **json.loads(json.dumps(as_json(found)))}


def test_a_run_of_a_day_before_the_records_were_published_knows_none() -> None:
    assert shipped_records().vintage == PUBLISHED
    assert "hindcast" in studies_of_a_run(asked_on(PUBLISHED))
    before = asked_on(PUBLISHED - timedelta(days=1))
    assert "hindcast" not in studies_of_a_run(before)
    assert list(record_section(Sections(before, forecast(before), {}, None, None))) == []


def test_its_section_says_the_verdict_and_folds_what_was_said_of_each_record(found: Hindcast, section: Section) -> None:
    scores, picture, *folded = section.parts
    assert isinstance(scores, Table)
    assert [row.id for row in scores.rows] == list(found.scores)
    assert picture == Picture("hindcast")
    rows = [len(table.rows) for fold in folded if isinstance(fold, Fold) for table in fold.parts]  # type: ignore[union-attr]
    assert found.gate is not None
    assert rows == [len(found.episodes), len(found.gate.asked)]
    assert section.finding({}) == verdict(found)
    assert [text.split(",")[0] for text in section.sources] == [
        "Epoch Capabilities Index",
        "AI chips by owner and quarter",
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_its_pictures_texts_stand_clear(found: Hindcast, width: float) -> None:
    assert faults(draw_hindcast(found, width=width)) == []
