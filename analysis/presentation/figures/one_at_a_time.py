"""One at a time: how far each quantity alone moves the date, all others at their medians."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....model.firms import Firm
from ...studies.sensitivity.one_at_a_time import HIGH, LOW, MOST_SHOWN, Setting, Swing
from ...studies.sensitivity.study import Sensitivity
from ..text import and_text, date_text, moment_text
from .dates import date_number, set_date_axis
from .style import (
    INK,
    LABEL_SIZE,
    SERIES,
    WIDTH,
    frame,
    house_style,
    legend_below,
    mark_day,
    new_figure,
    text_width,
    wrap,
)
from .wording import brief, event_text, quantity_text, source_line, value_text

ROW_HEIGHT = 0.31  # inches
SURROUNDINGS = 0.95  # inches of axis and legend
LABEL_SHARE = 0.27  # of the width, at most, for the quantities' names
SMALLEST = 0.05  # months; a swing below this is not drawn
LOW_LOOK, HIGH_LOOK = SERIES[2], SERIES[0]


@house_style()
def draw_one_at_a_time(sensitivity: Sensitivity, *, width: float = WIDTH) -> Figure:
    """Draw each quantity's swing as a bar from its 10th to its 90th percentile, the widest first.

    Parameters
    ----------
    sensitivity : Sensitivity
        What the date depends on.
    width : float
        Inches.
    """
    result = sensitivity.one_at_a_time
    told = result.whole[:MOST_SHOWN]
    shown = [swing for swing in told if math.isfinite(swing.span.value) and abs(swing.span.value) >= SMALLEST]
    figure = new_figure(width, SURROUNDINGS + ROW_HEIGHT * max(len(shown), 1))
    axes = figure.add_subplot()
    firms = sensitivity.question.assumptions.race.firms
    names = [wrap(figure, quantity_text(swing.quantity, firms), LABEL_SIZE, LABEL_SHARE * width) for swing in shown]
    taken = max((text_width(figure, line, LABEL_SIZE) for name in names for line in name.split("\n")), default=0.0)
    calendar = sensitivity.question.assumptions.calendar
    baseline = float(date_number(calendar, result.months.value))
    _set_limits(figure, axes, sensitivity, shown, width - taken - 0.35)
    for position, swing in enumerate(shown):
        for end, look, p in ((swing.low, LOW_LOOK, LOW), (swing.high, HIGH_LOOK, HIGH)):
            axes.barh(
                position,
                float(date_number(calendar, end.months.value)) - baseline,
                left=baseline,
                height=0.58,
                facecolor=look.colour,
                edgecolor="white" if look is HIGH_LOOK else INK,
                hatch="////" if look is LOW_LOOK else "",
                label=f"at {100 * p:.0f}th percentile" if position == 0 else None,
                zorder=2,
            )
            _label_end(axes, float(date_number(calendar, end.months.value)), baseline, position, swing, end)
    axes.axvline(baseline, color=INK, linewidth=1.0, zorder=3)
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(shown)), names)
    axes.tick_params(axis="y", length=0, labelsize=LABEL_SIZE)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    mark_day(axes, baseline, f"all at their medians: {moment_text(calendar, result.months.value, date_text)}")
    if shown:
        legend_below(axes, *axes.get_legend_handles_labels(), columns=2)
    frame(figure, _finding(shown, firms), _subtitle(sensitivity), _source(sensitivity, *_notes(sensitivity, shown)))
    return figure


def _notes(sensitivity: Sensitivity, shown: Sequence[Swing]) -> Iterator[str]:
    """Say which quantities have no bar, and why."""
    result, firms = sensitivity.one_at_a_time, sensitivity.question.assumptions.race.firms
    unbounded = [swing for swing in result.whole if not math.isfinite(swing.span.value)]
    if left_out := len(result.whole) - len(shown) - len(unbounded):
        yield f"{left_out} further quantities move it by less"
    for swing in unbounded:
        yield f"{quantity_text(swing.quantity, firms)} has no bar: at one end it is never ready"
    for whole, parts in result.parts.items():
        names = and_text(quantity_text(part, firms) for part in parts)
        yield f"{quantity_text(whole, firms)} stands for {names}"


def _label_end(axes: Axes, day: float, baseline: float, position: int, swing: Swing, end: Setting) -> None:
    opposite = swing.high if end is swing.low else swing.low
    side = end.months.value - opposite.months.value  # both ends may lie on the same side of the baseline
    axes.annotate(
        value_text(swing.quantity, end.value, swing.unit),
        (day if (day - baseline) * side > 0 else baseline, position),
        xytext=(4 if side > 0 else -4, 0),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="center_baseline",
        fontsize=LABEL_SIZE - 0.5,
        color=INK,
    )


def _set_limits(figure: Figure, axes: Axes, sensitivity: Sensitivity, shown: Sequence[Swing], width: float) -> None:
    """Leave room for the values at the bars' ends."""
    calendar = sensitivity.question.assumptions.calendar
    baseline = sensitivity.one_at_a_time.months.value
    ends = [
        (end.months.value, text_width(figure, value_text(swing.quantity, end.value, swing.unit), LABEL_SIZE) + 0.15)
        for swing in shown
        for end in (swing.low, swing.high)
    ]
    low = min([baseline - 0.5, *(months for months, _ in ends)])
    high = max([baseline + 0.5, *(months for months, _ in ends)])
    for _ in range(20):  # wider limits shrink the inches that a month takes, so this converges from below
        per_inch = (high - low) / width
        low = min([low, *(months - room * per_inch for months, room in ends if months <= baseline)])
        high = max([high, *(months + room * per_inch for months, room in ends if months >= baseline)])
    days = date_number(calendar, [low, high])
    set_date_axis(axes, float(days[0]), float(days[1]), width, "Date ready")


def _finding(shown: Sequence[Swing], firms: Mapping[str, Firm]) -> str:
    if not shown:
        return "No quantity alone moves the date"
    return f"{quantity_text(shown[0].quantity, firms)} moves the date most, by {brief(abs(shown[0].span.value))} months"


def _subtitle(sensitivity: Sensitivity) -> str:
    percentiles = f"{100 * LOW:.0f}th and {100 * HIGH:.0f}th percentile"
    return f"Each quantity at its {percentiles}, all others at their medians. {event_text(sensitivity.question)}"


def _source(sensitivity: Sensitivity, *notes: str) -> str:
    errors = [swing.span.mcse for swing in sensitivity.one_at_a_time.swings]
    largest = max(errors, default=0.0)
    noise = f"Monte Carlo error of a bar's length at most {brief(largest)} months" if largest else ""
    return source_line(sensitivity.origin, *notes, noise)
