"""Pools of several structures' dates: one distribution in place of many.

References
----------
.. [1] Lichtendahl, Grushka-Cockayne and Winkler, Is it better to average probabilities or quantiles? (2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..inference.averaged import AveragedQuantiles
from ..inference.differences import independent_quantile_shift, quantile_shift
from ..inference.estimates import Distribution, Estimate
from ..inference.weighting import MixedWeighting, error_of_total

LINEAR, QUANTILE, STACKING = "linear-pool", "quantile-pool", "stacking"
POOLS = (LINEAR, QUANTILE, STACKING)


class QuantilePool(AveragedQuantiles):
    """The pool whose quantiles are the averages of the structures'.

    Parameters
    ----------
    pooled : sequence of Distribution
        Of the structures; kept, as their draws are what it errs by.
    """

    def __init__(self, pooled: Sequence[Distribution]) -> None:
        super().__init__(pooled)
        self.pooled = tuple(pooled)


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
    # as if they were independent: that they share draws is in the errors, and moves this number by a third at most
    effective = [ready.effective_draws for ready in dates.values()]
    weighting = MixedWeighting(
        draws=sum(part.draws for part in parts),
        weights=np.concatenate([share[name] * ready.weighting.shares for name, ready in dates.items()]),
        parts=tuple(parts),
        effective=1.0 / sum(share[name] ** 2 / each for name, each in zip(dates, effective, strict=True)),
    )
    return Distribution(np.concatenate([ready.values for ready in dates.values()]), weighting)


def quantile_pool(dates: Mapping[str, Distribution]) -> QuantilePool:
    """Average the quantiles."""
    return QuantilePool(list(dates.values()))


def shift_against(changed: Distribution, baseline: Distribution, p: float) -> Estimate:
    """How far a quantile of a structure or pool lies from a structure's: on draws that both hold, both err alike.

    Parameters
    ----------
    changed : Distribution
        The structure's date or the pool's, months.
    baseline : Distribution
        Of the structure that it is held against.
    p : float
        Which quantile.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import Distribution, Weighting
    >>> from catchup.analysis.studies.pools import linear_pool, shift_against
    >>> one = Distribution(np.random.default_rng(1).normal(9.0, 1.0, 1_000), Weighting(1_000))
    >>> shift_against(linear_pool({"one": one, "again": one}), one, 0.5).noise
    True
    """
    if not isinstance(changed, QuantilePool):
        return quantile_shift(changed, baseline, p)
    told = [
        (part.weighting, part.weighting.contributions(part.quantile_influence(p)) / len(changed.pooled))
        for part in changed.pooled
    ]
    of_baseline = baseline.weighting.contributions(baseline.quantile_influence(p))
    error = error_of_total([*told, (baseline.weighting, -of_baseline)])
    return replace(independent_quantile_shift(changed, baseline, p), mcse=error)


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
