"""Days and model time: months since t = 0, a month being a fixed number of days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Calendar:
    """Conversion between days and months since t = 0.

    Attributes
    ----------
    origin : date
        The day t = 0.
    days_per_month : float
        Length of a month of model time, in days.
    """

    origin: date
    days_per_month: float

    def months(self, day: date) -> float:
        """Months from t = 0 to the start of a day; negative before it."""
        return (day - self.origin).days / self.days_per_month

    def day(self, months: float) -> date | None:
        """Day on which a moment falls; None for one that never comes or lies beyond the year 9999."""
        if not math.isfinite(months):
            return None
        try:
            return self.origin + timedelta(days=math.floor(months * self.days_per_month + 1e-9))
        except OverflowError:
            return None
