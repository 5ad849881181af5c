"""The regimes: when the event comes if a firm commits a larger share of its compute to one run."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..counterfactuals import Comparison, Counterfactual
from .dates import month_text
from .rows import Row, draw_rows
from .style import WIDTH, house_style
from .wording import event_text


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
    return f"{row.title} ({100.0 * low:.3g}–{100.0 * high:.3g}%)"


def _finding(comparison: Comparison) -> str:
    if not comparison.counterfactuals:
        return "No regimes to compare"
    calendar = comparison.question.assumptions.calendar
    first = min(comparison.counterfactuals, key=lambda row: row.ready.quantile_value(0.5))
    name = first.title[:1].lower() + first.title[1:] if first.title[1:2].islower() else first.title
    day = calendar.day(first.ready.quantile_value(0.5))
    return f"With the earliest, {name}, the median is {month_text(day)}"
