"""Days and months of model time."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.model.assumptions import Assumptions
from catchup.model.calendar import LAST_DAY, Calendar

CALENDAR = Calendar(date(2026, 2, 24), 30.44)


@given(day=st.dates(max_value=LAST_DAY))
def test_a_day_is_its_own_first_moment(day: date) -> None:
    assert CALENDAR.day(CALENDAR.months(day)) == day


@given(months=st.floats(-1e3, 1e4))
def test_a_moment_falls_on_the_day_that_has_begun(months: float) -> None:
    day = CALENDAR.day(months)
    assert day is not None
    begun = CALENDAR.months(day)
    assert begun <= months + 1e-9
    assert months < CALENDAR.months(day + timedelta(days=1))


@pytest.mark.parametrize("months", [math.inf, -math.inf, math.nan, 1e6, -1e6, 1e300])
def test_what_never_comes_has_no_day(months: float) -> None:
    assert CALENDAR.day(months) is None


def test_the_articles_own_dates(assumptions: Assumptions) -> None:
    calendar = assumptions.calendar
    assert calendar.day(0.0) == date(2026, 2, 24)
    assert calendar.months(date(2026, 6, 12)) == pytest.approx(108 / 30.44)
    assert calendar.day(12.0) == date(2027, 2, 24)
