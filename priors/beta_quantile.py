r"""The quantile function of beta distributions of whole shapes over arrays, by Newton steps from a table.

To the last digits the same as SciPy's, which takes longer to load than a forecast from the prior takes altogether.
With a and b whole, :math:`F(x) = \sum_{j \ge a} \binom{n}{j} x^j (1 - x)^{n - j}` with :math:`n = a + b - 1`.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from .arrays import Array

LARGEST = 64  # a + b, up to which the sum is short and its terms keep their digits
CELLS = 4_096  # of the table that steps begin from
MOST_STEPS = 60  # for ranks far in a tail; elsewhere one is enough, or two
SETTLED = 1e-8  # relative step after which the next would be its square, which no digit shows


def has_whole_shapes(alpha: object, beta: object) -> bool:
    """Whether shapes are numbers that `beta_quantile` takes."""
    shapes = [shape for shape in (alpha, beta) if isinstance(shape, (int, float)) and float(shape).is_integer()]
    return len(shapes) == 2 and min(shapes) >= 1.0 and sum(shapes) <= LARGEST


def beta_quantile(rank: Array, alpha: int, beta: int) -> Array:
    """Quantiles of a beta distribution.

    Parameters
    ----------
    rank : array, any shape
        In (0, 1).
    alpha, beta : int
        Shapes, 1 or more.

    Returns
    -------
    array
        Of the same shape.
    """
    rank = np.asarray(rank, dtype=float)
    above = rank > 0.5  # there 1 - rank has all its digits, and the other tail's quantile is as exact
    found = np.empty_like(rank)
    found[~above] = _lower(rank[~above], alpha, beta)
    found[above] = 1.0 - _lower(1.0 - rank[above], beta, alpha)
    return found


def _lower(flat: Array, alpha: int, beta: int) -> Array:
    """Quantiles at ranks up to a half."""
    table = _table(alpha, beta)
    place = flat * (2.0 * CELLS)
    cell = np.fmin(np.fmax(place, 0.0), CELLS - 1.0).astype(np.intp)  # the first one for what is no number
    place -= cell
    found = table[cell]
    found += place * (table[cell + 1] - found)
    first = np.nonzero(cell == 0)  # where the distribution function rises as a power of x
    found[first] = table[1] * place[first] ** (1.0 / alpha)
    return _refined(found, flat, alpha, beta)


def _refined(found: Array, flat: Array, alpha: int, beta: int) -> Array:
    """Step from near quantiles, in place, to those at ranks up to a half."""
    open_still = np.arange(flat.size)
    for _ in range(MOST_STEPS):
        here = found[open_still]
        step = (_cdf(here, alpha, beta) - flat[open_still]) / _density(here, alpha, beta)
        # no further than half-way to an end, which the slope at the table's outermost points would lead past
        after = np.clip(here - step, 0.5 * here, 0.5 * (1.0 + here))
        found[open_still] = after
        open_still = open_still[np.abs(after - here) > SETTLED * here]
        if not open_still.size:
            break
    return found


@cache
def _table(alpha: int, beta: int) -> Array:
    """Quantiles at the ends of even cells of ranks up to a half."""
    ranks, grid = np.linspace(0.0, 0.5, CELLS + 1)[1:], np.linspace(0.0, 1.0, CELLS + 1)
    below = np.concatenate([[0.0], _cdf(grid[1:-1], alpha, beta), [1.0]])
    return np.concatenate([[0.0], _refined(np.interp(ranks, below, grid), ranks, alpha, beta)])


def _cdf(x: Array, alpha: int, beta: int) -> Array:
    n = alpha + beta - 1
    odds = x / (1.0 - x)
    total = np.ones_like(x)
    for j in range(n - 1, alpha - 1, -1):
        total = total * odds + math.comb(n, j)
    return np.asarray(total * odds**alpha * (1.0 - x) ** n)


def _density(x: Array, alpha: int, beta: int) -> Array:
    factor = alpha * math.comb(alpha + beta - 1, alpha)
    return np.asarray(factor * x ** (alpha - 1) * (1.0 - x) ** (beta - 1))
