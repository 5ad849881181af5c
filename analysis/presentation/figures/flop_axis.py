"""Ticks of axes in FLOP: round figures, few of them."""

from __future__ import annotations

import math

from .wording import TIMES, power_text

MANTISSAS = ((1, 2, 3, 4, 5, 6, 8), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))


def flop_ticks(low: float, high: float, most: int) -> list[float]:
    """Choose round figures between two powers of ten.

    Parameters
    ----------
    low, high : float
        Limits, log10 FLOP.
    most : int
        Largest number of ticks.

    Returns
    -------
    list of float
        FLOP.
    """
    decades = range(math.floor(low), math.ceil(high) + 1)
    ticks: list[float] = []
    for mantissas in MANTISSAS:
        ticks = [mantissa * 10.0**decade for decade in decades for mantissa in mantissas]
        ticks = [tick for tick in ticks if low <= math.log10(tick) <= high]
        if len(ticks) <= most:
            return ticks
    return ticks[:: -(-len(ticks) // max(most, 1))]


def flop_tick_text(flop: float) -> str:
    """Write a round figure as a multiple of a power of ten: 3 times 10²⁶, but 10²⁷ alone."""
    exponent = math.floor(math.log10(flop) + 1e-9)
    mantissa = round(flop / 10.0**exponent)
    return power_text(exponent) if mantissa == 1 else f"{mantissa} {TIMES} {power_text(exponent)}"
