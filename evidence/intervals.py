"""What an interval says of an error."""

from __future__ import annotations

from statistics import NormalDist
from typing import Annotated

from pydantic import Field

Level = Annotated[float, Field(ge=0.01, le=0.9999)]
"""Probability that an interval states; nearer to 0 or 1 its width says nothing of an error."""


def interval_sd(width: float, level: float) -> float:
    """Standard deviation of a normal whose central interval of a level has a width (3.92 of them at 0.95)."""
    return width / (2.0 * NormalDist().inv_cdf(0.5 * (1.0 + level)))
