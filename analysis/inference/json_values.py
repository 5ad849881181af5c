"""Figures rounded for output, and read back: None where they are infinite or undefined, which JSON cannot say."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from .estimates import Estimate


def number(value: float, digits: int = 4) -> float | None:
    """Round a figure for output; None where it is infinite or undefined, which JSON cannot say."""
    return round(value, digits) + 0.0 if np.isfinite(value) else None


def significant(value: float, digits: int = 3) -> float | None:
    """Round to significant digits, for errors; None where it is infinite or undefined."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def rounded(value: float | None, digits: int) -> float | None:
    """Round a figure that may not apply."""
    return None if value is None else number(value, digits)


def from_json(value: float | None) -> float:
    """Read a figure back: infinite where it was none."""
    return math.inf if value is None else float(value)


def estimate_of(entry: Mapping[str, float | None], key: str = "months") -> Estimate:
    """Read a figure and its Monte Carlo error back."""
    return Estimate(from_json(entry[key]), from_json(entry["mcse"]))
