"""How figures are written for people: days, shifts, errors, numbers."""

from __future__ import annotations

import math
from datetime import date

from .estimates import Estimate
from .question import Question

DAYS_PER_WEEK = 7
NOISE_FACTOR = 2.0  # a shift smaller than this many standard errors is noise


def day_text(question: Question, months: float) -> str:
    """Write a moment as a day for people."""
    return date_text(question.assumptions.calendar.day(months))


def date_text(day: date | None) -> str:
    """Write a day for people: 9 Nov 2026; never, where there is none."""
    return "never" if day is None else f"{day.day} {day:%b %Y}"


def error_text(question: Question, months: float) -> str:
    """Write a Monte Carlo error in days."""
    days = months * question.assumptions.calendar.days_per_month
    if not math.isfinite(days):
        return "?"
    return f"± {days:.1f} d" if days < DAYS_PER_WEEK else f"± {days:.0f} d"


def shift_text(shift: Estimate) -> str:
    """Write a shift with its Monte Carlo error; one inside its noise is called noise."""
    if shift.value == 0.0 and shift.mcse == 0.0:
        return "no change"
    if abs(shift.value) <= NOISE_FACTOR * shift.mcse:
        return "within noise"
    return f"{shift.value:+.2f} ± {shift.mcse:.2f}"


def figure(value: float) -> str:
    """Write a number briefly: 330 000, 0.012, 5.1e+26."""
    if value == 0 or 1e-3 <= abs(value) < 1e3:
        return f"{value:.3g}"
    return f"{value:,.0f}".replace(",", " ") if abs(value) < 1e8 else f"{value:.2e}"
