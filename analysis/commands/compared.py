"""Printing of counterfactuals beside their baseline."""

from __future__ import annotations

from ..studies.counterfactuals import Comparison
from .output import WIDE, console, date_text, day_text, print_json, shift_text, table, warn_if_few

SHOWN = (0.05, 0.5, 0.95)


def print_comparison(comparison: Comparison, what: str, *, json: bool) -> int:
    """Print a comparison as JSON or as a table."""
    if json:
        print_json(comparison.as_json())
        return 0
    question = comparison.question
    out = console()
    out.print(
        f"event {question.event}, acting from {date_text(question.as_of)}; shifts in months ± Monte Carlo error\n"
    )
    baseline = [day_text(question, comparison.baseline.quantile_value(p)) for p in SHOWN]
    shifts = {"median shift": 0.5, "95% shift": 0.95} if out.width >= WIDE else {"median shift": 0.5}
    rows = [("(no change)", *baseline, *("" for _ in shifts))]
    for row in comparison.counterfactuals:
        days = [day_text(question, row.ready.quantile_value(p)) for p in SHOWN]
        rows.append((row.title, *days, *(shift_text(row.shift(p)) for p in shifts.values())))
    out.print(table(what, "5%", "median", "95%", *shifts, rows=rows))
    warn_if_few(comparison.baseline)
    return 0
