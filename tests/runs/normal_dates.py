"""A normal distribution of the date, drawn evenly."""

from __future__ import annotations

import numpy as np

from catchup.analysis.inference.estimates import Distribution, Weighting


def normal(mean: float, sd: float, draws: int = 40_000) -> Distribution:
    from scipy.stats import norm

    return Distribution(norm.ppf((np.arange(draws) + 0.5) / draws, mean, sd), Weighting(draws))
