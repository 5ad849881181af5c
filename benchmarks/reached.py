"""Which tests reach which lines, and running just those."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Libraries are loaded before pytest is: of its plugins, Hypothesis comes too early to have its assertions rewritten.
LOADED = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:benchmark", "--no-header", "--timeout", "0", "-W", LOADED)


@dataclass(frozen=True)
class Baseline:
    """What a run without any fault took and reached.

    Attributes
    ----------
    seconds : mapping of str to float
        By test, set-up of its fixtures included.
    failed : set of str
        Tests that fail without any fault.
    reaching : mapping of str to mapping of int to tuple of str
        By file and line: tests that reach it; those that come first in a file set its shared fixtures up, so that
        a line reached by set-up is charged to all tests of that file.
    """

    seconds: Mapping[str, float]
    failed: frozenset[str]
    reaching: Mapping[str, Mapping[int, tuple[str, ...]]]

    def tests_for(self, file: str, first: int, last: int, budget: float, longest: float) -> list[str]:
        """Choose tests that reach some lines, quickest first and one of every function before its other parameters.

        Lines that run when the module is imported concern every test that reaches any line of the file, and all of
        their room: a test may only look at what the module holds.
        """
        lines = self.reaching.get(file, {})
        found = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        if not found:
            found = {test for tests in lines.values() for test in tests}
            found |= {test for test in self.seconds if test.startswith(f"tests/{file.split('/')[0]}/")}
        turn: dict[str, int] = {}
        ranked = []
        for test in sorted(found, key=lambda name: (self.seconds[name], name)):
            function = test.split("[")[0]
            turn[function] = turn.get(function, -1) + 1
            if self.seconds[test] <= longest:
                ranked.append((turn[function] > 0, turn[function] > 3, self.seconds[test], test))
        chosen, spent = [], 0.0
        for *_, seconds, test in sorted(ranked):
            if spent + seconds <= budget:
                chosen.append(test)
                spent += seconds
        return chosen


class Chosen:
    """Runs some tests of the copy, in the order given, and those that the baseline did not know."""

    def __init__(self, tree: Path, tests: Sequence[str], baseline: Baseline) -> None:
        self._tree = tree
        self._rank = {test: position for position, test in enumerate(tests)}
        self._known = baseline.seconds.keys() | baseline.failed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self._rank or item.nodeid not in self._known]
        items[:] = sorted(kept, key=lambda item: self._rank.get(item.nodeid, len(self._rank)))

    def run(self) -> int:
        os.chdir(self._tree)
        files = list(dict.fromkeys(test.split("::")[0] for test in self._rank))
        return pytest.main([*QUIET, "-x", *files], plugins=[self])


class _Clock:
    """Adds up what each test takes, and tells which passed."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def baseline_of(tree: Path, tests: Sequence[str], in_fork: Callable[..., int | None]) -> Baseline:
    """Run the tests on the copy as it is; those that fail without any fault are named, and left out from then on.

    Raises
    ------
    RuntimeError
        If they cannot be run at all.
    """
    found, output = tree.parent / "baseline.json", tree.parent / "output"

    def work() -> int:
        os.chdir(tree)
        clock = _Clock()
        data = tree.parent / "coverage"
        os.environ["COVERAGE_FILE"] = str(data)
        present = [test for test in tests if Path(test).exists()]
        sources = ["--cov=model", "--cov=evidence", "--cov=analysis/inference", "--cov-context=test", "--cov-report="]
        pytest.main([*QUIET, *sources, *present], plugins=[clock])
        passed = {test: seconds for test, seconds in clock.seconds.items() if test not in clock.failed}
        reaching = _reaching(data, tree, passed)
        found.write_text(json.dumps({"seconds": passed, "failed": clock.failed, "reaching": reaching}))
        return 0

    if in_fork(work, 3_600.0, output) != 0:
        raise RuntimeError(f"the tests cannot be run:\n{output.read_text()[-3_000:]}")
    return read_baseline(found)


def read_baseline(found: Path) -> Baseline:
    """Read what a run without any fault has left."""
    read: dict[str, Any] = json.loads(found.read_text())
    for test in read["failed"]:
        print(f"fails without any fault, and is left out: {test}")
    reaching = {
        file: {int(line): tuple(names) for line, names in lines.items()} for file, lines in read["reaching"].items()
    }
    return Baseline(read["seconds"], frozenset(read["failed"]), reaching)


def _reaching(data: Path, tree: Path, tests: Mapping[str, float]) -> dict[str, dict[int, list[str]]]:
    from coverage import CoverageData

    covered = CoverageData(str(data))
    covered.read()
    of_file: dict[str, list[str]] = {}
    for test in tests:
        of_file.setdefault(test.split("::")[0], []).append(test)
    reaching: dict[str, dict[int, list[str]]] = {}
    for path in covered.measured_files():
        lines = {}
        for line, contexts in covered.contexts_by_lineno(path).items():
            names: set[str] = set()
            for context in filter(None, contexts):
                test, _, phase = context.rpartition("|")
                names |= {test} if phase == "run" else set(of_file.get(test.split("::")[0], ()))
            if names & tests.keys():
                lines[line] = sorted(names & tests.keys())
        reaching[Path(path).resolve().relative_to(tree.resolve()).as_posix()] = lines
    return reaching
