"""What an interval says of an error."""

from __future__ import annotations

from statistics import NormalDist
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

HIGHEST = 0.9999


def no_percent(level: Any) -> Any:
    """Refuse a level in percent, with the probability that it means."""
    if isinstance(level, float | int) and 1 < level < 100:
        raise ValueError(f"should be at most {HIGHEST:g}, not {level:g}; {level:g}% is the level {level / 100:g}")
    return level


Level = Annotated[float, Field(ge=0.01, le=HIGHEST), BeforeValidator(no_percent)]
"""Probability that an interval states; nearer to 0 or 1 its width says nothing of an error."""


def interval_sd(width: float, level: float) -> float:
    """Standard deviation of a normal whose central interval of a level has a width (3.92 of them at 0.95)."""
    return width / (2.0 * NormalDist().inv_cdf(0.5 * (1.0 + level)))
