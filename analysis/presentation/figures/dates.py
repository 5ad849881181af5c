"""Dates on axes: months since t = 0 as days, and ticks that a reader takes in at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ....model.calendar import Calendar
from ..text import BEYOND_SAID, NEVER_SAID, moment_text

DAY_STEPS = (1, 2, 7, 14)
MONTH_STEPS = (1, 2, 3, 6)
YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
TICK_WIDTH = 0.44  # inches that a tick label and the gap beside it take


def date_number(calendar: Calendar, months: ArrayLike) -> NDArray[np.float64]:
    """Carry months since t = 0 to day numbers, as `day_number` counts them."""
    return np.asarray(day_number(calendar.origin) + np.asarray(months, dtype=float) * calendar.days_per_month)


def day_number(day: date) -> float:
    """Number of a day on a date axis: days since the year 1 began (ticks are set, so no other epoch matters)."""
    return float(day.toordinal())


def month_text(day: date | None) -> str:
    """Write a day's month for people: November 2026."""
    return NEVER_SAID if day is None else f"{day:%B %Y}"


def month_of(calendar: Calendar, months: float) -> str:
    """Write a moment's month for people, as `month_text` does."""
    return moment_text(calendar, months, month_text)


def span_of(calendar: Calendar, medians: Iterable[float]) -> str:
    """Say within which months moments lie, and what those that have none are: "between May and June 2027 or never".

    Parameters
    ----------
    calendar : Calendar
        Of the question.
    medians : iterable of float
        Months since t = 0, one at least.
    """
    months = list(dict.fromkeys(month_of(calendar, each) for each in sorted(medians)))
    dated = [month for month in months if month not in (NEVER_SAID, BEYOND_SAID)]
    where = [f"in {dated[0]}" if len(dated) == 1 else f"between {dated[0]} and {dated[-1]}"] if dated else []
    return " or ".join([*where, *(month for month in months if month not in dated)])


def set_date_axis(axes: Axes, low: float, high: float, width: float, label: str) -> None:
    """Make the x axis one of dates.

    Parameters
    ----------
    axes : Axes
        Whose x axis.
    low, high : float
        Its limits, in day numbers; kept inside the years 1 to 9999.
    width : float
        Its width in inches, which limits the number of ticks.
    label : str
        What the dates are of.
    """
    low = max(low, day_number(date(1, 1, 1)))
    high = min(max(high, low + 1.0), day_number(date(9999, 12, 1)))
    ticks = date_ticks(low, high, max(int(width / TICK_WIDTH), 2))
    axes.set_xlim(low, high)
    axes.set_xticks([day_number(day) for day, _ in ticks], [text for _, text in ticks])
    if len(ticks) > 1 and _months_between(ticks[0][0], ticks[1][0]) in MONTH_STEPS[1:]:
        axes.set_xticks([day_number(day) for day in _months(low, high, 1)], minor=True)
    axes.set_xlabel(label)


def date_ticks(low: float, high: float, most: int) -> list[tuple[date, str]]:
    """Choose ticks between two date numbers: the finest round step that needs at most so many.

    Returns
    -------
    list of (date, str)
        Days and labels; the year stands under the first tick and wherever it changes.
    """
    for step in DAY_STEPS:
        if (high - low) / step <= most * 0.6:  # a day's label is wider than a month's
            first = date.fromordinal(math.ceil(low))
            days = [first + timedelta(days=i) for i in range(0, int(high - low) + 1, step)]
            return _labelled([day for day in days if low <= day_number(day) <= high], "day")
    for step in MONTH_STEPS:
        days = list(_months(low, high, step)) if (high - low) / (30.0 * step) < most + 2 else []
        if 1 <= len(days) <= most:
            return _labelled(days, "month")
    for step in YEAR_STEPS:
        days = list(_years(low, high, step))
        if len(days) <= most:
            return _labelled(days, "year")
    return []


def _labelled(days: list[date], unit: str) -> list[tuple[date, str]]:
    if unit == "year":
        return [(day, str(day.year)) for day in days]
    labels = []
    for position, day in enumerate(days):
        text = f"{day:%b}" if unit == "month" else f"{day.day} {day:%b}"
        new_year = position == 0 or day.year != days[position - 1].year
        labels.append((day, f"{text}\n{day.year}" if new_year else text))
    return labels


def _months(low: float, high: float, step: int) -> Iterator[date]:
    start = date.fromordinal(int(low))
    for month in range(start.year * 12 + start.month - 1, 10_000 * 12):
        if month % step == 0:
            day = date(month // 12, month % 12 + 1, 1)
            if day_number(day) > high:
                return
            if day_number(day) >= low:
                yield day


def _years(low: float, high: float, step: int) -> Iterator[date]:
    start = date.fromordinal(int(low)).year
    for year in range(-(-start // step) * step or step, 10_000, step):
        day = date(year, 1, 1)
        if day_number(day) > high:
            return
        if day_number(day) >= low:
            yield day


def _months_between(one: date, other: date) -> int:
    return (other.year - one.year) * 12 + other.month - one.month if one.day == other.day == 1 else 0
