"""How much of `analysis/` a reader visits to follow one call, and how often the way leads up instead of down.

Two calls are followed: `run(request)`, all of it, and `condition(question, selection)`, on the default ledger with few
draws, each in a process of its own. What is counted:

- A file is *visited* if a function of it is entered.
- The *caller* of a function is the nearest frame below it on the stack that stands in `analysis/`. Other rooms,
  libraries and generated code (`__init__` of a dataclass, `partial`, a context manager's machinery) that lie between
  the two are passed over. A function that was handed down as an argument, and is called back by the file that it was
  handed to, is called by that file. Where it is written inside another function that still runs (what a study has the
  draws evaluate), it is read there, in place: the call is left out. Where that function has returned (what a table's
  columns are made of), it counts.
- Entered are functions, methods and lambdas. What runs while a module is imported is not counted, nor is a generator
  expression, which is a value on its way; a generator function is entered when it is first asked for a value.
- A *climb* is a pair of caller's file and callee's file, counted once however often it occurs, in which the callee's
  file stands on a higher floor than the caller's, or on the same floor and imports the caller's file, directly or not
  (late and for types only included: see `import_graph`). Such a call leads back to where the reader has come from.

    python benchmarks/climbs.py              # the table
    python benchmarks/climbs.py --json run   # one call's figures
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from import_graph import ROOM, ImportGraph, floor_of, read_imports

DAY = date(2026, 11, 21)
DRAWS = 50_000
BOUNDS = {"run": 51, "condition": 5}
FUNCTION = inspect.CO_OPTIMIZED | inspect.CO_NEWLOCALS  # what the code of a module or of a class's body lacks
Pair = tuple[str, str]


@dataclass
class Visits:
    """What one call has entered.

    Attributes
    ----------
    files : set of str
        Files visited, by their paths below the room.
    pairs : Counter of (str, str)
        Caller's and callee's file, where they differ, and how often the former has entered a function of the latter.
    """

    files: set[str] = field(default_factory=set)
    pairs: Counter[Pair] = field(default_factory=Counter)

    def enter(self, code: CodeType, frame: FrameType | None) -> object:
        """Take down that a function is entered; where it is none of the room's, ask not to be told again."""
        callee = _file(code)
        if callee is None or not _is_function(code):
            return sys.monitoring.DISABLE
        self.files.add(callee)
        if is_read_in_place(code, frame):
            return None
        while frame is not None and (caller := _file(frame.f_code)) is None:
            frame = frame.f_back
        if frame is not None and caller != callee and _is_function(frame.f_code):
            self.pairs[caller, callee] += 1  # type: ignore[index]
        return None

    def climbs(self, graph: ImportGraph) -> dict[Pair, int]:
        """Pairs that lead up, or back on the same floor; the most frequent first."""
        return {pair: number for pair, number in self.pairs.most_common() if is_climb(*pair, graph)}


def is_climb(caller: str, callee: str, graph: ImportGraph) -> bool:
    """Whether a call from one file to another leads to where the reader has come from."""
    below, above = floor_of(caller), floor_of(callee)
    return above > below or (above == below and caller in graph.reached[callee])


def is_read_in_place(code: CodeType, frame: FrameType | None) -> bool:
    """Whether a function is written inside one that is still running."""
    holder = code.co_qualname.rpartition(".<locals>.")[0]
    while holder and frame is not None:
        if (frame.f_code.co_filename, frame.f_code.co_qualname) == (code.co_filename, holder):
            return True
        frame = frame.f_back
    return False


@contextmanager
def followed() -> Iterator[Visits]:
    """Follow what the block enters, in every thread."""
    visits, monitoring = Visits(), sys.monitoring
    monitoring.use_tool_id(monitoring.PROFILER_ID, "climbs")
    try:
        monitoring.register_callback(
            monitoring.PROFILER_ID,
            monitoring.events.PY_START,
            # frame 0 is this callback's own, 1 the function's that is entered
            lambda code, offset: visits.enter(code, sys._getframe(1).f_back),
        )
        monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.PY_START)
        yield visits
    finally:
        monitoring.free_tool_id(monitoring.PROFILER_ID)


def _file(code: CodeType) -> str | None:
    """Path below the room of the module that code stands in; None for what is no module of it, as are templates."""
    name = code.co_filename
    return name.removeprefix(_START) if name.startswith(_START) and name.endswith(".py") else None


_START = f"{ROOM}/"


def _is_function(code: CodeType) -> bool:
    return code.co_flags & FUNCTION == FUNCTION and code.co_name != "<genexpr>"


def run_all() -> Callable[[], object]:
    """All of a run, into a folder that is thrown away."""
    from catchup.analysis import Question, Request, run
    from catchup.model import load_assumptions

    request = Request(Question(load_assumptions(), DAY, draws=DRAWS), engine="importance")

    def follow() -> None:
        with tempfile.TemporaryDirectory() as folder:
            run(request, Path(folder) / "runs")

    return follow


def condition_default() -> Callable[[], object]:
    """The posterior of the default ledger."""
    from catchup.analysis import Question, choose_evidence, condition
    from catchup.model import load_assumptions

    question = Question(load_assumptions(), DAY, draws=DRAWS)
    selection = choose_evidence(question, "default", None, ())
    return lambda: condition(question, selection, "importance")


CALLS: dict[str, Callable[[], Callable[[], object]]] = {"run": run_all, "condition": condition_default}
"""By name, what imports and prepares a call, and returns what is to be followed."""


def count_here(name: str) -> dict[str, Any]:
    """Follow a call in this process, which must not have made it before: what is kept for the next time hides steps."""
    call = CALLS[name]()
    with followed() as visits:
        call()
    climbs = visits.climbs(read_imports())
    pairs = [{"caller": caller, "callee": callee, "functions": number} for (caller, callee), number in climbs.items()]
    return {"call": name, "files": sorted(visits.files), "pairs": len(visits.pairs), "climbs": pairs}


def count(name: str) -> dict[str, Any]:
    """Follow a call in a process of its own: the files it visits, how many pairs of them, and its climbs.

    Raises
    ------
    subprocess.CalledProcessError
        If the call fails.
    """
    command = [sys.executable, __file__, "--json", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> None:
    """Print a table of both calls, or the figures of one as JSON."""
    if arguments[:1] == ["--json"]:
        print(json.dumps(count_here(arguments[1])))
        return
    for name, bound in BOUNDS.items():
        found = count(name)
        climbs = found["climbs"]
        head = f"{name}: {len(found['files'])} files, {found['pairs']} pairs, {len(climbs)} climbs (at most {bound})"
        print(head)
        for climb in climbs:
            print(f"  {climb['functions']:6}  {climb['caller']}  ->  {climb['callee']}")


if __name__ == "__main__":
    main(sys.argv[1:])
