"""The card that a link to a run is shown with elsewhere: question, date and interval, 1200 by 630 pixels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from matplotlib.figure import Figure

from ...inference.probabilities import ENDS, QUARTILES
from .dates import date_ticks, day_number
from .style import BAND_ALPHA, INK, MUTED, house_style, series, wrap

WIDE, HIGH, DPI = 1200, 630, 100  # pixels, and pixels an inch
LEFT, RIGHT = 0.06, 0.94  # of the width
AXIS, BAND = 0.16, 0.25  # of the height
TICKS = 8
HEADING, LARGE, PLAIN, SMALL = 22.0, 44.0, 20.0, 14.0  # points


@house_style()
def draw_card(question: str, answer: str, interval: str, made: str, quantiles: Mapping[float, date | None]) -> Figure:
    """Draw the card.

    Parameters
    ----------
    question, answer, interval, made : str
        What is asked, the median, the interval, and of which day, model and event: all as text.
    quantiles : mapping of float to date or None
        Days of the 5, 25, 50, 75 and 95% quantiles; None where the event never comes.

    Returns
    -------
    Figure
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = Figure(figsize=(WIDE / DPI, HIGH / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    inches = (RIGHT - LEFT) * WIDE / DPI
    figure.text(LEFT, 0.93, wrap(figure, question, HEADING, inches), fontsize=HEADING, color=MUTED, va="top")
    figure.text(LEFT, 0.68, answer, fontsize=LARGE, fontweight="bold", color=INK, va="top")
    figure.text(LEFT, 0.50, interval, fontsize=PLAIN, color=INK, va="top")
    figure.text(LEFT, 0.05, wrap(figure, made, SMALL, inches).split("\n")[0], fontsize=SMALL, color=MUTED)
    days = {p: day_number(day) for p, day in quantiles.items() if day is not None}
    if {0.05, 0.5}.issubset(days):
        _draw_band(figure, days)
    return figure


def _draw_band(figure: Figure, days: Mapping[float, float]) -> None:
    axes = figure.add_axes((LEFT, AXIS, RIGHT - LEFT, BAND))
    last = max(days.values())
    room = 0.08 * max(last - days[0.05], 30.0)
    axes.set_xlim(days[0.05] - room, last + room)
    axes.set_ylim(0.0, 1.0)
    look = series(0)
    for low, high in (ENDS, QUARTILES):
        if low in days:
            end = days.get(high, last + room)  # what never comes reaches beyond the edge
            axes.barh(
                0.55,
                end - days[low],
                0.5,
                left=days[low],
                color=look.colour,
                alpha=2 * BAND_ALPHA[round(high - low, 2)],
            )
    axes.plot([days[0.5]] * 2, [0.2, 0.9], color=look.colour, linewidth=6)
    ticks = date_ticks(*axes.get_xlim(), TICKS)
    axes.set_xticks(
        [day_number(day) for day, _ in ticks], [text.replace("\n", " ") for _, text in ticks], fontsize=SMALL
    )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
