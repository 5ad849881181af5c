r"""Whether ranks are uniform: the ECDF's difference from uniformity, with bands that hold at all points at once.

Of n independent uniform ranks, the number that lie below a share z of their range is binomial; at several points at
once, these numbers are a random walk whose law is known. A band of pointwise tail probability :math:`\gamma` therefore
holds the whole walk with a probability that is worked out, not simulated: the counts between points are Poisson given
their sum n, so one convolution per point carries the walk's distribution on, cut off where it leaves the band. The
p-value of an observed ECDF is the probability of going as far out as it does at its worst point.

References
----------
.. [1] Säilynoja, Bürkner and Vehtari, Graphical test for discrete uniformity and its applications in goodness-of-fit
   evaluation and multiple sample comparison, Statistics and Computing 32 (2022).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...inference.estimates import Array

Counts = NDArray[np.int64]

STEPS = 100  # points at 1/100 ... 99/100; divides L + 1 for every engine, so that each is met exactly
NEGLIGIBLE = 1e-18  # probability of a step that is left out
CLOSE = 1e-6  # relative, of the pointwise probability that makes a band simultaneous


@dataclass(frozen=True)
class Band:
    """A band that uniform ranks leave with a known probability.

    Attributes
    ----------
    lower, upper : array of int, shape (point,)
        Fewest and most ranks below each point that lie inside the band.
    level : float
        Probability that uniform ranks stay inside at all points: at least as asked, counts being whole.
    """

    lower: Counts
    upper: Counts
    level: float

    def holds(self, counts: Counts) -> bool:
        """Whether counts at all points lie inside."""
        return bool(((self.lower <= counts) & (counts <= self.upper)).all())


def points() -> Array:
    """Shares of the ranks at which the ECDF is taken, shape (point,)."""
    return np.arange(1, STEPS) / STEPS


def counts_below(ranks: Counts, ranked_draws: int) -> Counts:
    """Count the ranks below each point.

    Parameters
    ----------
    ranks : array of int, shape (fit, ...)
        From 0 to `ranked_draws`.
    ranked_draws : int
        L; L + 1 must be a multiple of `STEPS`.

    Returns
    -------
    array of int, shape (point, ...)
        Each is binomial where ranks are uniform.
    """
    if (ranked_draws + 1) % STEPS:
        raise ValueError(f"{ranked_draws} ranked draws do not make ranks that {STEPS} steps divide")
    limits = np.arange(1, STEPS) * ((ranked_draws + 1) // STEPS)
    return np.stack([(ranks < limit).sum(axis=0) for limit in limits])


def p_value(counts: Counts, fits: int) -> float:
    """Probability that uniform ranks leave a band as far, at their worst point, as these counts do.

    Parameters
    ----------
    counts : array of int, shape (point,)
        From `counts_below`.
    fits : int
        Number of ranks.
    """
    below, above = _tails(fits)
    rows = np.arange(STEPS - 1)
    worst = float(np.minimum(below[rows, counts], above[rows, counts]).min())
    return 1.0 - probability_inside(*_edges(fits, worst), fits)


@lru_cache(maxsize=64)
def simultaneous_band(fits: int, level: float) -> Band:
    """Widen a pointwise band until uniform ranks stay inside it at all points with a probability.

    Parameters
    ----------
    fits : int
        Number of ranks.
    level : float
        That probability.
    """
    low, high = (1.0 - level) / (4.0 * STEPS), (1.0 - level) / 2.0  # pointwise: by Bonferroni enough, alone too little
    while high > low * (1.0 + CLOSE):
        middle = math.sqrt(low * high)
        if probability_inside(*_edges(fits, middle), fits) >= level:
            low = middle
        else:
            high = middle
    lower, upper = _edges(fits, low)
    return Band(lower, upper, probability_inside(lower, upper, fits))


def probability_inside(lower: Counts, upper: Counts, fits: int) -> float:
    """Probability that so many uniform ranks stay between two bounds at all points, both included."""
    from scipy import stats

    step = stats.poisson.pmf(np.arange(fits + 1), fits / STEPS)
    step = step[: np.flatnonzero(step >= NEGLIGIBLE)[-1] + 1]
    walk, first = np.ones(1), 0
    for least, largest in zip([*lower.tolist(), fits], [*upper.tolist(), fits], strict=True):
        if least > largest:
            return 0.0
        walk = np.convolve(walk, step)
        kept = np.zeros(largest - least + 1)
        start, stop = max(least, first), min(largest, first + walk.size - 1)
        if start > stop:
            return 0.0
        kept[start - least : stop - least + 1] = walk[start - first : stop - first + 1]
        walk, first = kept, least
    return float(min(walk[0] / stats.poisson.pmf(fits, fits), 1.0))


def _edges(fits: int, tail: float) -> tuple[Counts, Counts]:
    """Counts at each point beyond which both tails would be no likelier than `tail`."""
    below, above = _tails(fits)
    return (below <= tail).sum(axis=1), fits - (above <= tail).sum(axis=1)


@lru_cache(maxsize=4)
def _tails(fits: int) -> tuple[Array, Array]:
    """Probability of at most and of at least each count, at each point; shape (point, count)."""
    from scipy import stats

    counts, shares = np.arange(fits + 1), points()[:, None]
    return stats.binom.cdf(counts, fits, shares), stats.binom.sf(counts - 1, fits, shares)
