"""A study beside the forecast whose answer cannot be trusted: the run says so, and stands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from catchup.analysis.archive.verification import verify
from catchup.analysis.commands.main import run
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.runs import run as orchestration
from catchup.evidence.template import template

ASKED = ["--as-of", "2026-11-21", "--model", "article", "--draws", "2000"]
NEEDED = ("levers", "regimes", "sensitivity")  # by every report
CONFLICT = "trend 'growing-lag' and the evidence conflict: "


@pytest.fixture
def report(tmp_path: Path) -> list[str]:
    """A report that is doubted a little, earlier than nearly all that the trends hold for possible."""
    doubt = {"delay_months": 2.0, "reliability": 0.99, "background_mean": 8.2, "background_sd": 6.0}
    told = {"event": "compute-equivalent", "date": date(2026, 11, 19)}
    item = tomllib.loads(template("milestone", "told"))
    item |= {"observed": told, "likelihood": doubt, "known_since": date(2026, 11, 20)}
    path = tmp_path / "told.toml"
    path.write_text(tomli_w.dumps(item))
    return ["--add", str(path)]


@pytest.fixture
def few_studies(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Leaves a run those studies that are named, and what every report needs."""
    every = orchestration.studies_of_a_run

    def choose(*names: str, **own: Callable[[Posterior], Any]) -> None:
        def chosen(drawn: Posterior) -> dict[str, Callable[[Posterior], Any]]:
            return {name: study for name, study in every(drawn).items() if name in (*NEEDED, *names)} | own

        monkeypatch.setattr(orchestration, "studies_of_a_run", chosen)

    return choose


@pytest.mark.usefixtures("undrawn_runs")
def test_a_run_says_which_structure_has_no_answer_and_why(
    report: list[str], few_studies: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trend", *ASKED, *report]) == 1
    assert CONFLICT in capsys.readouterr().err
    few_studies("trend", "structures")
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED, *report]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if CONFLICT in line]
    assert [line.split()[1] for line in said] == ["structures", "trend"]

    folder = tmp_path / "runs" / "2026-11-21"
    refused = json.loads((folder / "refused.json").read_text())
    assert list(refused) == ["structures", "trend"]
    assert all(reason.startswith(CONFLICT) for reason in refused.values())
    assert not (folder / "trend.json").exists()
    assert verify(folder).whole
    page = (folder / "report.html").read_text().replace("&#39;", "'")
    assert page.count(f"No answer: {CONFLICT}") == 2
    assert page.count(f"How far models of other shapes disagree cannot be told: {CONFLICT}") == 1


@pytest.mark.usefixtures("undrawn_runs")
def test_a_run_whose_studies_have_answers_says_nothing_of_refusals(
    few_studies: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few_studies("trend")
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED]) == 0
    assert "no answer" not in capsys.readouterr().err
    folder = tmp_path / "runs" / "2026-11-21"
    assert (folder / "trend.json").exists()
    assert not (folder / "refused.json").exists()
    assert "No answer" not in (folder / "report.html").read_text()


@pytest.mark.usefixtures("undrawn_runs")
def test_what_a_report_cannot_do_without_still_ends_the_run(
    few_studies: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Posterior) -> Any:
        raise UntrustworthyError("no draws")

    few_studies(levers=refuse)
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED]) == 1
    assert "no draws" in capsys.readouterr().err
    assert list((tmp_path / "runs").glob("2026*")) == []
