r"""The launch date: the first moment at which a firm's budget meets the falling requirement.

With the pool P and the requirement's rate :math:`\lambda`, the launch is the root in t of

.. math:: g(t) = \log P(t) + \lambda t - c, \qquad c = \log\frac{M}{12 \gamma F}.

A budget that suffices at t = 0 launches then: no launch is before it.
P never falls and :math:`\lambda > 0`, so g rises strictly and the root is unique. Between kinks (a source that
starts or has arrived in full) P is a straight line, which its value and its rise at one date give; along it Halley's
method needs two steps. As g rises at least at the rate :math:`\lambda`, a gap :math:`|g| \le \lambda\epsilon` proves
that the root is no further than :math:`\epsilon`. Draws for which it does not, as their root lies beyond a kink, are
closed in on by a bracket.

`solve` takes arrays of draws; the functions that `solve_closing_in` calls take single numbers as well, so that numba
compiles them for the draws of a PyMC graph. Every draw goes its own way: its date does not depend on which others share
its chunk.

References
----------
.. [1] Traub, Iterative Methods for the Solution of Equations (1964), section 5.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..priors.arrays import Array
from . import equations
from .equations import NEVER, SMALLEST_PACE, SMALLEST_STOCK

Ramps = tuple[Array | float, ...]  # an entry for each source that arrives

TOLERANCE = 1e-10  # months
ROUNDING = 1e-14  # of g, a difference of logarithms of stocks
FREE_STEPS = 2  # enough for nearly all draws
STEPS = 12  # inside the bracket, before it is halved at every step
MOST_STEPS = 80
NOTHING = 2.0 * SMALLEST_STOCK
LATEST = float(NEVER)  # months; anything later is never


def solve_with_pool(
    stock: Array,
    rate: Ramps,
    start: Ramps,
    length: Ramps,
    log_growth: Array,
    log_target: Array,
) -> tuple[Array, Array]:
    """Solve for the launch date of one firm.

    Parameters
    ----------
    stock : array, shape (draw,)
        H100e present at t = 0.
    rate, start, length : tuple of float or array, shape (draw,)
        H100e arriving a month, months from t = 0 to the first arrival (at least 0), and months of arrivals, per source.
    log_growth : array, shape (draw,)
        Rate at which the requirement falls, per month; not negative.
    log_target : array, shape (draw,)
        Logarithm of the stock that could launch at t = 0.

    Returns
    -------
    launch : array, shape (draw,)
        Months since t = 0; 0 where the budget suffices at once, infinite where it never does.
    pool : array, shape (draw,)
        H100e at launch.
    """
    stock, full, last = totals(stock, rate, start, length)
    log_growth, date, latest, near = first_guess(np.log(stock), np.log(full), last, log_growth, log_target)
    pool, rise = pool_and_rise(date, stock, rate, start, length)
    for _ in range(FREE_STEPS):
        date, pool = step_along(date, stock, pool, rise, np.log(pool), log_growth, log_target, latest)
    pool = pool_at(date, stock, rate, start, length)
    far = unproven(date, np.log(pool), log_growth, log_target, near) > 0.0
    date, pool = close_in_where(far, pool, stock, rate, start, length, log_growth, log_target, date, latest, near)
    return never_where(full, date), pool


def solve(*firm: Any) -> Array:
    """Solve for the launch date alone, of the same arguments as in `solve_with_pool`."""
    return solve_with_pool(*firm)[0]


def solve_closing_in(stock: Any, rate: Any, start: Any, length: Any, log_growth: Any, log_target: Any) -> Any:
    """Solve as `solve` does, but inside a bracket from the first step on: arrays of draws, or a single one."""
    stock, full, last = totals(stock, rate, start, length)
    log_growth, date, latest, near = first_guess(np.log(stock), np.log(full), last, log_growth, log_target)
    date, _ = close_in(stock, rate, start, length, log_growth, log_target, date, latest, near)
    return never_where(full, date)


def totals(stock: Any, rate: Any, start: Any, length: Any) -> Any:
    """The stock, kept above nothing; what there is once all has arrived; the month by which it has."""
    stock = stock + SMALLEST_STOCK
    full, last = stock + 0.0, 1.0
    for source in range(len(rate)):
        full += rate[source] * length[source]
        last = np.maximum(start[source] + length[source], last)
    return stock, full, last


def first_guess(log_stock: Any, log_full: Any, last: Any, log_growth: Any, log_target: Any) -> Any:
    """Growth, kept above nothing; a first guess; a month by which the launch has come; the gap that proves a date."""
    log_growth = np.maximum(log_growth, SMALLEST_PACE)
    short = np.maximum(log_target - log_stock, 0.0)
    latest = np.minimum(short / log_growth, np.maximum((log_target - log_full) / log_growth, last))
    # The pool grows about evenly in logarithm.
    guess = np.minimum(short / (log_growth + (log_full - log_stock) / last), latest)
    return log_growth, guess, latest, TOLERANCE * log_growth + ROUNDING


def pool_at(date: Any, stock: Any, rate: Any, start: Any, length: Any) -> Any:
    """The pool, in NumPy's functions."""
    return equations.pool(np, date, stock, rate, start, length)


