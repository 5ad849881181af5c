"""Estimates, dates and distributions as JSON has them: rounded, and None where it has no number for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .estimates import Distribution, Estimate
from .question import Question
from .streaming import StreamedDistribution

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

AnyDistribution = Distribution | StreamedDistribution


def distribution_as_json(distribution: AnyDistribution, question: Question) -> dict[str, Any]:
    """Return mean, sd and quantiles of a date, in months and as days."""
    return {
        "mean": number(distribution.mean.value),
        "mean_mcse": significant(distribution.mean.mcse),
        "sd": number(distribution.sd),
        "quantiles": {f"{p:g}": date_as_json(distribution.quantile(p), question) for p in QUANTILES},
    }


def date_as_json(moment: Estimate, question: Question) -> dict[str, Any]:
    """Return a moment in months and as a day, with its MCSE in months."""
    day = question.assumptions.calendar.day(moment.value)
    entry = {
        "months": number(moment.value),
        "date": None if day is None else day.isoformat(),
        "mcse": significant(moment.mcse),
    }
    return entry if moment.meaningful else {**entry, "meaningful": False}


def shift_as_json(shift: Estimate) -> dict[str, Any]:
    """Return a shift in months with its MCSE."""
    entry = {"months": number(shift.value), "mcse": significant(shift.mcse)}
    return entry if shift.meaningful else {**entry, "meaningful": False}


def estimate_as_json(estimate: Estimate) -> dict[str, Any]:
    """Return a figure with its MCSE."""
    return {"value": number(estimate.value), "mcse": significant(estimate.mcse)}


def number(value: float, digits: int = 4) -> float | None:
    """Round a figure for output; None where it is infinite or undefined, which JSON cannot say."""
    return round(value, digits) + 0.0 if np.isfinite(value) else None


def significant(value: float, digits: int = 3) -> float | None:
    """Round to significant digits, for errors; None where it is infinite or undefined."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def rounded(value: float | None, digits: int) -> float | None:
    """Round a figure that may not apply."""
    return None if value is None else number(value, digits)


def thousands(value: float) -> str:
    """Write a count in groups of three digits."""
    return f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}")
