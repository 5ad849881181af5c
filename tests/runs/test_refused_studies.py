"""A study, or a part of one, whose answer cannot be trusted or worked out: the run says so, and stands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from own_rows import LEVEL

from catchup.analysis.archive.verification import verify
from catchup.analysis.commands.main import run
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.studies import structure_dates
from catchup.evidence.template import template

ASKED = ["--as-of", "2026-11-21", "--model", "article", "--draws", "2000"]
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


def refuse(*_: object) -> Any:
    raise UntrustworthyError("no draws")


@pytest.mark.usefixtures("undrawn_runs")
def test_a_run_says_which_study_has_no_answer_and_why(
    few_studies: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few_studies("trend", structures=refuse, size=refuse)
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "no draws" in line]
    assert [line.split()[1] for line in said] == ["structures", "size"]

    folder = tmp_path / "runs" / "2026-11-21"
    assert json.loads((folder / "refused.json").read_text()) == {"structures": "no draws", "size": "no draws"}
    assert not (folder / "structures.json").exists()
    assert verify(folder).whole
    page = (folder / "report.html").read_text()
    assert page.count("No answer: no draws") == 2
    assert page.count("How far models of other shapes disagree cannot be told: no draws") == 1


@pytest.mark.usefixtures("undrawn_runs")
def test_a_trend_that_the_evidence_contradicts_is_named_and_all_others_answer(
    report: list[str], few_studies: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trend", "growing-lag", *ASKED, *report]) == 1
    assert CONFLICT in capsys.readouterr().err
    assert run(["forecast", "--pool", *ASKED, *report]) == 0
    assert f"Growing lag (CAISI) is left out: {CONFLICT}" in " ".join(capsys.readouterr().out.split())

    few_studies("trend", "structures")
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED, *report]) == 0
    assert "no answer" not in capsys.readouterr().err
    folder = tmp_path / "runs" / "2026-11-21"
    assert not (folder / "refused.json").exists()
    shapes = json.loads((folder / "structures.json").read_text())
    (left_out,) = shapes["refused"]
    assert (left_out["id"], left_out["title"]) == ("trend-growing-lag", "Growing lag (CAISI)")
    assert left_out["reason"].startswith(CONFLICT)
    asked = [row["id"] for row in shapes["structures"]]
    assert asked == ["compute-gate", "mobilisation", "trend-constant-lag", "trend-constant-lag-with-lead"]
    assert set(shapes["telling"][0]["probability_by"]) == set(asked)
    rows = {row["id"]: row for row in json.loads((folder / "trend.json").read_text())["trends"]}
    assert rows["growing-lag"]["conditioned"] is None
    assert rows["growing-lag"]["refused"] == left_out["reason"]
    assert rows["constant-lag"]["refused"] is None
    page = (folder / "report.html").read_text().replace("&#39;", "'")
    assert page.count(left_out["reason"]) == 3  # beside the headline, among the structures, among the trends


def test_where_the_evidence_contradicts_all_other_structures_there_is_no_pool(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(structure_dates, "ready_in", refuse)
    assert run(["structures", *ASKED]) == 1
    assert "no draws" in capsys.readouterr().err


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


CORRELATED = '[[correlation]]\nbetween = ["hindcast_typical_lag", "hindcast_lag_spread"]\nrank = 0.5\n'
HANGING = f"""
{LEVEL}[quantity.hindcast_frontier_pace]
family = "lognormal"
median = {{quantity = "level", times = 12}}
sigma = 0.6
[quantity.hindcast_frontier_scatter]
family = "lognormal"
median = {{quantity = "level", times = 2}}
sigma = 0.4
"""


@pytest.mark.usefixtures("undrawn_runs")
@pytest.mark.parametrize(
    ("overlay", "key", "tie"),
    [(CORRELATED, "correlation.0", "are correlated"), (HANGING, "quantity.", "both depend on level")],
)
def test_a_run_has_no_track_record_where_what_that_reads_as_independent_hangs_together(
    overlay: str,
    key: str,
    tie: str,
    few_studies: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (path := tmp_path / "own.toml").write_text(overlay)
    few_studies("hindcast")
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED, "--priors", str(path)]) == 0
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "has no answer" in line]
    folder = tmp_path / "runs" / "2026-11-21"
    (reason,) = json.loads((folder / "refused.json").read_text()).values()
    assert said.endswith(f"hindcast has no answer: {reason}")
    assert reason.startswith(f"{path}: {key}")
    assert tie in reason
    assert not (folder / "hindcast.json").exists()
    page = (folder / "report.html").read_text()
    assert page.count(f"No answer: {reason}") == 1
    assert page.count('id="hindcast"') == 1


@pytest.mark.usefixtures("undrawn_runs")
def test_what_a_report_cannot_do_without_still_ends_the_run(
    few_studies: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few_studies(levers=refuse)
    assert run(["run", "--runs", str(tmp_path / "runs"), "--quiet", *ASKED]) == 1
    assert "no draws" in capsys.readouterr().err
    assert list((tmp_path / "runs").glob("2026*")) == []