def pool_and_rise(date: Any, stock: Any, rate: Any, start: Any, length: Any) -> Any:
    """The pool, and the H100e that a month adds to it from then on."""
    rise = 0.0 * stock
    for source in range(len(rate)):
        rise += equations.arriving(date, rate[source], start[source], length[source])
    return pool_at(date, stock, rate, start, length), rise


def step_along(
    date: Any,
    stock: Any,
    pool: Any,
    rise: Any,
    log_pool: Any,
    log_growth: Any,
    log_target: Any,
    latest: Any,
) -> Any:
    """Step to no date before t = 0 or beyond the latest, and along the pool's straight line to there."""
    step = date - halley(pool, rise, gap_at(date, log_pool, log_growth, log_target), log_growth)
    step = np.minimum(np.maximum(step, 0.0), latest)
    return step, np.maximum(pool + rise * (step - date), stock)


def unproven(date: Any, log_pool: Any, log_growth: Any, log_target: Any, near: Any) -> Any:
    """How much larger the gap is than one that proves a date; not above 0 where it is proven."""
    return np.abs(gap_at(date, log_pool, log_growth, log_target)) - near


def close_in_where(
    far: Array,
    pool: Array,
    stock: Array,
    rate: Ramps,
    start: Ramps,
    length: Ramps,
    log_growth: Array,
    log_target: Array,
    date: Array,
    latest: Array,
    near: Array,
) -> tuple[Array, Array]:
    """Close in, in place, on the roots of those draws, and on the pools there, for which `far` says so."""
    (rows,) = np.nonzero(far)
    if rows.size:
        ramps = (
            tuple(row[rows] if isinstance(row, np.ndarray) else row for row in ramp) for ramp in (rate, start, length)
        )
        others = (row[rows] for row in (log_growth, log_target, date, latest, near))
        date[rows], pool[rows] = close_in(stock[rows], *ramps, *others)
    return date, pool


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
    """Find the root, and the pool there, inside a bracket that shrinks at every step, whatever the pool does."""
    low, high = 0.0 * date, latest
    pool, rise = pool_and_rise(date, stock, rate, start, length)
    for step in range(MOST_STEPS):
        gap = gap_at(date, np.log(pool), log_growth, log_target)
        low, high = choose(gap < 0.0, date, low), choose(gap < 0.0, high, date)
        settled = (np.abs(gap) <= near) | (high - low <= TOLERANCE)
        if np.all(settled):
            break
        target = date - halley(pool, rise, gap, log_growth)
        inside = (target > low) & (target < high) & (step < STEPS)
        target = choose(inside, target, 0.5 * (low + high))
        date = choose(settled, date, target)
        pool, rise = pool_and_rise(date, stock, rate, start, length)
    return date, pool


def gap_at(date: Any, log_pool: Any, log_growth: Any, log_target: Any) -> Any:
    """The function g, whose root is the launch."""
    return log_pool + log_growth * date - log_target


def halley(pool: Any, rise: Any, gap: Any, log_growth: Any) -> Any:
    """Months from the root back to a date at which g is `gap` and the pool a straight line."""
    growth = rise / pool
    slope = growth + log_growth
    # The correction for the logarithm's curvature is bounded, so that the slope stays positive.
    return gap / (slope + growth * (growth / slope) * np.maximum(0.5 * gap, -0.5))


def never_where(full: Any, date: Any) -> Any:
    """The launch, which never comes where the pool stays empty or the date is beyond reason."""
    return choose((full <= NOTHING) | (date > LATEST), np.inf, date)


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """Choose draw by draw (numba takes this for a plain choice, where NumPy's would make an array)."""
    return np.where(condition, yes, no)
