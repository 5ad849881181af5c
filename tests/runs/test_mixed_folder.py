"""A folder that holds runs of two events and of two models: what was asked is told, and nothing is mixed up."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.archive.history import history
from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.code_hash import code_hash
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.inference.snapshot import Snapshot
from catchup.analysis.presentation.figures import draw_history
from catchup.analysis.presentation.figures.style import finding_of
from catchup.analysis.runs.run import run
from catchup.analysis.studies.attribution import attribute
from catchup.analysis.studies.news import kind_of
from catchup.analysis.studies.reasons import of_the_models
from catchup.model.assumptions import load_assumptions

DAY, LATER = date(2026, 11, 1), date(2026, 11, 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("mixed") / "runs"
    for model, day, event in (
        ("article", DAY, "compute-equivalent"),
        ("current", LATER, "compute-equivalent"),
        ("current", LATER, "lean-mythos"),
    ):
        question = Question(load_assumptions(model=model), day, event=event, draws=1_000)
        run(Request(question, evidence="none"), runs, brief=True)
    return runs


def test_another_model_is_the_reason_that_is_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catchup(["diff", str(folder / "2026-11-01"), str(folder / "2026-11-08"), "--json"]) == 0
    steps = {step["id"]: step["title"] for step in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["priors"] == "another model, article to current"


def test_of_a_run_that_another_program_made_it_is_said_that_this_one_works_the_steps_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [tmp_path / name for name in ("2026-11-01", "2026-11-08")]
    for made in runs:
        shutil.copytree(folder / made.name, made)
        program = json.loads((made / "program.json").read_text())
        (made / "program.json").write_text(json.dumps(program | {"code": "b" * 64}))
    assert catchup(["diff", *map(str, runs), "--json"]) == 0
    captured = capsys.readouterr()
    said = [line for line in captured.err.splitlines() if "is changed since" not in line]  # which the test has done
    assert said == [
        f"catchup: {made}: made with another state of the program or of its tables, bbbbbbbb, here "
        f"{code_hash()[:8]}; the steps are worked out by what is here"
        for made in runs
    ]
    assert "version" not in [step["id"] for step in json.loads(captured.out)["steps"]], "both say what they said"


def test_items_that_only_one_model_reads_come_and_go_with_it() -> None:
    def snapshot(model: str, day: date) -> Snapshot:
        question = Question(load_assumptions(model=model), day, draws=4_000)
        counted = Request(question, "eci-lag" if model == "article" else "epoch-lag-records").selection.counted
        return Snapshot(question, {one.id: one for one in counted}, inputs_of(question.assumptions, counted), "1.0")

    titles = {
        "article": "another model, current to article, which no longer counts epoch-lag-records and counts eci-lag",
        "current": "another model, article to current, which no longer counts eci-lag and counts epoch-lag-records",
    }
    for one, other in (("current", "article"), ("article", "current")):
        found = attribute(snapshot(one, DAY), snapshot(other, LATER))
        told = {step.id: step for step in found.steps}
        assert told["priors"].title == titles[other]
        assert not [name for name in told if name.startswith(("added", "removed"))]
        assert [kind_of(step) for step in found.steps if not step.id.startswith("noise")] == ["news", "correction"]
    # what became known in between is news, whichever model reads it
    early = snapshot("article", date(2026, 8, 1))
    assert of_the_models(early, snapshot("current", LATER)) == set()


def test_history_names_what_was_asked_where_it_differs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catchup(["history", "--runs", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "Model" in printed
    assert "lean-mythos" in printed
    assert catchup(["history", "--runs", str(folder), "--event", "lean-mythos"]) == 0
    printed = capsys.readouterr().out
    assert "Model" not in printed
    assert "lean-mythos" not in printed


def test_the_picture_names_another_model_and_compares_with_none_unsaid(folder: Path) -> None:
    figure = draw_history(history(folder, "compute-equivalent"))
    words = " ".join(" ".join(text.get_text() for text in figure.texts).split())
    assert "1: 8 Nov 2026, model current in place of article." in words
    assert "1 Nov 2026 by the model article" in finding_of(figure)


@pytest.mark.parametrize(
    ("options", "scored"),
    [([], ["2026-11-01", "2026-11-08"]), (["--event", "lean-mythos"], ["2026-11-08-2"])],
)
def test_runs_are_scored_by_what_happened_to_their_own_event(
    options: list[str], scored: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert catchup(["score", "--runs", str(folder), "--outcome", "2027-03-01", "--json", *options]) == 0
    captured = capsys.readouterr()
    assert [row["id"] for row in json.loads(captured.out)["scores"] if row["kind"] == "run"] == scored
    assert f"scored are the {len(scored)} of 3 runs" in captured.err


def test_which_date_a_run_is_judged_by_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["score", "--runs", str(folder), "--outcome", "2027-03-01"]
    assert catchup([*asked, "--json"]) == 0
    found = {row["id"]: row["judged_by"] for row in json.loads(capsys.readouterr().out)["scores"]}
    assert (found["2026-11-01"], found["2026-11-08"]) == ("ready", "known")
    assert catchup(asked) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Judged by the day on which it is publicly known: 2026-11-08" in printed
    assert "Judged by the day on which it is ready, the only one that is given: 2026-11-01" in printed
    assert catchup([*asked, "--event", "lean-mythos"]) == 0
    assert "Judged by the day on which it is publicly known: every run" in " ".join(capsys.readouterr().out.split())


def test_which_model_a_run_that_is_scored_is_of_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["score", "--runs", str(folder), "--outcome", "2027-03-01"]
    assert catchup([*asked, "--json"]) == 0
    found = {(row["kind"] == "run", row["id"]): row["model"] for row in json.loads(capsys.readouterr().out)["scores"]}
    assert (found.pop((True, "2026-11-01")), found.pop((True, "2026-11-08"))) == ("article", "current")
    assert set(found.values()) == {None}
    for event, told in ((None, True), ("lean-mythos", False)):
        assert catchup(asked if event is None else [*asked, "--event", event]) == 0
        head = capsys.readouterr().out.split("CRPS, months")[0]
        assert ("Model" in head) is told


def test_an_event_that_no_run_is_about_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catchup(["score", "--runs", str(folder), "--event", "lean-mytos", "--outcome", "2027-03-01"]) == 2
    assert "--event: unknown event 'lean-mytos'; did you mean 'lean-mythos'?" in capsys.readouterr().err
