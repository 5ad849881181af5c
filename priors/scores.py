r"""Normal scores: :math:`z = \Phi^{-1}(u)`, standard normal where the rank u is uniform.

Behind every quantity that is drawn stands a score. Ranks are what is drawn, scores are what samplers move among: so
that any quantile function makes a random variable of the graph.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from .normal_quantile import normal_quantile
from .normal_rank import normal_rank

SMALLEST_UNIFORM = 2.0**-55
"""Least rank that is ever drawn, and what is added to the generator's numbers: a quarter of their step, it moves 0 off
0 and, rounded, nothing up to 1."""
LARGEST_UNIFORM = 1.0 - 2.0**-53  # greatest rank that is ever drawn
FARTHEST_SCORE = 8.2  # its score, to a digit; beyond it a rank is 0 or 1 to the last one, where quantiles have no slope


def score_of(xp: Any, rank: Any) -> Any:
    """Normal score of a rank in (0, 1), over ``numpy`` or ``pytensor.tensor`` (`xp`)."""
    if xp is not np:
        return -math.sqrt(2.0) * xp.erfcinv(2.0 * rank)
    return NormalDist().inv_cdf(float(rank)) if np.ndim(rank) == 0 else normal_quantile(rank)


def rank_of(xp: Any, score: Any) -> Any:
    """Rank of a normal score, over ``numpy`` or ``pytensor.tensor`` (`xp`)."""
    if xp is not np:
        return 0.5 * xp.erfc(-score / math.sqrt(2.0))
    return normal_rank(score)


def log10(value: Any) -> Any:
    """Logarithm to base 10 of a number, an array or a variable of a graph."""
    if isinstance(value, (int, float)):
        return math.log10(value)
    return np.log10(value) if isinstance(value, np.ndarray) else value.log10()


def power_of_10(value: Any) -> Any:
    """10 to the power of a number, an array or a variable of a graph."""
    # exp(x log 10) instead of 10**x: several times faster over an array
    return exp(value * math.log(10.0))


def exp(value: Any) -> Any:
    """Exponential of a number, an array or a variable of a graph."""
    return np.exp(value) if isinstance(value, (np.ndarray, float)) else value.exp()
