"""Days on which it is scored, and a rival for February, scored."""

from __future__ import annotations

from datetime import date

from catchup.analysis.archive.scoring import Outcome, Score, score
from catchup.analysis.archive.views import View
from catchup.analysis.inference.estimates import Distribution
from catchup.model.calendar import Calendar

CALENDAR = Calendar(date(2026, 2, 24), 30.44)
DAY, LATE = date(2027, 2, 1), date(2027, 12, 31)
FEBRUARY = """
[rival.february]
kind = "window"
title = "February"
date = 2026-06-12
from = 2027-02-01
to = 2027-02-28
source = "a test"
opened = true
"""


def scored(view: View | Distribution, outcome: Outcome | None = None, days: tuple[date, ...] = ()) -> Score:
    return score("x", "x", date(2026, 6, 1), view, outcome or Outcome(DAY), CALENDAR, days=days)
