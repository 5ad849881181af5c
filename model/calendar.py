"""Days and model time: months since t = 0, a month being a fixed number of days."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ..priors.errors import InputError

if TYPE_CHECKING:
    from .reporting import Reporting

LAST_DAY = date(2999, 12, 31)  # that can be asked about: what follows it must have dates too


def day_of(day: Any, key: str) -> date:
    """Return a day, given as a date, a moment, ISO text or a day of NumPy's.

    Parameters
    ----------
    day : date, datetime, str or numpy.datetime64
        Which.
    key : str
        The argument, for messages.

    Raises
    ------
    InputError
        If it is none of these, or text that is no day.

    Examples
    --------
    >>> from datetime import datetime
    >>> from catchup.model.calendar import day_of
    >>> day_of("2026-11-26", "as_of") == day_of(datetime(2026, 11, 26, 12), "as_of")
    True
    """
    if isinstance(day, datetime):
        day = day.date()
    if isinstance(day, date) and day == day:  # pandas' missing day is one, and not equal to itself
        return day
    if isinstance(day, np.datetime64):
        day = str(day.astype("datetime64[D]"))
    try:
        return date.fromisoformat(day)
    except (ValueError, TypeError):
        raise InputError(f"a day as 2026-11-26, a date or a datetime was expected, not {day!r}", key=key) from None


@dataclass(frozen=True)
class Calendar:
    """Conversion between days and months since t = 0.

    Attributes
    ----------
    origin : date
        The day t = 0.
    days_per_month : float
        Length of a month of model time, in days.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.model import Calendar
    >>> calendar = Calendar(date(2026, 2, 24), 30.44)
    >>> round(calendar.months(date(2026, 11, 26)), 2), calendar.day(12.0).isoformat()
    (9.03, '2027-02-24')
    """

    origin: date
    days_per_month: float

    def months(self, day: date) -> float:
        """Months from t = 0 to the start of a day; negative before it.

        Raises
        ------
        InputError
            If the day lies beyond `LAST_DAY`.
        """
        return self._days(day) / self.days_per_month

    def months_by(self, day: date) -> float:
        """Months from t = 0 to the end of a day: what "by a day" means, that day included."""
        return (self._days(day) + 1) / self.days_per_month

    def _days(self, day: date) -> int:
        if day > LAST_DAY:
            raise InputError(f"a day up to {LAST_DAY} was expected, not {day}")
        return (day - self.origin).days

    def day(self, months: float) -> date | None:
        """Day on which a moment falls; None for one that never comes or lies beyond the year 9999."""
        if not math.isfinite(months):
            return None
        try:
            return self.origin + timedelta(days=math.floor(months * self.days_per_month + 1e-9))
        except OverflowError:
            return None


@dataclass(frozen=True)
class Clock:
    """When a question is asked, how its days count, and how what is ready becomes known.

    Attributes
    ----------
    calendar : Calendar
        Days to months since t = 0.
    as_of : date
        The day of the question.
    reporting : Reporting, optional
        The delay from being ready to being known; None where every item of evidence has one of its own.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.model import load_assumptions
    >>> clock = load_assumptions().clock(date(2026, 11, 26))
    >>> round(clock.months(), 2), round(clock.months(date(2026, 8, 24)), 2)
    (9.03, 5.95)
    """

    calendar: Calendar
    as_of: date
    reporting: Reporting | None = None

    def months(self, day: date | None = None) -> float:
        """Months from t = 0 to a day, or to the day of the question."""
        return self.calendar.months(day or self.as_of)


def month_ends(day: date, count: int) -> Iterator[date]:
    """Yield the last days of `count` months, starting with the month of `day`."""
    for later in range(count):
        yield month_end(months_later(day, later))


def quarter_ends(day: date, months: int) -> list[date]:
    """Return the last days of the quarters that end within some months, that of `day` among them.

    Examples
    --------
    >>> quarter_ends(date(2026, 11, 21), 5)
    [datetime.date(2026, 12, 31), datetime.date(2027, 3, 31)]
    """
    return [end for end in month_ends(day, months) if end.month % 3 == 0]


def month_end(day: date) -> date:
    """Return the last day of a day's month.

    Examples
    --------
    >>> month_end(date(2028, 2, 1))
    datetime.date(2028, 2, 29)
    """
    return day.replace(day=monthrange(day.year, day.month)[1])


def year_end(day: date) -> date:
    """Return the last day of a day's year, or of the next year where that one is less than half a year away.

    Examples
    --------
    >>> year_end(date(2026, 6, 30)), year_end(date(2026, 7, 1))
    (datetime.date(2026, 12, 31), datetime.date(2027, 12, 31))
    """
    return date(day.year if day.month <= 6 else day.year + 1, 12, 31)


def months_later(day: date, count: int) -> date:
    """Return the same day some months later, or the last of that month where it has no such day.

    Examples
    --------
    >>> months_later(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
