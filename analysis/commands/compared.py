"""Printing of counterfactuals beside their baseline."""

from __future__ import annotations

from ..counterfactuals import Comparison
from .output import console, date_text, day_text, print_json, shift_text, table

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
    rows = [("(no change)", *baseline, "", "")]
    for row in comparison.counterfactuals:
        days = [day_text(question, row.ready.quantile_value(p)) for p in SHOWN]
        rows.append((row.title, *days, shift_text(row.shift(0.5)), shift_text(row.shift(0.95))))
    out.print(table(what, "5%", "median", "95%", "median shift", "95% shift", rows=rows))
    return 0
