"""``catchup calibrate``: its output, its exit status and its picture."""

import dataclasses
import json
from pathlib import Path

import pytest
from matplotlib.lines import Line2D

from catchup.analysis.commands.main import run
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.figures import draw_calibration
from catchup.analysis.presentation.figures.style import SERIES
from catchup.analysis.studies.calibration import Calibration, calibrate, make_plan
from catchup.analysis.studies.calibration.plan import Plan
from catchup.model.assumptions import load_assumptions

SMALL = ["calibrate", "--draws", "5000", "--fits", "60", "--as-of", "2026-11-21"]


def test_json_is_all_that_stands_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SMALL, "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert captured.err == ""
    assert result["passed"] is True
    assert result["fits"] == 60
    assert result["quantities"]["ready"]["coverage"]["0.5"].keys() == {"share", "low", "high"}
    assert 0.0 <= result["quantities"]["rl_ratio"]["p_value"] <= 1.0


def test_people_get_a_table(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SMALL) == 0
    text = capsys.readouterr().out
    assert "benchmark_optimism_general" in text
    assert text.count(" uniform ") == len(plan.tracked) + 1  # one a quantity, one in the sentence below the table
    assert "  not uniform" not in text


def test_a_wrong_likelihood_ends_in_1_and_says_what_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SMALL, "--wrong-spread", "0.5", "--json"]) == 1
    captured = capsys.readouterr()
    assert "log_likelihood" in json.loads(captured.out)["failed"]
    assert "not calibrated: " in captured.err
    assert "--evidence" in captured.err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--fits", "0"], "--fits"),
        (["--evidence", "none"], "--evidence"),
        (["--wrong-spread", "-1"], "--wrong-spread"),
        (["--quasi"], "--quasi"),
        (["--out", "/nowhere/at/all/fits.jsonl"], "--out"),
        (["--plot", "picture.docx"], "--plot"),
        (["--scheduler", "nonsense://"], "--scheduler"),
    ],
)
def test_bad_options_end_in_2_and_are_named(options: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SMALL, *options]) == 2
    captured = capsys.readouterr()
    assert named in captured.err
    assert captured.out == ""


def test_evidence_that_cannot_be_simulated_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    empty = ("hyperscaler_share", "remote_share", "h200_purchases", "ascend_share", "startup_stock", "startup_growth")
    assert run([*SMALL, "--model", "article", *(f"--set={name}=0" for name in empty)]) == 2
    assert "cannot be simulated" in capsys.readouterr().err


def test_picture_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "calibration.svg"
    assert run([*SMALL, "--model", "article", "--plot", str(place)]) == 0  # a third of the panels
    assert place.read_bytes().startswith(b"<?xml")


def test_picture_marks_what_failed(question: Question) -> None:
    published = dataclasses.replace(question, assumptions=load_assumptions(model="article"))  # a third of the panels
    items = choose_evidence(published, "default", None, ()).counted
    right, wrong = (calibrate(make_plan(published, items, spread=spread), 100) for spread in (1.0, 0.5))
    assert wrong.failed
    assert _marked(right) == 0
    assert _marked(wrong) == len(wrong.failed)


@pytest.mark.parametrize("width", [pytest.param(7.2, marks=pytest.mark.slow), 4.2])
def test_picture_has_a_panel_for_each_quantity(plan: Plan, width: float) -> None:
    result = calibrate(plan, 20)
    figure = draw_calibration(result, width=width)
    assert sum(bool(axes.get_title()) for axes in figure.axes) == len(plan.tracked)
    assert figure.get_size_inches()[0] == pytest.approx(width)


def _marked(result: Calibration) -> int:
    lines = [line for axes in draw_calibration(result).axes for line in axes.lines if isinstance(line, Line2D)]
    return sum(line.get_color() == SERIES[1].colour for line in lines)
