"""What a run has published of its date, whole: the curve that it is scored by.

A run keeps it beside its forecast, so that scoring reads this one file of each run instead of working the run out
again from its inputs. A run without it, made before there was such a file, is worked out again.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...model.calendar import Calendar
from ..inference.estimates import Distribution
from ..inference.json_values import from_json
from ..inference.question import Question
from ..inference.streaming import AnyDistribution
from .manifest import BrokenRunError, read_json
from .reading import Run
from .views import LEVELS, Curve

READY_CURVE, KNOWN_CURVE = "ready.json", "known.json"
CURVES = {"known": KNOWN_CURVE, "ready": READY_CURVE}  # what a question resolves on first
SCHEMA = 1


@dataclass(frozen=True)
class Published:
    """A run's date.

    Attributes
    ----------
    curve : Curve
        Months since t = 0.
    calendar : Calendar
        The run's own.
    """

    curve: Curve
    calendar: Calendar


def ready_curve_as_json(question: Question, ready: AnyDistribution) -> dict[str, Any]:
    """Return a date's curve as JSON: months since t = 0 at `LEVELS`, None where it never comes."""
    calendar = question.assumptions.calendar
    if isinstance(ready, Distribution):
        months = ready.quantile_values(LEVELS)
    else:
        months = np.array([ready.quantile_value(float(level)) for level in LEVELS])
    return {
        "schema": SCHEMA,
        "months_since": calendar.origin.isoformat(),
        "days_per_month": calendar.days_per_month,
        "effective_draws": round(ready.effective_draws, 1),
        "months": [round(value, 5) if math.isfinite(value) else None for value in months.tolist()],
    }


def published_dates(run: Run) -> dict[str, Published]:
    """Read the dates that a run has kept, by target: ``known``, where it tells that from ready, and ``ready``.

    Raises
    ------
    BrokenRunError
        If one of them is damaged.
    """
    return {target: _kept(run, name) for target, name in CURVES.items() if name in run.manifest.files}


def _kept(run: Run, name: str) -> Published:
    content = read_json(run.folder, name)
    try:
        months = np.array([from_json(value) for value in content["months"]])
        calendar = Calendar(datetime.date.fromisoformat(content["months_since"]), float(content["days_per_month"]))
        curve = Curve(months, float(content["effective_draws"]))
        if months.shape != LEVELS.shape or not (np.diff(months[np.isfinite(months)]) >= 0.0).all():
            raise ValueError("no curve")
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BrokenRunError(f"{run.folder / name}: is damaged") from None
    return Published(curve, calendar)
