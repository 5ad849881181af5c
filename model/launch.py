r"""The launch date: the first moment at which a firm's budget meets the falling requirement.

With the pool P and the requirement's rate :math:`\lambda`, the launch is the root in t of

.. math:: g(t) = \log P(t) + \lambda t - c, \qquad c = \log\frac{M}{12 \gamma F}.

P never falls and :math:`\lambda > 0`, so g rises strictly and the root is unique. Newton's method finds
it in a handful of steps; a bracket that shrinks at every step catches the ones that leave it (a pool
that is empty at first, a kink where a source starts or stops).

`solve` is plain enough for both NumPy and numba to run: the PyMC graph compiles this very function.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOLERANCE = 1e-8  # months; the step after the last one is of the order of its square
MOST_STEPS = 200
SMALLEST_STOCK = 1e-200  # H100e; keeps the logarithm of an empty pool finite


def solve(stock: Array, rate: Array, start: Array, length: Array, log_growth: Array, log_target: Array) -> Array:
    """Solve for the launch date of one firm.

    Parameters
    ----------
    stock : array, shape (draw,)
        H100e present at t = 0.
    rate : array, shape (source, draw)
        H100e arriving a month, per source.
    start, length : array, shape (source, draw) or (source, 1)
        Months from t = 0 to the first arrival, and months of arrivals.
    log_growth : array, shape (draw,)
        Rate at which the requirement falls, per month; positive.
    log_target : array, shape (draw,)
        Logarithm of the stock that could launch at t = 0.

    Returns
    -------
    array, shape (draw,)
        Months since t = 0; 0 where the budget suffices at once, infinite where it never does.
    """
    full = stock + (rate * length).sum(axis=0)
    never = full <= SMALLEST_STOCK
    log_full = np.log(np.maximum(full, SMALLEST_STOCK))
    log_stock = np.log(np.maximum(stock, SMALLEST_STOCK))
    last_arrival = np.zeros(1) if start.shape[0] == 0 else np.full(1, (start + length).max())
    low = np.zeros_like(log_target)
    after_arrivals = (log_target - log_full) / log_growth
    high = np.minimum(np.maximum(log_target - log_stock, 0.0) / log_growth, np.maximum(after_arrivals, last_arrival))
    # First guess: once everything has arrived the root is known; before, the pool grows about evenly in logarithm.
    growth = log_growth + (log_full - log_stock) / np.maximum(last_arrival, 1.0)
    t = np.where(after_arrivals >= last_arrival, after_arrivals, (log_target - log_stock) / growth)
    t = np.minimum(np.maximum(t, low), high)
    for _ in range(MOST_STEPS):
        elapsed = t - start
        arrived = np.minimum(np.maximum(elapsed, 0.0), length)
        stock_now = np.maximum(stock + (rate * arrived).sum(axis=0), SMALLEST_STOCK)
        growing = (rate * (elapsed == arrived)).sum(axis=0)
        gap = np.log(stock_now) + log_growth * t - log_target
        low = np.where(gap < 0.0, t, low)
        high = np.where(gap < 0.0, high, t)
        step = t - gap / (growing / stock_now + log_growth)
        step = np.where((step < low) | (step > high), 0.5 * (low + high), step)
        moved = np.abs(step - t).max()
        t = step
        if moved < TOLERANCE:
            break
    return np.where(never, np.inf, t)
