"""Two ways to the same end, measured in turns: what else the machine does at the time then slows both alike."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = "from catchup.analysis.commands.main import main; main()"


@dataclass(frozen=True)
class Row:
    """A ratio beside its bound, as the table at the end shows it."""

    what: str
    measured: str
    wanted: str
    kept: bool


class Ledger:
    """Collects what benchmarks find; a bound that is missed fails the benchmark after it has been written down."""

    def __init__(self, rows: list[Row], benchmark: Any, record: Callable[..., None]) -> None:
        self._rows = rows
        self._benchmark = benchmark
        self._record = record

    def at_least(self, what: str, found: float, bound: float, detail: str = "") -> None:
        self._add(what, found, f"at least {bound:g}", found >= bound, detail)

    def at_most(self, what: str, found: float, bound: float, detail: str = "") -> None:
        self._add(what, found, f"at most {bound:g}", found <= bound, detail)

    def _add(self, what: str, found: float, wanted: str, kept: bool, detail: str) -> None:
        row = {"ratio": found, "wanted": wanted, "kept": kept, "detail": detail}
        self._benchmark.extra_info[what] = row
        self._record(what=what, **row)
        self._rows.append(Row(what, ratio_text(found) + (f"  ({detail})" if detail else ""), wanted, kept))
        assert kept, f"{what}: {ratio_text(found)}, {wanted} is wanted ({detail})"


def ratio_text(ratio: float) -> str:
    """A ratio to three digits, or to one where it is large."""
    return f"{ratio:,.0f}" if ratio >= 1_000.0 else f"{ratio:.3g}"


def in_turns(
    benchmark: Any, own: Callable[[], Any], *others: Callable[[], Any], rounds: int, own_each: int = 1
) -> list[list[float]]:
    """Run each in turn, `rounds` times; `own` is what pytest-benchmark's own table shows.

    Where `own` takes far less time than the others, it is run `own_each` times a round and each run timed, so that its
    shortest time has as good a chance of a quiet moment as theirs.

    Returns
    -------
    list of list of float
        Wall-clock seconds of `own`, then of each of the others.
    """
    seconds: list[list[float]] = [[] for _ in range(1 + len(others))]

    def timed(position: int, work: Callable[[], Any]) -> None:
        start = time.perf_counter()
        work()
        seconds[position].append(time.perf_counter() - start)

    def before_each() -> None:
        for position, work in enumerate(others, start=1):
            timed(position, work)

    def own_runs() -> None:
        for _ in range(own_each):
            timed(0, own)

    benchmark.pedantic(own_runs, setup=before_each, rounds=rounds, iterations=1)
    return seconds


def shortest(*seconds: Sequence[float]) -> list[float]:
    """Least time of each side: noise only ever adds."""
    return [min(side) for side in seconds]


def catchup(*arguments: str) -> str:
    """Ask a command in a process of its own, as the installed script does; what it says beside its answer."""
    done = subprocess.run([sys.executable, "-c", START, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def in_process(code: str, *arguments: str) -> Any:
    """Run code in a Python of its own, and return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
