"""Differences between estimates that rest on the same random numbers, and are better known than either."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .estimates import TAIL_DRAWS, Array, Distribution, Estimate, Weighting
from .streaming import AnyDistribution
from .weighting import error_of_total


def quantile_shift(changed: Distribution, baseline: Distribution, p: float) -> Estimate:
    """How far a quantile lies from the baseline's, when both rest on the same random numbers.

    Their values may differ (another policy), or their weights (other evidence), or what was drawn from (a proposal
    fitted to other evidence).

    Returns
    -------
    Estimate
        Changed minus baseline. Common random numbers make its MCSE smaller than either quantile's own.

    Notes
    -----
    Where the same draws lie below either quantile the errors of the two are alike, and their difference has none.
    That is right where all draws move by as much; where few do, one of the quantile's neighbours has moved, and how
    far apart those lie is how surely it is known.
    """
    influences = [distribution.quantile_influence(p) for distribution in (changed, baseline)]
    after, before = (
        distribution.weighting.contributions(influence)
        for distribution, influence in zip((changed, baseline), influences, strict=True)
    )
    shift = _shift(changed, baseline, p, error_of_difference(changed.weighting, baseline.weighting, after, before))
    if shift.mcse != 0.0 or shift.value == 0.0 or not math.isfinite(shift.value):
        return shift
    if np.ptp(paired_differences(changed, baseline)) == 0.0:
        return shift
    spacings = [  # influences on either side of a quantile lie the density's inverse apart
        float(np.ptp(influence)) / distribution.effective_draws
        for distribution, influence in zip((changed, baseline), influences, strict=True)
    ]
    return replace(shift, mcse=math.hypot(*spacings))


def probability_shift(changed: Distribution, baseline: Distribution, value: float) -> Estimate:
    """How far the probability of lying below a value differs from the baseline's; see `quantile_shift`."""
    after, before = ((distribution.values < value).astype(float) for distribution in (changed, baseline))
    of_each = changed.weighting.contributions(after), baseline.weighting.contributions(before)
    error = error_of_difference(changed.weighting, baseline.weighting, *of_each)
    return Estimate(changed.weighting.mean(after) - baseline.weighting.mean(before), error)


def paired_differences(changed: Distribution, baseline: Distribution) -> Array:
    """Months by which a date lies after the baseline's, in each of their common draws, shape (draw,).

    Infinite where only the one ever comes, 0 where neither does.
    """
    after, before = changed.values, baseline.values
    never = np.isinf(after) & np.isinf(before)
    return np.asarray(np.subtract(after, before, out=np.zeros_like(after), where=~never))


def error_of_difference(changed: Weighting, baseline: Weighting, after: Array, before: Array) -> float:
    """Standard error of the difference of two estimates, given what each draw adds to either's error.

    Parameters
    ----------
    changed, baseline : Weighting
        Of the two estimates.
    after, before : array of shape (draw,)
        What each draw adds; see `Weighting.contributions`.
    """
    return error_of_total([(changed, after), (baseline, -before)])


def independent_quantile_shift(changed: AnyDistribution, baseline: AnyDistribution, p: float) -> Estimate:
    """How far a quantile lies from the baseline's, when the two rest on different draws."""
    return _shift(changed, baseline, p, math.hypot(changed.quantile(p).mcse, baseline.quantile(p).mcse))


def _shift(changed: AnyDistribution, baseline: AnyDistribution, p: float, mcse: float) -> Estimate:
    meaningful = min(changed.effective_draws, baseline.effective_draws) * min(p, 1.0 - p) >= TAIL_DRAWS
    return Estimate(changed.quantile_value(p) - baseline.quantile_value(p), mcse, meaningful)
