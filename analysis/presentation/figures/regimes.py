"""The regimes: when the event comes if a firm commits a larger share of its compute to one run."""

from __future__ import annotations

from matplotlib.figure import Figure

from ...studies.counterfactuals import Comparison, Counterfactual
from .date_intervals import Row, draw_rows
from .dates import month_of
from .style import WIDTH, house_style
from .wording import EN_DASH, brief, event_text

NOTABLE = 0.05  # months


@house_style()
def draw_regimes(comparison: Comparison, *, width: float = WIDTH) -> Figure:
    """Draw the date under every commitment regime, in the order of their table.

    Parameters
    ----------
    comparison : Comparison
        From `regimes`.
    width : float
        Inches.
    """
    rows = [Row("As forecast", comparison.baseline)]
    rows += [Row(_name(comparison, row), row.ready, row) for row in comparison.counterfactuals]
    subtitle = f"Share of a year's compute committed to one run. {event_text(comparison.question)}"
    return draw_rows(comparison, rows, _finding(comparison), subtitle, "begun on", width)


def _name(comparison: Comparison, row: Counterfactual) -> str:
    low, high = comparison.question.assumptions.regimes[row.id].distribution.support()
    return f"{row.title} ({100.0 * low:.3g}{EN_DASH}{100.0 * high:.3g}%)" if high > 0.0 else row.title


def _finding(comparison: Comparison) -> str:
    """The regime that brings the median forward most; where none does, the one that brings the late tail forward."""
    calendar = comparison.question.assumptions.calendar
    for p, what in ((0.5, "the median"), (0.95, "the 95% date")):
        if not all(row.shift(p).meaningful for row in comparison.counterfactuals):
            return "Too few draws to say what the regimes change"
        moving = [row for row in comparison.counterfactuals if not row.shift(p).noise and row.shift(p).value < -NOTABLE]
        if moving:
            first = min(moving, key=lambda row: row.ready.quantile_value(p))
            month = month_of(calendar, first.ready.quantile_value(p))
            return f"{first.title} brings {what} forward by {brief(-first.shift(p).value)} months, to {month}"
    return "No regime brings the date forward by much"
