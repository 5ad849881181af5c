"""Months that levers buy by the day of their enactment, and how many draws they do not move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....priors.errors import InputError
from ...studies.enactment import ByDay, Enactment
from .dates import day_number, month_text, set_date_axis
from .style import BAND_ALPHA, SERIES, WIDTH, frame, house_style, legend_below, new_figure, series
from .wording import source_line

HEIGHT = 4.2  # inches
SIDES = 0.8  # inches beside the plotting area
SHOWN = len(SERIES)  # levers: those that buy most on the first day
LATE = 0.95  # quantile whose shift is drawn: most draws are not moved, so that the median hardly is
ERRORS = 2.0  # Monte Carlo errors on either side


@house_style()
def draw_enactment(result: ByDay, *, width: float = WIDTH) -> Figure:
    """Draw how far the 95% date moves by the day on which each of the strongest levers is enacted.

    Parameters
    ----------
    result : ByDay
        From `levers_by_day`.
    width : float
        Inches.

    Raises
    ------
    InputError
        If the model has no lever.
    """
    if not result.levers:
        raise InputError("there is no lever to draw", key="levers")
    strongest = sorted(result.levers.values(), key=lambda row: -row[0].effect.shift(LATE).value)[:SHOWN]
    figure = new_figure(width, HEIGHT)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    for place, row in enumerate(strongest):
        _draw_bought(above, row, place)
        _draw_unmoved(below, row, place)
    days = _days(strongest[0])
    span = max(days[-1] - days[0], 7.0)
    set_date_axis(below, days[0] - 0.03 * span, days[-1] + 0.03 * span, width - SIDES, "Day of enactment")
    above.set_ylabel("Months bought\n(95% date)")
    below.set_ylabel("Draws unmoved (%)")
    below.set_ylim(0.0, 105.0)
    handles, texts = above.get_legend_handles_labels()
    figure.set_size_inches(width, HEIGHT + legend_below(below, handles, texts))
    subtitle = f"Bands: {ERRORS:g} Monte Carlo errors. Unmoved: past the lever, or indifferent to it."
    source = source_line(result.origin, _left_out(result))
    frame(figure, _finding(strongest[0]), subtitle, source)
    return figure


def _draw_bought(axes: Axes, row: Sequence[Enactment], place: int) -> None:
    look = series(place)
    shifts = [each.effect.shift(LATE) for each in row]
    values, errors = (np.array([getattr(shift, name) for shift in shifts]) for name in ("value", "mcse"))
    axes.plot(_days(row), values, color=look.colour, linestyle=look.line, label=row[0].effect.title)
    low, high = values - ERRORS * errors, values + ERRORS * errors
    axes.fill_between(_days(row), low, high, color=look.colour, alpha=BAND_ALPHA[0.5], linewidth=0.0)


def _draw_unmoved(axes: Axes, row: Sequence[Enactment], place: int) -> None:
    look = series(place)
    shares = [100.0 * each.effect.unmoved.value for each in row]
    axes.plot(_days(row), shares, color=look.colour, linestyle=look.line)


def _days(row: Sequence[Enactment]) -> list[float]:
    return [day_number(each.acting_from) for each in row]


def _left_out(result: ByDay) -> str:
    rest = len(result.levers) - SHOWN
    return f"{rest} levers that buy less are not drawn" if rest > 0 else ""


def _finding(row: Sequence[Enactment]) -> str:
    first = row[0]
    bought = first.effect.shift(LATE)
    title, day = first.effect.title, month_text(first.acting_from)
    if bought.noise:
        return f"No lever enacted in {day} moves the 95% date beyond noise"
    half = next((each for each in row if each.effect.shift(LATE).value < 0.5 * bought.value), None)
    lost = f"; half of that is lost by {month_text(half.acting_from)}" if half is not None else ""
    return f"{title}: {bought.value:.1f} months of the 95% date if enacted in {day}{lost}"
