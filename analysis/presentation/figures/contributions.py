"""The forecast through time and, below it, what moved the median from run to run: signed bars, stacked by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....priors.arrays import Array
from ...studies.news import Cause
from ..text import date_text
from .dates import day_number
from .history import draw_evolution
from .style import INK, MUTED, WIDTH, frame, house_style, legend_below, new_figure, series, settle

if TYPE_CHECKING:
    from ...archive.contributions import Contributions
    from ...archive.history import History


HEIGHTS = (3.0, 1.7)  # inches, of the two panels
SIDES = 1.0  # inches beside the plotting area
FILL = 0.72  # of the distance between two runs that a bar takes
WIDEST = 6.0  # days, of a bar
CLEAR = 1.2  # of half a bar, that the axis reaches beyond the first and the last run
SEEN = 0.02  # of the longest bar: a shorter one is hardly to be seen, and takes no room from others
ROOM = 1.15  # how far the axis reaches beyond the longest bar
MOST_COLUMNS = 4  # of the legend of a figure as wide as a page
SMALLEST = 5e-4  # months; a cause that never moves the median by more is not drawn
FLATTEST = 0.02  # months; an axis of shifts is not drawn finer


@dataclass(frozen=True)
class Look:
    """How a cause is drawn."""

    name: str
    colour: str
    hatch: str = ""


LOOKS: Mapping[Cause, Look] = {
    "time": Look("time passing", series(0).colour),
    "evidence": Look("evidence", series(2).colour),
    "correction": Look("corrections", series(1).colour, series(1).hatch),
    "together": Look("news and corrections", "#ffffff", series(3).hatch),
    "chance": Look("chance", "#b5b5b5"),
}


@house_style()
def draw_contributions(history: History, moved: Sequence[Contributions], *, width: float = WIDTH) -> Figure:
    """Draw the date by the day it was asked and, below, what moved its median since the run before.

    Parameters
    ----------
    history : History
        Runs of one event, oldest first.
    moved : sequence of Contributions
        What moved the last run of each day; days without are drawn without bars.
    width : float
        Inches.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no run to draw, or there are runs about more than one event.
    """
    figure = new_figure(width, sum(HEIGHTS))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=HEIGHTS)
    widths = _bar_widths(moved)
    words = draw_evolution(above, history, width - SIDES, beside=0.5 * CLEAR * float(widths.max(initial=0.0)))
    below.set_xlabel(above.get_xlabel())
    above.set_xlabel("")
    drawn = [cause for cause in LOOKS if any(abs(each.months.get(cause, 0.0)) >= SMALLEST for each in moved)]
    _draw_bars(below, moved, drawn, widths)
    handles, names = (
        list(a + b) for a, b in zip(*(axes.get_legend_handles_labels() for axes in (above, below)), strict=True)
    )
    columns = MOST_COLUMNS if width >= WIDTH else MOST_COLUMNS // 2
    figure.set_size_inches(width, sum(HEIGHTS) + legend_below(below, handles, names, columns=columns))
    elsewhere = [f"{date_text(each.day)} since run {each.since}" for each in moved if each.elsewhere]
    bars = "Bars: what moved the median since the run before" + (", unless said below." if elsewhere else ".")
    source = f"Bars: {', '.join(elsewhere)}. {words.source}" if elsewhere else words.source
    frame(figure, words.finding, f"{words.subtitle} {bars}", source)
    settle(figure)
    return figure


def _bar_widths(moved: Sequence[Contributions]) -> Array:
    """Days that each bar is wide: as runs mostly lie apart, but no wider than the nearest other to be seen lets it."""
    days = np.array([day_number(each.day) for each in moved])
    if days.size < 2:
        return np.full(days.size, WIDEST)
    sizes = np.array([sum(abs(months) for months in each.months.values() if np.isfinite(months)) for each in moved])
    apart = np.abs(days[:, np.newaxis] - days)
    apart[np.eye(days.size, dtype=bool) | (sizes < SEEN * sizes.max())] = np.inf
    widths: Array = np.minimum(FILL * np.minimum(apart.min(axis=1), np.median(np.diff(days))), WIDEST)
    return widths


def _draw_bars(axes: Axes, moved: Sequence[Contributions], drawn: Sequence[Cause], widths: Array) -> None:
    """Stack what moved the median later upwards, and what moved it earlier downwards; a dot is the sum."""
    days = np.array([day_number(each.day) for each in moved])
    top, bottom = np.zeros(days.size), np.zeros(days.size)
    for cause in drawn:
        look = LOOKS[cause]
        months = np.array([each.months.get(cause, 0.0) for each in moved])
        months = np.where(np.isfinite(months), months, 0.0)
        axes.bar(
            days,
            months,
            widths,
            bottom=np.where(months > 0.0, top, bottom),
            color=look.colour,
            hatch=look.hatch,
            edgecolor=INK if look.hatch else look.colour,
            linewidth=0.4,
            label=look.name,
        )
        top, bottom = top + np.maximum(months, 0.0), bottom + np.minimum(months, 0.0)
    axes.axhline(0.0, color=MUTED, linewidth=0.8)
    if days.size:
        totals = np.array([each.total for each in moved])
        axes.plot(days, totals, linestyle="none", marker="o", markersize=3.0, color=INK, label="in all")
    reach = ROOM * max(FLATTEST, float(top.max(initial=0.0)), -float(bottom.min(initial=0.0)))
    axes.set_ylim(-reach, reach)
    axes.set_ylabel("Months later (+)\nor earlier (-)")
