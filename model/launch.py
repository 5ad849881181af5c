r"""The launch date: the first moment at which a firm's budget meets the falling requirement.

With the pool P and the requirement's rate :math:`\lambda`, the launch is the root in t of

.. math:: g(t) = \log P(t) + \lambda t - c, \qquad c = \log\frac{M}{12 \gamma F}.

P never falls and :math:`\lambda > 0`, so g rises strictly and the root is unique. Halley's method finds it
in two or three steps; a bracket that shrinks at every step catches the ones that leave it (a pool that is
empty at first, a kink where a source starts or stops). As g rises at least at the rate :math:`\lambda`, a gap
:math:`|g| \le \lambda\epsilon` proves that the root is no further than :math:`\epsilon`.

`solve` works on arrays of draws. What it repeats, `first_bracket`, `pool_now` and `next_date`, takes numbers
and arrays alike, so that numba can compile the same steps for the single draw of a PyMC graph. Every draw goes
its own way: its date does not depend on which others share its chunk.

References
----------
.. [1] Traub, Iterative Methods for the Solution of Equations (1964), section 5.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOLERANCE = 1e-10  # months
ROUNDING = 1e-15  # relative; no gap can be told from none more finely than the logarithms are rounded
STEPS = 12  # by Halley's method; whatever is left then is bisected
MOST_STEPS = 120
SMALLEST_STOCK = 1e-200  # H100e; keeps the logarithm of an empty pool finite
SMALLEST_GROWTH = 1e-300  # per month; keeps quotients finite where the requirement does not fall
LATEST = 1e100  # months; anything later is never


def solve(stock: Array, rate: Array, start: Array, length: Array, log_growth: Array, log_target: Array) -> Array:
    """Solve for the launch date of one firm.

    Parameters
    ----------
    stock : array, shape (draw,)
        H100e present at t = 0.
    rate : array, shape (source, draw)
        H100e arriving a month, per source.
    start, length : array, shape (source, draw) or (source, 1)
        Months from t = 0 to the first arrival (at least 0), and months of arrivals.
    log_growth : array, shape (draw,)
        Rate at which the requirement falls, per month; not negative.
    log_target : array, shape (draw,)
        Logarithm of the stock that could launch at t = 0.

    Returns
    -------
    array, shape (draw,)
        Months since t = 0; 0 where the budget suffices at once, infinite where it never does.
    """
    date, low, high, near, never = first_bracket(stock, rate, start, length, log_growth, log_target)
    launch, lanes = date, None
    for step in range(MOST_STEPS):
        pool, rising = pool_now(date, stock, rate, start, length)
        date, low, high, settled = next_date(date, low, high, near, pool, rising, log_growth, log_target, step >= STEPS)
        if lanes is None:
            launch = date
        else:
            launch[lanes] = date
        open_lanes = np.flatnonzero(~settled)
        if open_lanes.size == 0:
            break
        if 2 * open_lanes.size < settled.size:
            lanes = open_lanes if lanes is None else lanes[open_lanes]
            date, low, high, near, stock, log_growth, log_target = (
                row[open_lanes] for row in (date, low, high, near, stock, log_growth, log_target)
            )
            rate, start, length = (rows[:, open_lanes] if rows.shape[1] > 1 else rows for rows in (rate, start, length))
    return np.where(never, np.inf, launch)


def first_bracket(stock: Any, rate: Any, start: Any, length: Any, log_growth: Any, log_target: Any) -> Any:
    """Bracket the launch date.

    Once everything has arrived the root is known, and the bracket is that one point.

    Returns
    -------
    tuple
        A first guess, the bracket's lower and upper end (months), the gap that proves a date near enough, and
        whether the launch never comes.
    """
    full, last = stock + 0.0, 0.0
    for source in range(rate.shape[0]):
        full += rate[source] * length[source]
        last = np.maximum(last, start[source] + length[source])
    log_growth = np.maximum(log_growth, SMALLEST_GROWTH)
    log_full = np.log(np.maximum(full, SMALLEST_STOCK))
    log_stock = np.log(np.maximum(stock, SMALLEST_STOCK))
    short = np.maximum(log_target - log_stock, 0.0)
    complete = (log_target - log_full) / log_growth
    arriving = complete < last
    high = np.where(arriving, np.minimum(short / log_growth, last), np.maximum(complete, 0.0))
    low = np.where(arriving, 0.0, high)
    # The pool grows about evenly in logarithm.
    guess = short / (log_growth + (log_full - log_stock) / np.maximum(last, 1.0))
    near = TOLERANCE * log_growth + ROUNDING * np.abs(log_target)
    never = (full <= SMALLEST_STOCK) | (complete > LATEST)
    return np.where(arriving, np.minimum(guess, high), high), low, high, near, never


def pool_now(date: Any, stock: Any, rate: Any, start: Any, length: Any) -> Any:
    """Pool at a date (H100e), and the rate at which it rises (H100e a month)."""
    pool, rising = stock + 0.0, 0.0 * date
    for source in range(rate.shape[0]):
        elapsed = date - start[source]
        arrived = np.minimum(np.maximum(elapsed, 0.0), length[source])
        pool += rate[source] * arrived
        rising += np.where(elapsed == arrived, rate[source], 0.0)
    return np.maximum(pool, SMALLEST_STOCK), rising


def next_date(
    date: Any, low: Any, high: Any, near: Any, pool: Any, rising: Any, log_growth: Any, log_target: Any, bisect: bool
) -> Any:
    """Take one step towards the root, or stay on a date that is near enough.

    Returns
    -------
    tuple
        The next date, the bracket's ends, and whether the date is near enough.
    """
    gap = np.log(pool) + log_growth * date - log_target
    below = gap < 0.0
    low = np.where(below, date, low)
    high = np.where(below, high, date)
    settled = (np.abs(gap) <= near) | (high - low <= TOLERANCE)
    growth = rising / pool
    slope = growth + np.maximum(log_growth, SMALLEST_GROWTH)
    # Halley's correction for the curvature of the logarithm; bounded, so that the slope stays positive.
    slope += growth * (growth / slope) * (0.5 * np.maximum(gap, -1.0))
    step = date - gap / slope
    inside = (step > low) & (step < high)
    step = np.where(inside, step, 0.5 * (low + high))
    if bisect:
        step = 0.5 * (low + high)
    return np.where(settled, date, step), low, high, settled
