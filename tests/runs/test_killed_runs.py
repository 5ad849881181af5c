"""Whole runs killed at random moments, and pairs of them at once: no broken folder, no lost run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from recording import Add

from catchup.analysis.runs.manifest import file_hash
from catchup.analysis.runs.reading import Shelf, read_runs

KILLS = 200
PAIRS = 50
FOLDERS = 10
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
    process = start(load(tmp_path / "first"))
    begun = time.monotonic()
    assert finish(process)
    length = time.monotonic() - begun
    rng = np.random.default_rng(1)
    killed = whole = broken = 0
    for folder in folders(tmp_path):
        fallen, runs = kill_some(folder / "runs", rng.uniform(0.0, 1.2 * length, size=KILLS // FOLDERS))
        killed, whole, broken = killed + fallen, whole + len(runs.runs), broken + len(runs.faults)
        # what the killed have left beside the folder is gone with the next run that ends
        assert finish(start(load(folder / "runs")))
        assert [path.name for path in folder.iterdir()] == ["runs"]
    record("kills", started=KILLS, killed=killed, whole=whole, broken=broken)
    assert killed >= KILLS // 3


def folders(parent: Path) -> Iterator[Path]:
    """Several, since every run of one is looked at after each kill."""
    for number in range(FOLDERS):
        folder = parent / f"folder-{number}"
        folder.mkdir()
        yield folder


def kill_some(runs: Path, moments: Iterable[float]) -> tuple[int, Shelf]:
    """Let a run begin for each moment, and kill it then if it has not ended; return how many were, and what is left."""
    done = killed = 0
    runs.mkdir()
    following = load(runs)
    for moment in moments:
        process, following = start(following), load(runs)  # the next one loads while this one runs
        try:
            process.wait(timeout=float(moment))
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        done += finish(process)
        # killed between the rename and its last word, a run is there although it did not say so
        assert done <= check_whole(runs) <= done + killed
    following.kill()
    following.communicate()  # closes its pipes
    return killed, read_runs(runs)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_runs_at_once_are_all_kept(tmp_path: Path, record: Add) -> None:
    whole, contents = 0, set()
    for folder in folders(tmp_path):
        for pair in range(1, PAIRS // FOLDERS + 1):
            both = [start(process) for process in [load(folder), load(folder)]]
            assert [finish(process) for process in both] == [True, True]
            assert check_whole(folder) == 2 * pair
        whole += check_whole(folder)
        contents |= {(run / "forecast.json").read_bytes() for run in folder.iterdir()}
    record("pairs", pairs=PAIRS, whole=whole, different=len(contents))
    assert len(contents) == 1
