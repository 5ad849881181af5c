"""``catchup calibrate``: its output, its exit status and its picture."""

import dataclasses
import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from catchup.analysis.commands.main import run
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.figures import draw_calibration
from catchup.analysis.presentation.figures.style import SERIES
from catchup.analysis.studies.calibration import Calibration, calibrate, make_plan
from catchup.analysis.studies.calibration.plan import Plan
from catchup.evidence.latents import latent_quantities
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


def test_a_posterior_of_too_few_draws_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calibrate", "--posterior", "--draws", "2000", "--fits", "4", "--as-of", "2026-11-21"]) == 1
    assert "effective draws: too few for the posterior: try more --draws" in capsys.readouterr().err


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


@pytest.fixture(scope="module")
def published(question: Question) -> Plan:
    """Of the model whose pictures have a third of the panels."""
    article = dataclasses.replace(question, assumptions=load_assumptions(model="article"))
    return make_plan(article, choose_evidence(article, "default", None, ()).counted)


@pytest.fixture(scope="module")
def right(published: Plan) -> Calibration:
    return calibrate(published, 100)


def test_picture_is_written(published: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, beliefs = tmp_path / "calibration.svg", published.question.assumptions
    # a panel takes a tenth of a second: what is held has none
    needed = [name for name in published.tracked if name in beliefs.table.quantities]
    held = [name for name in needed[3:] if name not in latent_quantities(published.items, beliefs)]
    options = [f"--set={name}={float(beliefs.quantiles(name, 0.5))}" for name in held]
    assert run([*SMALL, "--model", "article", *options, "--plot", str(place)]) == 0
    assert place.read_bytes().startswith(b"<?xml")


def test_picture_marks_what_failed(published: Plan, right: Calibration) -> None:
    wrong = calibrate(make_plan(published.question, published.items, spread=0.5), 100)
    assert wrong.failed
    assert _marked(draw_calibration(wrong)) == len(wrong.failed)
    assert not right.failed


def test_picture_of_a_narrow_page_has_a_panel_for_each_quantity(right: Calibration) -> None:
    figure = draw_calibration(right, width=4.2)
    assert _panels(figure) == len(right.plan.tracked)
    assert figure.get_size_inches()[0] == pytest.approx(4.2)
    assert _marked(figure) == 0


@pytest.mark.slow
@pytest.mark.parametrize("width", [7.2, 4.2])
def test_picture_has_a_panel_for_each_quantity(plan: Plan, width: float) -> None:
    figure = draw_calibration(calibrate(plan, 20), width=width)
    assert _panels(figure) == len(plan.tracked)
    assert figure.get_size_inches()[0] == pytest.approx(width)


def _panels(figure: Figure) -> int:
    return sum(bool(axes.get_title()) for axes in figure.axes)


def _marked(figure: Figure) -> int:
    lines = [line for axes in figure.axes for line in axes.lines if isinstance(line, Line2D)]
    return sum(line.get_color() == SERIES[1].colour for line in lines)
