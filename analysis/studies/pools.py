"""Pools of several structures' dates: one distribution in place of many.

References
----------
.. [1] Lichtendahl, Grushka-Cockayne and Winkler, Is it better to average probabilities or quantiles? (2013).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..inference.estimates import Array, Distribution, Weighting

POOL_DRAWS = 20_000  # equally likely values that stand for each structure in a pool


def representative(ready: Distribution, count: int = POOL_DRAWS) -> Array:
    """Equally likely values that stand for a distribution, shape (count,)."""
    return ready.quantile_values((np.arange(count) + 0.5) / count)


def linear_pool(dates: Mapping[str, Distribution], weights: Mapping[str, float] | None = None) -> Distribution:
    """Mix the densities, by weights or equally.

    Parameters
    ----------
    dates : mapping of str to Distribution
        By structure.
    weights : mapping of str to float, optional
        By structure, summing to one.
    """
    share = weights or {name: 1.0 / len(dates) for name in dates}
    values = np.concatenate([representative(ready) for ready in dates.values()])
    probability = np.concatenate([np.full(POOL_DRAWS, share[name] / POOL_DRAWS) for name in dates])
    return Distribution(values, Weighting(values.size, weights=probability / probability.sum()))


def quantile_pool(dates: Mapping[str, Distribution]) -> Distribution:
    """Average the quantiles."""
    values = np.mean([representative(ready) for ready in dates.values()], axis=0)
    return Distribution(values, Weighting(values.size))


def between_share(dates: Mapping[str, Distribution]) -> float | None:
    """Share of the equal-weight linear pool's variance that lies between the structures' means.

    None where in one of them the event may never come: then there is no variance.
    """
    means = np.array([ready.mean.value for ready in dates.values()])
    if not np.isfinite(means).all():
        return None
    within = np.array([ready.sd**2 for ready in dates.values()])
    between = means.var()
    return float(between / (between + within.mean()))
