"""Printing: one JSON object for scripts, tables that read at a glance for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ..estimates import Estimate
from ..question import Question

NARROWEST = 60
DAYS_PER_WEEK = 7


def print_json(result: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output and nothing else."""
    json.dump(result, sys.stdout, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def console() -> Console:
    """Return the console on standard output; a fixed width where it is not a terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 100)


def table(*columns: str, rows: Iterable[Sequence[str]], title: str | None = None, left: int = 1) -> Table:
    """Build a table whose first `left` columns are text and whose others are figures."""
    built = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for index, column in enumerate(columns):
        built.add_column(column, justify="left" if index < left else "right", overflow="fold", no_wrap=index >= left)
    for row in rows:
        built.add_row(*row)
    return built


def day_text(question: Question, months: float) -> str:
    """Write a moment as a day for people."""
    return date_text(question.assumptions.calendar.day(months))


def date_text(day: date | None) -> str:
    """Write a day for people: 9 Nov 2026; never, where there is none."""
    return "never" if day is None else f"{day.day} {day:%b %Y}"


def error_text(question: Question, months: float) -> str:
    """Write a Monte Carlo error in days."""
    days = months * question.assumptions.calendar.days_per_month
    if days != days or days == float("inf"):
        return "?"
    return f"± {days:.1f} d" if days < DAYS_PER_WEEK else f"± {days:.0f} d"


def shift_text(shift: Estimate) -> str:
    """Write a shift with its Monte Carlo error; one inside its noise is called noise."""
    text = f"{shift.value:+.2f} ± {shift.mcse:.2f}"
    if shift.value == 0.0 and shift.mcse == 0.0:
        return "no change"
    return text if abs(shift.value) > 2.0 * shift.mcse else "within noise"


def warn(message: str) -> None:
    """Print a line on standard error."""
    print(f"catchup: {message}", file=sys.stderr)
