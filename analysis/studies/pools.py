"""Pools of several structures' dates: one distribution in place of many.

References
----------
.. [1] Lichtendahl, Grushka-Cockayne and Winkler, Is it better to average probabilities or quantiles? (2013).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..inference.averaged import AveragedQuantiles
from ..inference.estimates import Distribution
from ..inference.weighting import MixedWeighting

LINEAR, QUANTILE, STACKING = "linear-pool", "quantile-pool", "stacking"
POOLS = (LINEAR, QUANTILE, STACKING)


def linear_pool(dates: Mapping[str, Distribution], weights: Mapping[str, float] | None = None) -> Distribution:
    """Mix the densities, by weights or equally: on the structures' own draws, and with their errors.

    Parameters
    ----------
    dates : mapping of str to Distribution
        By structure.
    weights : mapping of str to float, optional
        By structure, summing to one.
    """
    share = weights or {name: 1.0 / len(dates) for name in dates}
    parts = [ready.weighting for ready in dates.values()]
    effective = [ready.effective_draws for ready in dates.values()]
    weighting = MixedWeighting(
        draws=sum(part.draws for part in parts),
        weights=np.concatenate([share[name] * ready.weighting.shares for name, ready in dates.items()]),
        parts=tuple(parts),
        effective=1.0 / sum(share[name] ** 2 / each for name, each in zip(dates, effective, strict=True)),
    )
    return Distribution(np.concatenate([ready.values for ready in dates.values()]), weighting)


def quantile_pool(dates: Mapping[str, Distribution]) -> Distribution:
    """Average the quantiles."""
    return AveragedQuantiles(list(dates.values()))


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
