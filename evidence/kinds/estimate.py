"""What an estimate is made of: a value, perhaps an interval around it, and shares that must not be percent."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo

from ..intervals import Level as Level
from ..intervals import interval_sd
from .figures import calculable


def around_value(interval: tuple[float, float], info: ValidationInfo) -> tuple[float, float]:
    """Refuse an interval that does not lie around the field ``value``, or is none."""
    low, high = interval
    if not 0 < low < high:
        raise ValueError(f"two positive numbers, the lower first, were expected, not [{low:g}, {high:g}]")
    for end in interval:
        calculable(end)
    value = info.data.get("value")
    if value is not None and not low <= value <= high:
        raise ValueError(f"the value {value:g} should lie inside its interval [{low:g}, {high:g}]")
    return interval


def at_most_one(share: float) -> float:
    """Refuse a share above 1, with what it means as percent."""
    if share > 1:
        raise ValueError(f"should be at most 1, not {share:g}; {share:g}% is the share {share / 100:g}")
    return share


Interval = Annotated[tuple[float, float], Field(strict=False), AfterValidator(around_value)]
"""Two positive numbers around the field ``value``, which stands before it."""
Share = Annotated[float, Field(gt=0), AfterValidator(at_most_one), AfterValidator(calculable)]
"""A part of a whole, above 0 and at most 1; percent is refused with the share it means."""


def log_interval_sd(interval: tuple[float, float] | None, level: float) -> float:
    """Standard deviation of the natural logarithm that an interval states; 0 where there is none."""
    return 0.0 if interval is None else interval_sd(math.log(interval[1] / interval[0]), level)


def level_of_nothing(observed: BaseModel) -> tuple[str, str] | None:
    """The key and the problem where a level is stated, and no interval that it could be the level of."""
    if "level" in observed.model_fields_set and getattr(observed, "interval", None) is None:
        return "observed.level", "is of no use without observed.interval, the interval that it is the level of"
    return None
