"""Finished fits in a file: resumed, extended, recovered when torn, refused when they are something else."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import calibrate, make_plan, study
from catchup.analysis.studies.calibration.fits import Fit, Fitter
from catchup.analysis.studies.calibration.fits_file import KeptFits
from catchup.analysis.studies.calibration.plan import Plan
from catchup.evidence.schema import Item
from catchup.priors.errors import InputError


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every fit that is really done, by its place."""
    done: list[int] = []
    original = study.fitter_of

    def counting(plan: Plan) -> Fitter:
        fitter = original(plan)

        def fit(first: int, count: int) -> list[Fit]:
            done.extend(range(first, first + count))
            return fitter(first, count)

        return fit

    monkeypatch.setattr(study, "fitter_of", counting)
    return done


def test_a_calibration_goes_on_where_it_stopped(plan: Plan, tmp_path: Path, counted: list[int]) -> None:
    out = tmp_path / "fits.jsonl"
    calibrate(plan, 30, out=out)
    assert sorted(counted) == list(range(30))
    counted.clear()
    result = calibrate(plan, 50, out=out)
    assert sorted(counted) == list(range(30, 50))
    assert [fit.fit for fit in result.fits] == list(range(50))
    assert result.ranks.tolist() == calibrate(plan, 50).ranks.tolist()
    assert any("30 of the fits were finished already" in note for note in result.notes)
    counted.clear()
    assert len(calibrate(plan, 20, out=out).fits) == 20
    assert counted == []


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_torn_line_is_cut_off_and_done_again(plan: Plan, tmp_path: Path, counted: list[int], cut: int) -> None:
    out = tmp_path / "fits.jsonl"
    calibrate(plan, 12, out=out)
    os.truncate(out, out.stat().st_size - cut)
    counted.clear()
    result = calibrate(plan, 12, out=out)
    assert counted == [11]
    assert any("torn" in note for note in result.notes)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["fit"] for line in lines[1:]] == list(range(12))


def changed(line: str, **values: str) -> str:
    """A line with other values, or more of them, as JSON has them."""
    whole = {name: json.dumps(value) for name, value in json.loads(line).items()} | values
    return "{" + ", ".join(f'"{name}": {value}' for name, value in whole.items()) + "}"


def test_a_damaged_line_is_named(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "fits.jsonl"
    calibrate(plan, 5, out=out)
    lines = out.read_text(encoding="utf-8").splitlines()
    for wrong in (
        "{}",
        "not json",
        '{"fit": 2, "ranks": [1, 2], "ess": 3.0}',
        "[]",
        '{"fit": 2, "ranks": "x", "ess": 1}',
        changed(lines[3], ess="NaN"),
        changed(lines[3], fit="2.0"),
        changed(lines[3], khat="true"),
        changed(lines[3], other="1"),
    ):
        lines[3] = wrong
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=r"fits\.jsonl: line 4: is damaged"):
            calibrate(plan, 5, out=out)


def test_fits_of_another_question_are_not_joined(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "fits.jsonl"
    calibrate(plan, 2, out=out)
    kept = out.read_bytes()
    others = {
        "seed": replace(plan, question=replace(plan.question, seed=2)),
        "draws": replace(plan, question=replace(plan.question, draws=6_000)),
        "engine": replace(plan, engine="nuts"),
        "analysed": replace(plan, analysed=plan.analysed[1:]),
    }
    for name, other in others.items():
        with pytest.raises(InputError, match=f"other {name}"):
            calibrate(other, 2, out=out)
    assert out.read_bytes() == kept


def test_fits_of_another_state_of_the_program_are_not_joined(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ranks a truth may have changed without the version."""
    out = tmp_path / "fits.jsonl"
    calibrate(plan, 2, out=out)
    monkeypatch.setattr("catchup.analysis.studies.calibration.plan.code_hash", lambda: "0" * 64)
    with pytest.raises(InputError, match="holds fits of other code: give another file"):
        calibrate(plan, 2, out=out)


@pytest.mark.parametrize("content", ["hello\n", "hello", "[1]\n", '{"fit": 1}\n', "\x00\x01\n"])
def test_another_file_is_not_touched(plan: Plan, tmp_path: Path, content: str) -> None:
    out = tmp_path / "mine.txt"
    out.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.txt"):
        calibrate(plan, 2, out=out)
    assert out.read_text(encoding="utf-8") == content


def test_places_that_cannot_be_written_are_refused_before_the_work(plan: Plan, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing" / "fits.jsonl"):
        with pytest.raises(InputError, match="out: "):
            KeptFits(place, plan.settings())


def test_an_empty_file_is_a_new_one(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "fits.jsonl"
    out.touch()
    assert len(calibrate(plan, 2, out=out).fits) == 2


@pytest.mark.parametrize("fits", [0, -1, 10**9])
def test_impossible_numbers_of_fits_are_refused(plan: Plan, fits: int) -> None:
    with pytest.raises(InputError, match="fits: "):
        calibrate(plan, fits)


def test_settings_say_everything_that_ranks_depend_on(plan: Plan, question: Question, items: tuple[Item, ...]) -> None:
    same = make_plan(replace(question), items)
    assert same.settings() == plan.settings()
    reread = json.loads(json.dumps(plan.settings()))
    assert reread == plan.settings()


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C to a process")
def test_interrupted_work_keeps_its_finished_fits(tmp_path: Path) -> None:
    out = tmp_path / "fits.jsonl"
    # Python raises no KeyboardInterrupt where the signal was ignored from the start, as in a shell's background jobs.
    code = f"""
        import signal
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from catchup.analysis.commands.main import main
        main(["calibrate", "--draws", "20000", "--fits", "100000", "--as-of", "2026-11-21", "--out", {str(out)!r}])
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < deadline:
                if out.exists() and len(out.read_bytes().splitlines()) > 30:
                    break
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert errors.strip() == "catchup: interrupted"
    lines = out.read_bytes().splitlines()
    assert len(lines) > 30
    assert all(json.loads(line)["ranks"] for line in lines[1:])
    assert out.read_bytes().endswith(b"\n")
