"""The levers: when the event comes if a policy is pulled, beside when it comes if none is."""

from __future__ import annotations

from matplotlib.figure import Figure

from ...studies.counterfactuals import Comparison
from ..text import brief_shift
from .date_intervals import Row, draw_rows
from .style import WIDTH, house_style
from .wording import event_text


@house_style()
def draw_levers(comparison: Comparison, *, width: float = WIDTH) -> Figure:
    """Draw the date under every lever, the one that moves the median most first.

    Parameters
    ----------
    comparison : Comparison
        From `levers`.
    width : float
        Inches.
    """
    ordered = sorted(comparison.counterfactuals, key=lambda row: -row.shift(0.5).value)
    rows = [Row("No lever pulled", comparison.baseline)]
    rows += [Row(row.title, row.ready, row) for row in ordered]
    return draw_rows(comparison, rows, _finding(comparison), event_text(comparison.question), "levers act from", width)


def _finding(comparison: Comparison) -> str:
    if not all(row.shift(0.5).meaningful for row in comparison.counterfactuals):
        return "Too few draws to say which lever delays most"
    moving = [row for row in comparison.counterfactuals if not row.shift(0.5).noise]
    if not moving:
        return "No lever moves the median by more than its Monte Carlo error"
    most = max(moving, key=lambda row: row.shift(0.5).value)
    title = most.title[:1].lower() + most.title[1:]
    return f"Most delay: {title}, {brief_shift(most.shift(0.5))} months"
