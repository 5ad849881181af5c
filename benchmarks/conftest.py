"""Ratios beside their bounds, in one table at the end and, where `CATCHUP_RECORD` names a folder, in records."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from comparing import Ledger, Row
from recording import Add, record  # noqa: F401  # the fixture is found here by its name

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def ledger(request: pytest.FixtureRequest, benchmark: Any, record: Add) -> Ledger:  # noqa: F811
    """A record for every file of benchmarks, so that one may be run again without the others."""
    name = request.path.stem.replace("_", "-")
    return Ledger(request.config.stash.setdefault(ROWS, []), benchmark, partial(record, name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("ratios taken in this run")
    width, bound = max(len(row.what) for row in rows), max(len(row.wanted) for row in rows)
    for row in rows:
        terminalreporter.write_line(
            f"{'kept  ' if row.kept else 'MISSED'}  {row.what:<{width}}  {row.wanted:<{bound}}  {row.measured}",
            green=row.kept,
            red=not row.kept,
        )
