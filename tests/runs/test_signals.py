"""A run that is told to end clears away what it had begun, says so in a line, and leaves no lock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.archive.reading import read_runs
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.run import run
from catchup.model.assumptions import load_assumptions

ENDS = {signal.SIGTERM: (143, "terminated"), signal.SIGHUP: (129, "hung up"), signal.SIGINT: (130, "interrupted")}
HEARD = """
import signal
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""  # whoever runs the tests in the background may have them ignored
PROGRAM = """
import sys, time
from pathlib import Path
from catchup.analysis.commands.main import main
from catchup.analysis.runs import run as orchestration
write = orchestration.write
def write_slowly(sections, folder, watch, *, brief=False):
    write(sections, folder, watch, brief=True)
    Path(sys.argv[1], "reached").touch()
    time.sleep(600)
orchestration.write = write_slowly
orchestration.studies_of_a_run = lambda drawn: {}
orchestration.drawings_of = lambda sections: {}
main(sys.argv[2:])
"""


def begin(folder: Path, before: str = "") -> subprocess.Popen[str]:
    """Begin a run, and wait until it has written its files."""
    asked = ["run", "--runs", str(folder / "runs"), "--evidence", "none", "--as-of", "2026-11-21", "--draws", "1000"]
    process = subprocess.Popen(
        [sys.executable, "-c", HEARD + before + PROGRAM, str(folder), *asked],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (folder / "reached").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    (folder / "reached").unlink()
    return process


@pytest.mark.parametrize("number", ENDS)
def test_told_to_end_a_run_clears_away(number: signal.Signals, tmp_path: Path) -> None:
    process = begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".building")]
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (ENDS[number][0], "", f"catchup: {ENDS[number][1]}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert list((tmp_path / "runs").iterdir()) == []


EARLY = """
import os, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "cyclopts":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from catchup.analysis.commands.entry import main
main()
"""


def test_interrupted_while_it_is_loaded_the_command_says_so_in_a_line() -> None:
    ended = subprocess.run([sys.executable, "-c", HEARD + EARLY], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "catchup: interrupted\n")


def test_a_signal_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    process = begin(tmp_path, "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_a_killed_run_leaves_no_lock_and_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    process = begin(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    asked = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    run(asked, tmp_path / "runs", brief=True)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert len(read_runs(tmp_path / "runs").runs) == 1


def test_interrupted_sampling_is_not_taken_for_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left to itself, nutpie returns the draws that it has when it is interrupted."""
    import nutpie

    from catchup.analysis.inference.nuts import CompiledPosterior

    class Sampler:
        cancelled = False

        def wait(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)

        def cancel(self) -> None:
            self.cancelled = True

    sampler = Sampler()
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(nutpie, "sample", lambda *_, blocking, **__: sampler if not blocking else None)
    posterior = CompiledPosterior.__new__(CompiledPosterior)
    posterior.compiled = None
    try:
        with pytest.raises(KeyboardInterrupt):
            posterior.sample(100, 1)
    finally:
        signal.signal(signal.SIGINT, ignored)
    assert sampler.cancelled
