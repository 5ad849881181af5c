"""A run without figures and report, built as all are, for processes of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.run import run
from catchup.model.assumptions import load_assumptions

ASKED = Request(Question(load_assumptions(), date(2026, 11, 21), draws=50_000), engine="importance")


def run_into(runs: Path) -> None:
    """Run into a folder of runs."""
    run(ASKED, runs, brief=True)
