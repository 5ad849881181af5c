"""What becomes of output: full disks, readers who stop, closed streams, interrupts."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catchup.analysis.commands.main import main, run
from catchup.analysis.presentation import explorer
from catchup.analysis.runs import run as orchestration
from command_cases import BRIEF, said


@pytest.mark.usefixtures("brief_runs")
@pytest.mark.parametrize("command", ["run", "forecast", "explore"])
def test_a_full_disk_is_one_line_and_exit_1(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    arguments = {
        "run": ["--runs", str(tmp_path / "runs")],
        "forecast": ["--plot", str(tmp_path / "date.png")],
        "explore": ["--out", str(tmp_path / "page.html")],
    }[command]
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(explorer, "render_explorer", lambda *_, **__: "a page")  # which takes seconds to work out
    assert run([command, *arguments, *BRIEF]) == 1
    message = said(capsys)
    assert "no space left on device" in message.lower()
    assert str(tmp_path) in message
    assert [path for path in tmp_path.rglob("*") if path != tmp_path / "runs"] == []


LIST = ["priors", "list", "--model", "article"]  # a third of the work that `current` makes of it


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "catchup.analysis.commands.main", *LIST, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("catchup: ")
    assert line.endswith("no space left on device")


def test_a_reader_who_stops_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "catchup.analysis.commands.main", *LIST, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert err == ""


@pytest.mark.parametrize("form", [LIST, [*LIST, "--json"], ["forecast", "--help"]])
def test_a_reader_who_stops_after_a_line_is_no_error(form: list[str]) -> None:
    program = f"{sys.executable} -m catchup.analysis.commands.main {' '.join(form)}"
    done = subprocess.run(
        ["bash", "-c", f"{program} | true; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize(
    ("form", "closed"),
    [
        ("", ">&-"),
        ("", ">&- 2>&-"),
        ("", "2>&-"),
        ("--json", ">&-"),
        # nothing is said where standard error leads, in whichever form
        pytest.param("--json", ">&- 2>&-", marks=pytest.mark.slow),
        pytest.param("--json", "2>&-", marks=pytest.mark.slow),
    ],
)
def test_closed_output_is_no_error(form: str, closed: str) -> None:
    program = f"{sys.executable} -m catchup.analysis.commands.main {' '.join(LIST)} {form}"
    done = subprocess.run(["bash", "-c", f"{program} {closed}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr


def test_what_went_wrong_does_not_go_to_standard_output() -> None:
    program = f"{sys.executable} -m catchup.analysis.commands.main priors show no-such 2>&-"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.usefixtures("brief_runs")
def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(orchestration, "write", interrupt)
    runs = tmp_path / "runs"
    assert run(["run", "--runs", str(runs), *BRIEF]) == 130
    assert said(capsys) == "catchup: interrupted\n"
    assert list(tmp_path.iterdir()) == [runs]
    assert list(runs.iterdir()) == []


@pytest.mark.parametrize(("arguments", "status"), [(["priors", "list", "--json"], 0), (["forcast"], 2)])
def test_the_process_exits_with_the_status(arguments: list[str], status: int) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == status
