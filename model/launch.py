r"""The launch date: the first moment at which a firm's budget meets the falling requirement.

With the pool P and the requirement's rate :math:`\lambda`, the launch is the root in t of

.. math:: g(t) = \log P(t) + \lambda t - c, \qquad c = \log\frac{M}{12 \gamma F}.

P never falls and :math:`\lambda > 0`, so g rises strictly and the root is unique. Between kinks (a source that
starts or has arrived in full) P is a straight line, which its values at two dates give; Halley's method then
needs two steps. Draws whose root lies beyond a kink are closed in on by a bracket. As g rises at least at the rate
:math:`\lambda`, a gap :math:`|g| \le \lambda\epsilon` proves that the root is no further than :math:`\epsilon`.

`solve` takes arrays of draws. All that it calls takes single numbers as well, so that numba compiles the same
steps for the single draw of a PyMC graph (`solve_closing_in`). Every draw goes its own way: its date does not
depend on which others share its chunk.

References
----------
.. [1] Traub, Iterative Methods for the Solution of Equations (1964), section 5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import equations

Array = NDArray[np.float64]

TOLERANCE = 1e-10  # months
ROUNDING = 1e-14  # of g, a difference of logarithms of stocks
PROBE = 1e-3  # months from the first guess to the other end of the first chord
FREE_STEPS = 2  # enough for nearly all draws
STEPS = 12  # inside the bracket, before it is halved at every step
MOST_STEPS = 80
SMALLEST_STOCK = 1e-200  # H100e; keeps the logarithm of an empty pool finite
SMALLEST_GROWTH = 1e-300  # per month; keeps quotients finite where the requirement does not fall
SMALLEST_MOVE = 1e-300  # months
LATEST = 1e100  # months; anything later is never


def solve(
    stock: Array,
    rate: Sequence[Array],
    start: Sequence[Array | float],
    length: Sequence[Array | float],
    log_growth: Array,
    log_target: Array,
) -> Array:
    """Solve for the launch date of one firm.

    Parameters
    ----------
    stock : array, shape (draw,)
        H100e present at t = 0.
    rate : sequence of array, shape (draw,)
        H100e arriving a month, per source.
    start, length : sequence of float or array, shape (draw,)
        Months from t = 0 to the first arrival (at least 0), and months of arrivals, per source.
    log_growth : array, shape (draw,)
        Rate at which the requirement falls, per month; not negative.
    log_target : array, shape (draw,)
        Logarithm of the stock that could launch at t = 0.

    Returns
    -------
    array, shape (draw,)
        Months since t = 0; 0 where the budget suffices at once, infinite where it never does.
    """
    stock, log_growth, date, latest, near, empty = prepare(stock, rate, start, length, log_growth, log_target)
    before = date + PROBE
    pool_before = equations.pool(np, before, stock, rate, start, length)
    for _ in range(FREE_STEPS):
        pool = equations.pool(np, date, stock, rate, start, length)
        gap = gap_at(date, pool, log_growth, log_target)
        step = halley(date, before, pool, pool_before, gap, log_growth)
        date, before, pool_before = np.minimum(np.maximum(step, 0.0), latest), date, pool
    pool = equations.pool(np, date, stock, rate, start, length)
    (far,) = np.nonzero(np.abs(gap_at(date, pool, log_growth, log_target)) > near)
    if far.size:
        ramps = (
            tuple(row[far] if isinstance(row, np.ndarray) else row for row in rows) for rows in (rate, start, length)
        )
        others = (row[far] for row in (log_growth, log_target, date, latest, near))
        date[far] = close_in(stock[far], *ramps, *others)
    dates: Array = never_where(empty, date)
    return dates


def solve_closing_in(stock: Any, rate: Any, start: Any, length: Any, log_growth: Any, log_target: Any) -> Any:
    """Solve as `solve` does, but inside a bracket from the first step on: arrays of draws, or a single one."""
    stock, log_growth, date, latest, near, empty = prepare(stock, rate, start, length, log_growth, log_target)
    date = close_in(stock, rate, start, length, log_growth, log_target, date, latest, near)
    return never_where(empty, date)


def prepare(stock: Any, rate: Any, start: Any, length: Any, log_growth: Any, log_target: Any) -> Any:
    """Make the first guess.

    Returns
    -------
    tuple
        Stock and growth, kept above nothing; the guess, and a month by which the launch has come; the gap that
        proves a date near enough; whether the pool stays empty.
    """
    stock = stock + SMALLEST_STOCK
    log_growth = np.maximum(log_growth, SMALLEST_GROWTH)
    full, last = stock + 0.0, 1.0
    for source in range(len(rate)):
        full += rate[source] * length[source]
        last = np.maximum(start[source] + length[source], last)
    log_stock, log_full = np.log(stock), np.log(full)
    short = np.maximum(log_target - log_stock, 0.0)
    latest = np.minimum(short / log_growth, np.maximum((log_target - log_full) / log_growth, last))
    # The pool grows about evenly in logarithm.
    guess = np.minimum(short / (log_growth + (log_full - log_stock) / last), latest)
    return stock, log_growth, guess, latest, TOLERANCE * log_growth + ROUNDING, full <= 2.0 * SMALLEST_STOCK


def close_in(
    stock: Any,
    rate: Any,
    start: Any,
    length: Any,
    log_growth: Any,
    log_target: Any,
    date: Any,
    latest: Any,
    near: Any,
) -> Any:
    """Find the root inside a bracket that shrinks at every step, whatever the pool does."""
    low, high = 0.0 * date, latest
    before = date + PROBE
    pool_before = equations.pool(np, before, stock, rate, start, length)
    for step in range(MOST_STEPS):
        pool = equations.pool(np, date, stock, rate, start, length)
        gap = gap_at(date, pool, log_growth, log_target)
        low, high = choose(gap < 0.0, date, low), choose(gap < 0.0, high, date)
        settled = (np.abs(gap) <= near) | (high - low <= TOLERANCE)
        if np.all(settled):
            break
        target = halley(date, before, pool, pool_before, gap, log_growth)
        inside = (target > low) & (target < high) & (step < STEPS)
        target = choose(inside, target, 0.5 * (low + high))
        date, before, pool_before = choose(settled, date, target), date, pool
    return date


def gap_at(date: Any, pool: Any, log_growth: Any, log_target: Any) -> Any:
    """The function g, whose root is the launch."""
    return np.log(pool) + log_growth * date - log_target


def halley(date: Any, before: Any, pool: Any, pool_before: Any, gap: Any, log_growth: Any) -> Any:
    """Take one step towards the root, along the straight line of the pool at two dates."""
    rising = np.maximum((pool - pool_before) / (date - before + SMALLEST_MOVE), 0.0)
    growth = rising / pool
    slope = growth + log_growth
    # The correction for the logarithm's curvature is bounded, so that the slope stays positive.
    return date - gap / (slope + growth * (growth / slope) * np.maximum(0.5 * gap, -0.5))


def never_where(empty: Any, date: Any) -> Any:
    """The launch, which never comes where the pool stays empty or the date is beyond reason."""
    return choose(empty | (date > LATEST), np.inf, date)


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """Choose draw by draw (numba takes this for a plain choice, where NumPy's would make an array)."""
    return np.where(condition, yes, no)
