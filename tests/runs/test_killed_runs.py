"""Whole runs killed at random moments, and pairs of them at once: no broken folder, no lost run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from recording import Add

from catchup.analysis.runs.manifest import file_hash
from catchup.analysis.runs.reading import read_runs

KILLS = 200
PAIRS = 50
# A run without figures and report, so that two hundred of them take minutes and not hours; it is built as all are.
RUN = """
import sys
from datetime import date
from pathlib import Path
from catchup.analysis.answer import Request
from catchup.analysis.question import Question
from catchup.analysis.runs.running import run
from catchup.model.assumptions import load_assumptions

question = Question(load_assumptions(), date(2026, 11, 21), draws=50_000)
print("ready", flush=True)
sys.stdin.readline()
run(Request(question, engine="importance"), Path(sys.argv[1]), brief=True)
print("done", flush=True)
"""


def load(runs: Path) -> subprocess.Popen[str]:
    """A process that loads what a run needs, and waits."""
    command = [sys.executable, "-c", RUN, str(runs)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def start(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """Let it run as soon as it has loaded."""
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def finish(process: subprocess.Popen[str]) -> bool:
    """Wait for the end; whether the run said that it was done."""
    return "done" in process.communicate(timeout=300)[0]


def check_whole(runs: Path) -> int:
    """Hold every entry of the folder to being a whole run; return how many there are."""
    shelf = read_runs(runs)
    assert shelf.faults == ()
    assert len(shelf.runs) == len(list(runs.iterdir()))
    for one in shelf.runs:
        assert {name: file_hash(one.folder / name) for name in one.manifest.files} == one.manifest.files
        json.loads((one.folder / "forecast.json").read_text(encoding="utf-8"))
    return len(shelf.runs)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_killed_at_any_moment_only_whole_runs_are_left(tmp_path: Path, record: Add) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    process = start(load(runs))
    begun = time.monotonic()
    assert finish(process)
    length = time.monotonic() - begun
    rng = np.random.default_rng(1)
    done, killed = 1, 0
    following = load(runs)
    for _ in range(KILLS):
        process, following = start(following), load(runs)  # the next one loads while this one runs
        try:
            process.wait(timeout=float(rng.uniform(0.0, 1.2 * length)))
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        done += finish(process)
        # killed between the rename and its last word, a run is there although it did not say so
        assert done <= check_whole(runs) <= done + killed
    record("kills", started=KILLS, killed=killed, whole=check_whole(runs), broken=len(read_runs(runs).faults))
    assert killed >= KILLS // 3
    # what the killed have left beside the folder is gone with the next run that ends
    assert finish(start(following))
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_runs_at_once_are_all_kept(tmp_path: Path, record: Add) -> None:
    runs = tmp_path / "runs"
    for pair in range(1, PAIRS + 1):
        both = [start(process) for process in [load(runs), load(runs)]]
        assert [finish(process) for process in both] == [True, True]
        assert check_whole(runs) == 2 * pair
    contents = {(folder / "forecast.json").read_bytes() for folder in runs.iterdir()}
    record("pairs", pairs=PAIRS, whole=check_whole(runs), different=len(contents))
    assert len(contents) == 1
