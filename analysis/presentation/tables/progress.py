"""What scores and training compute say of progress."""

from __future__ import annotations

from ...inference.estimates import Array
from ...studies.tables.efficiency import QUANTILES, MeasuredProgress
from ..table import Layout
from .words import Words, words_table


def layout(result: MeasuredProgress) -> Layout:
    """Lay out what scores and training compute say of progress."""
    read = result.read
    headings = [f"{p:.0%}" for p in QUANTILES]
    choices = [
        (
            each.choice.title + (" (asked)" if each is read else ""),
            f"{len(each.counted.names)}",
            *_figures(each.progress),
        )
        for each in (read, *result.others)
    ]
    beside = [
        ("the curve alone", *_figures(result.alone)),
        ("algorithmic_progress before", *_figures(result.prior)),
        ("algorithmic_progress after", *_figures(result.posterior)),
    ]
    return Layout(
        tables=(
            words_table("Progress by models, x per year", "Models", *headings, rows=choices).with_lines(
                *(f"{title}: {reason}" for title, reason in result.set_aside.items())
            ),
            words_table(f"{read.choice.title}, x per year", *headings, rows=beside),
        ),
        json=result.as_json,
        foot=(f"The likelihood is highest at {read.curve.mode:.1f} x per year. No forecast counts it yet.",),
    )


def _figures(values: Array) -> Words:
    return tuple(f"{value:.1f}" for value in values)
