"""Ratios beside their bounds, in one table at the end (`--benchmark-json FILE` writes them as well)."""

from __future__ import annotations

from typing import Any

import pytest
from comparing import Ledger, Row

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def ledger(request: pytest.FixtureRequest, benchmark: Any) -> Ledger:
    return Ledger(request.config.stash.setdefault(ROWS, []), benchmark)


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
