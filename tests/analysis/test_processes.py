"""Work shared with copies of the process: the same answers, whatever becomes of the copies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.process_limit import LIMIT

COPIES = """
import gc, os, signal, time
import numpy as np
from catchup.analysis.inference import processes
from catchup.analysis.inference.processes import LIMIT, beside, processes as most, shared_array, together
here = os.getpid()
os.sched_getaffinity = lambda process: {0, 1}  # a machine of one processor has the same copies, in turn
assert most() == 2, "copies are possible in this process"
"""


def run_script(body: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of one thread, as the command line is."""
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONWARNINGS": "error", LIMIT: ""}
    return subprocess.run(
        [sys.executable, "-c", COPIES + body],
        capture_output=True,
        text=True,
        env={**os.environ, **one_thread},
        cwd=folder,
        check=False,
    )


def assert_sound(body: str) -> None:
    done = run_script(body)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process safely")


def test_results_come_back_from_a_copy() -> None:
    assert_sound("""
tasks = [lambda n=n: (os.getpid(), {"n": n, "rows": np.arange(5.0) * n, "none": np.zeros((0, 3))}) for n in range(3)]
(first, a), (_, b), (last, c) = together(tasks)
assert first != here == last, "a copy, as there are two processors"
np.testing.assert_array_equal([a["rows"], b["rows"], c["rows"]], np.outer(range(3), np.arange(5.0)))
assert a["none"].shape == (0, 3)
a["rows"][0] = 7.0  # as its own
assert a["rows"].ctypes.data % 64 == 0
""")


def test_what_a_copy_writes_into_a_shared_array_is_read_here() -> None:
    assert_sound("""
shared = shared_array((2, 3))
def fill(row):
    shared[row] = os.getpid()
together([lambda: fill(0), lambda: fill(1)])
assert shared[1, 0] == here and shared[0, 0] not in (here, 0.0)
""")


def test_a_copy_that_was_killed_or_failed_is_made_up_for() -> None:
    assert_sound("""
def killed():
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"
assert together([killed, lambda: 0]) == ["done", 0]
def cannot_be_pickled():
    return lambda: None
assert callable(together([cannot_be_pickled, lambda: 0])[0])
def fails():
    raise ValueError("as here")
try:
    together([fails, lambda: 0])
except ValueError as error:
    assert str(error) == "as here"
else:
    raise AssertionError
""")


def test_a_copy_is_not_left_behind() -> None:
    """Neither where what goes on beside it fails, nor where its result is not asked for."""
    assert_sound("""
def forever():
    if os.getpid() != here:
        time.sleep(600)
try:
    with beside(forever):
        raise KeyboardInterrupt
except KeyboardInterrupt:
    pass
with beside(forever):
    pass
assert not processes._busy
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    pass
else:
    raise AssertionError("a child is left")
assert gc.isenabled()
""")


def test_a_copy_makes_no_copies_and_says_nothing() -> None:
    assert_sound("""
assert together([lambda: together([os.getpid, os.getpid]), lambda: 0])[0].count(here) == 0
def speaks():
    if os.getpid() != here:
        raise RuntimeError("not heard")
    return 1
assert together([speaks, lambda: 0]) == [1, 0]
""")


@pytest.mark.parametrize(
    "body",
    [
        "os.environ[LIMIT] = '1'; assert most() == 1",
        "os.environ[LIMIT] = ' 1 '; assert most() == 1",
        "import threading; threading.Thread(target=time.sleep, args=(0.5,)).start(); assert most() == 1",
        "os.memfd_create = lambda name: (_ for _ in ()).throw(OSError()); assert together([lambda: 1] * 2) == [1, 1]",
        "os.fork = lambda: (_ for _ in ()).throw(BlockingIOError()); assert together([lambda: 1] * 2) == [1, 1]",
    ],
)
def test_where_there_can_be_no_copy_all_is_done_here(body: str) -> None:
    assert_sound(body)


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", "9" * 5_000])
def test_a_limit_that_is_no_number_of_processes_is_refused(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every command alike, before anything is made."""
    monkeypatch.setenv(LIMIT, limit)
    for asked in (["forecast"], ["levers"], ["evidence", "list"], ["run", "--runs", str(tmp_path / "runs")]):
        assert run(asked) == 2
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        assert line.startswith(f"catchup: {LIMIT}: a number of processes")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_comes_while_a_copy_is_made_leaves_none(number: str) -> None:
    assert_sound(f"""
def forever():
    time.sleep(600)
def heard(*_):
    raise KeyboardInterrupt
signal.signal(signal.{number}, heard)
fork = os.fork
def fork_when_told_to_end():
    os.kill(os.getpid(), signal.{number})
    return fork()
os.fork = fork_when_told_to_end
try:
    with beside(forever):
        pass
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("not heard")
(copy,) = processes._busy
processes._end_all()
assert not processes._busy and copy._status == signal.SIGKILL
""")


def test_a_copy_ends_with_its_original(tmp_path: Path) -> None:
    """Also with one that was killed; the copy holds its output open until then."""
    done = run_script(
        """
def forever():
    open("begun", "w").close()
    time.sleep(600)
with beside(forever):
    while not os.path.exists("begun"):
        time.sleep(0.01)
    os.kill(here, signal.SIGKILL)
""",
        tmp_path,
    )
    assert done.returncode == -9


POLICY = """
id = "held-back"
title = "H200s are held back"
sources = [{title = "A report", publisher = "Nobody", date = 2026-01-01, quoted_in = "nowhere"}]
kind = "policy"
role = "likelihood"
known_since = 2026-01-01
observed = {lever = "h200-stopped", date = 2026-02-24}
likelihood = {reliability = 0.4}
"""


MISREAD = """
id = "misread"
title = "RMB taken for dollars"
kind = "capital_spending"
role = "likelihood"
known_since = 2026-01-01
observed = {value = 160e9, currency = "USD", year = 2026, firm = "ByteDance"}
likelihood = {yearly_growth = 2.0, sd = 0.4}
sources = [{title = "A report", publisher = "Nobody", date = 2026-01-01, quoted_in = "nowhere"}]
"""


@pytest.mark.parametrize(
    "command",
    [
        ["forecast", "--draws", "40000", "--add", "policy.toml"],
        ["levers", "--draws", "40000"],
        ["forecast", "--draws", "40000", "--add", "misread.toml"],
    ],
)
def test_answers_do_not_depend_on_the_number_of_processes(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "misread.toml").write_text(MISREAD)

    def answer(processes: str) -> tuple[int, object, str]:
        arguments = [*command, "--as-of", "2026-11-21", "--json"]
        body = (
            f"from catchup.analysis.commands.main import main\nos.environ[LIMIT] = {processes!r}\nmain({arguments!r})"
        )
        done = run_script(body, tmp_path)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    one, two = answer("1"), answer("2")
    assert one == two
    assert one[0] in (0, 1)
    assert "Traceback" not in one[2]
