"""Printing: one JSON object for scripts, tables that read at a glance for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ..inference.diagnostics import few_draws
from ..inference.estimates import Distribution
from ..presentation.text import (
    chance_text,
    date_text,
    day_text,
    error_text,
    figure,
    newcomer_text,
    shift_text,
    stock_text,
)

__all__ = [
    "chance_text",
    "console",
    "date_text",
    "day_text",
    "error_text",
    "figure",
    "newcomer_text",
    "print_json",
    "shift_text",
    "stock_text",
    "table",
    "warn",
    "warn_if_few",
]

WIDE = 100  # columns of a terminal from which tables show all that they have


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


def warn(message: str) -> None:
    """Print a line on standard error."""
    print(f"catchup: {message}", file=sys.stderr)


def warn_if_few(distribution: Distribution) -> None:
    """Say on standard error that draws are too few for the quantiles shown, if they are."""
    few = [f"{p:.0%}" for p in (0.05, 0.5, 0.95) if not distribution.quantile(p).meaningful]
    if few:
        warn(few_draws(distribution.effective_draws, f"quantile(s) {', '.join(few)}"))
