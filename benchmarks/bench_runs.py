"""What a weekly run costs beside importing PyMC, and what replaying a season costs beside one run."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import run
from typing import Any

from comparing import Ledger, catchup, in_turns, shortest

DAY = "2026-11-21"
SEASON = ("--from", "2026-06-12", "--to", DAY, "--every", "7d")
WEEKS = 24
ENGINE = ("--engine", "importance")
ROUNDS = 3


def one_run() -> None:
    """Make a whole run: figures, report, explorer, posterior."""
    with tempfile.TemporaryDirectory() as folder:
        catchup("run", "--runs", f"{folder}/runs", "--as-of", DAY, "--quiet", *ENGINE)
        assert (Path(folder) / "runs" / DAY / "report.html").is_file()


def season() -> None:
    with tempfile.TemporaryDirectory() as folder:
        catchup("replay", "--runs", f"{folder}/runs", *SEASON, *ENGINE)
        assert len(list((Path(folder) / "runs").iterdir())) == WEEKS


def import_pymc() -> None:
    run([sys.executable, "-c", "import pymc"], check=True)


def compare(benchmark: Any, own: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    mine, theirs = shortest(*in_turns(benchmark, own, other, rounds=ROUNDS))
    return mine, theirs


def test_run_beside_import(benchmark: Any, ledger: Ledger) -> None:
    mine, importing = compare(benchmark, one_run, import_pymc)
    ledger.at_most("catchup run / import pymc", mine / importing, 8.0, f"{mine:.1f} s against {importing:.2f} s")


def test_season_beside_run(benchmark: Any, ledger: Ledger) -> None:
    mine, one = compare(benchmark, season, one_run)
    ledger.at_most(f"catchup replay of {WEEKS} weeks / run", mine / one, 8.0, f"{mine:.1f} s against {one:.1f} s")
