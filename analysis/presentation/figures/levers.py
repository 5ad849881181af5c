"""The levers: when the event comes if a policy is pulled, beside when it comes if none is."""

from __future__ import annotations

from matplotlib.figure import Figure

from ...studies.counterfactuals import Comparison, Counterfactual
from ..text import SMALLEST_SHIFT, brief_shift
from .date_intervals import Row, draw_rows
from .style import WIDTH, house_style
from .wording import event_text

LATE = 0.95


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
    """The lever that delays the median most; where none moves it, the one that delays the late tail most."""
    if not all(row.shift(0.5).meaningful for row in comparison.counterfactuals):
        return "Too few draws to say which lever delays most"
    if _moving(comparison, 0.5):
        return f"Most delay: {_most(comparison, 0.5)}"
    still = "No lever moves the median beyond noise"
    return f"{still}; most delay of the 95% date: {_most(comparison, LATE)}" if _moving(comparison, LATE) else still


def _moving(comparison: Comparison, p: float) -> list[Counterfactual]:
    shifts = ((row, row.shift(p)) for row in comparison.counterfactuals)
    return [row for row, shift in shifts if shift.meaningful and not shift.noise and abs(shift.value) >= SMALLEST_SHIFT]


def _most(comparison: Comparison, p: float) -> str:
    most = max(_moving(comparison, p), key=lambda row: row.shift(p).value)
    return f"{most.title[:1].lower()}{most.title[1:]}, {brief_shift(most.shift(p))} months"
