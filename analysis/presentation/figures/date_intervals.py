"""Rows of date intervals, one per counterfactual, beside the baseline's: levers and regimes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...inference.estimates import Distribution, Estimate
from ...inference.probabilities import DELAYED, QUANTILES
from ...inference.result import Result
from ..text import brief_shift, date_text, quantile_text
from .dates import date_number, day_number, set_date_axis
from .style import INK, LABEL_SIZE, MUTED, NARROW, SERIES, frame, mark_day, new_figure, text_width, wrap
from .wording import brief, source_line

ROW_HEIGHT = 0.36  # inches, for a name of one or two lines
LINE_HEIGHT = 0.14  # inches for every further line
SURROUNDINGS = 0.95  # inches of axis and column heads
COLUMN = 0.52  # inches
LABEL_SHARE = 0.26  # of the width, at most, for the rows' names


class Changed(Protocol):
    """One lever, regime or the like, beside the baseline."""

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the baseline's, months."""


@dataclass(frozen=True)
class Row:
    """A row of the figure.

    Attributes
    ----------
    name : str
        What stands before it.
    ready : Distribution
        Months since t = 0.
    change : Changed or None
        None for the baseline.
    """

    name: str
    ready: Distribution
    change: Changed | None = None


def draw_rows(result: Result, rows: Sequence[Row], title: str, subtitle: str, acting: str, width: float) -> Figure:
    """Draw rows of date intervals: 90% thin, 50% thick, the median a dot; shifts in months beside them.

    Parameters
    ----------
    result : Result
        Whose rows they are.
    rows : sequence of Row
        From the top down, the baseline first.
    title, subtitle : str
        For the heading.
    acting : str
        What happens on the day of the question.
    width : float
        Inches.
    """
    figure = new_figure(width, 1.0)
    names = [wrap(figure, row.name, LABEL_SIZE, LABEL_SHARE * width) for row in rows]
    lines = max(name.count("\n") for name in names)
    figure.set_size_inches(width, SURROUNDINGS + len(rows) * (ROW_HEIGHT + LINE_HEIGHT * max(lines - 1, 0)))
    axes = figure.add_subplot()
    columns = DELAYED if width >= NARROW else DELAYED[:1]
    taken = max(text_width(figure, line, LABEL_SIZE) for name in names for line in name.split("\n"))
    plot_width = width - taken - COLUMN * len(columns) - 0.4
    _set_limits(axes, result, rows, plot_width)
    for position, row in enumerate(rows):
        _draw_interval(axes, result, row, position)
        if row.change is not None:
            for column, p in enumerate(columns):
                _write_cell(axes, column, position, brief_shift(row.change.shift(p)))
    _write_heads(axes, columns)
    median = rows[0].ready.quantile_value(0.5)
    if math.isfinite(median):
        day = float(date_number(result.question.assumptions.calendar, median))
        axes.axvline(day, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(rows)), names)
    axes.tick_params(axis="y", length=0, labelsize=LABEL_SIZE)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    mark_day(axes, day_number(result.question.as_of), f"{acting} {date_text(result.question.as_of)}")
    frame(figure, title, f"{subtitle} Dot: median; thick: 50%; thin: 90% interval.", _source(result, rows))
    return figure


def _draw_interval(axes: Axes, result: Result, row: Row, position: int) -> None:
    calendar = result.question.assumptions.calendar
    months = [row.ready.quantile_value(p) for p in QUANTILES]
    edge = axes.get_xlim()[1]
    days = [float(date_number(calendar, m)) if math.isfinite(m) else edge for m in months]
    look = SERIES[3] if row.change is None else SERIES[0]
    axes.plot([days[0], days[-1]], [position] * 2, color=look.colour, linewidth=1.3, zorder=2)
    axes.plot([days[1], days[-2]], [position] * 2, color=look.colour, linewidth=5.0, zorder=3)
    still = row.change is not None and row.change.shift(0.5).noise
    if math.isfinite(months[2]):
        axes.plot(
            days[2],
            position,
            marker=look.marker,
            markersize=7.5 if row.change is None else 8.0,
            markerfacecolor="white" if still else look.colour,
            markeredgecolor="white" if not still else look.colour,
            markeredgewidth=1.2,
            zorder=4,
        )


def _write_heads(axes: Axes, columns: Sequence[float]) -> None:
    if len(columns) == 1:
        _write_cell(axes, 0, -0.6, "shift of\nmedian,\nmonths", head=True)
        return
    _write_cell(axes, (len(columns) - 1) / 2, -0.95, "Shift of quantile, months", head=True)
    for column, p in enumerate(columns):
        _write_cell(axes, column, -0.55, quantile_text(p), head=True)


def _write_cell(axes: Axes, column: float, position: float, text: str, *, head: bool = False) -> None:
    axes.annotate(
        text,
        (1.0, position),
        xycoords=("axes fraction", "data"),
        xytext=((0.75 + column) * COLUMN * 72.0, 0.0),
        textcoords="offset points",
        ha="center",
        va="bottom" if head else "center_baseline",
        fontsize=LABEL_SIZE,
        color=MUTED if head else INK,
        annotation_clip=False,
    )


def _set_limits(axes: Axes, result: Result, rows: Sequence[Row], width: float) -> None:
    calendar = result.question.assumptions.calendar
    early = [m for row in rows if math.isfinite(m := row.ready.quantile_value(QUANTILES[0]))]
    late = [m for row in rows for p in (0.5, 0.95) if math.isfinite(m := row.ready.quantile_value(p))]
    as_of = result.question.as_of_months
    low, high = min(early, default=as_of), max(late, default=as_of + 12.0)
    if low - (high - low) < as_of < low:  # a day long before would squeeze the intervals
        low = as_of
    pad = 0.03 * max(high - low, 1.0)
    days = date_number(calendar, [low - pad, high + pad])
    set_date_axis(axes, float(days[0]), float(days[1]), width, "Date ready")


def _source(result: Result, rows: Sequence[Row]) -> str:
    errors = [row.change.shift(p).mcse for row in rows if row.change is not None for p in DELAYED]
    largest = max((error for error in errors if math.isfinite(error)), default=0.0)
    noise = f"Monte Carlo error of the shifts at most {brief(largest)} months; 0: within noise"
    return source_line(result.origin, noise)
