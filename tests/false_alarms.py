"""Tolerances for statistics under test, derived from the rate at which a right program may fail them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

FALSE_ALARM = 1e-6  # of a single check; the seeds are fixed, so that a check which passes goes on passing
LEVEL = 0.9  # of the intervals whose coverage is counted


def widest(mcse: float, degrees: int | None = None) -> float:
    """Largest error that chance explains, of an estimate whose MCSE rests on so many degrees of freedom."""
    quantile = stats.norm.isf(FALSE_ALARM / 2) if degrees is None else stats.t.isf(FALSE_ALARM / 2, degrees)
    return float(quantile * mcse)


def ranks(p: float, draws: float) -> tuple[float, float]:
    """Ends between which lies the rank of what so many independent draws give for the quantile at p.

    The rank of an order statistic is beta distributed. Draws that fill the ranks more evenly stay well inside.
    """
    low, high = stats.beta.interval(1 - FALSE_ALARM, p * draws, (1 - p) * draws)
    return float(low), float(high)


def spreads(repetitions: int, degrees: int) -> tuple[float, float]:
    """Ends between which lies a right MCSE's ratio to the standard deviation found over repetitions.

    The MCSE is the root mean square of the repetitions' own, each of so many degrees of freedom: of normal errors the
    square of the ratio is F distributed.
    """
    low, high = np.sqrt(stats.f.interval(1 - FALSE_ALARM, repetitions * degrees, repetitions - 1))
    return float(low), float(high)


def covers(errors: Sequence[float], mcses: Sequence[float], degrees: int | None = None) -> bool:
    """Whether 90% intervals built from the MCSEs cover the truth as often as they should.

    The number of intervals that cover is binomial; it must lie within what chance explains. With 600
    repetitions, MCSEs a quarter too small or too large are refused (see `test_estimates`).
    """
    reach = stats.norm.isf((1 - LEVEL) / 2) if degrees is None else stats.t.isf((1 - LEVEL) / 2, degrees)
    inside = int((np.abs(errors) <= reach * np.asarray(mcses)).sum())
    low, high = stats.binom.interval(1 - FALSE_ALARM, len(errors), LEVEL)
    return bool(low <= inside <= high)
