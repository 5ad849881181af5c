r"""Distribution function of the standard normal distribution over arrays, without SciPy.

Importing SciPy takes longer than a forecast from the prior, which needs this one function of it. About the nearest of
some evenly spaced nodes x the function is its Taylor series,

.. math:: \Phi(x + d) = \Phi(x) + \varphi(x) \sum_{n \ge 0} (-1)^n \mathrm{He}_n(x) \frac{d^{n+1}}{(n + 1)!},

with Hermite polynomials [1]_; beyond n = 4 no term changes a digit at half the distance between nodes. At the nodes it
comes from the standard library's complementary error function; below them from the asymptotic series

.. math:: \Phi(-x) = \frac{\varphi(x)}{x} \sum_{n \ge 0} (-1)^n \frac{(2n - 1)!!}{x^{2n}}.

Tests hold it to SciPy's, to 3e-16, and in the lower tail to 5e-14 of the value (5e-13 below 1e-200).

References
----------
.. [1] Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.12, 26.2.31 and 22.3.11.
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import Array

PER_UNIT = 256  # nodes
REACH = 9.0  # of the nodes on either side
FAR_TERMS = 20  # of the series below them
ROOT_TWO, ROOT_TWO_PI = math.sqrt(2.0), math.sqrt(2.0 * math.pi)


def rank_of_one(score: float) -> float:
    """Rank of one normal score."""
    return 0.5 * math.erfc(-score / ROOT_TWO)


NODES = np.arange(-PER_UNIT * REACH, PER_UNIT * REACH + 1.0) / PER_UNIT
RANKS = np.array([rank_of_one(float(node)) for node in NODES])
DENSITIES = np.exp(-0.5 * NODES**2) / ROOT_TWO_PI


def normal_rank(score: Array) -> Array:
    """Ranks of normal scores.

    Parameters
    ----------
    score : array, any shape
        Finite or not.

    Returns
    -------
    array
        Of the same shape, in [0, 1].
    """
    score = np.asarray(score, dtype=float)
    away = np.fmin(np.fmax(score, -REACH), REACH)  # an end for what is no number
    away *= PER_UNIT
    node = np.rint(away)
    place = node.astype(np.intp)
    place += int(PER_UNIT * REACH)
    away -= node
    away /= PER_UNIT
    node /= PER_UNIT
    total = np.asarray(_series_about(node, away))
    total *= DENSITIES[place]
    total += RANKS[place]
    beyond = score < -REACH
    if beyond.any():
        total[beyond] = _far_below(score[beyond])
    unknown = np.isnan(score)
    if unknown.any():
        total[unknown] = np.nan
    return total


def _series_about(node: Array, away: Array) -> Array:
    """Sum of the series about nodes, in place: this runs for every score of every draw; spoils what it is given."""
    square = node * node
    total = square - 6.0
    total *= square
    total += 3.0
    total *= away
    total /= 120.0
    cubic = square - 3.0
    cubic *= node
    cubic /= 24.0
    total -= cubic
    total *= away
    square -= 1.0
    square /= 6.0
    total += square
    total *= away
    node /= 2.0
    total -= node
    total *= away
    total += 1.0
    total *= away
    return total


def log_normal_rank(score: Array) -> Array:
    """Logarithms of the ranks of normal scores, below which ranks are too small to be numbers, too.

    Parameters
    ----------
    score : array, any shape
        Finite.

    Returns
    -------
    array
        Of the same shape, at most 0.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.priors.normal_rank import log_normal_rank
    >>> log_normal_rank(np.array([0.0, -100.0])).round(4)
    array([-6.9310e-01, -5.0055e+03])
    """
    score = np.asarray(score, dtype=float)
    found = np.log(normal_rank(np.maximum(score, -REACH)))
    beyond = score < -REACH
    if beyond.any():
        far = score[beyond]
        found[beyond] = -0.5 * far * far - np.log(-far * ROOT_TWO_PI) + np.log(_series(far))
    return found


def _far_below(score: Array) -> Array:
    """Ranks of scores below all nodes."""
    return np.asarray(np.exp(-0.5 * score * score) / (-score * ROOT_TWO_PI) * _series(score))


def _series(score: Array) -> Array:
    """Sum of the asymptotic series, of scores below all nodes."""
    inverse = 1.0 / (score * score)
    total = np.ones_like(score)
    for term in range(FAR_TERMS, 0, -1):
        total = 1.0 - (2 * term - 1) * inverse * total
    return total
