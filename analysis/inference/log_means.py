"""Logarithms of means of ratios: log evidences, and their differences with the error of a difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .estimates import Array, Estimate, Weighting


@dataclass(frozen=True)
class LogMean:
    """Log of the mean of ratios over draws; those over the same draws add and subtract with their errors.

    Attributes
    ----------
    value : float
        The logarithm.
    contributions : array of shape (draw,)
        What each draw adds to its error, to first order.
    weighting : Weighting
        How the draws stand for what the mean is taken over.
    """

    value: float
    contributions: Array
    weighting: Weighting

    @property
    def estimate(self) -> Estimate:
        """The logarithm with its MCSE."""
        return Estimate(self.value, self.weighting.error_of_sum(self.contributions))

    def __add__(self, other: LogMean) -> LogMean:
        return LogMean(self.value + other.value, self.contributions + other.contributions, self.weighting)

    def __sub__(self, other: LogMean) -> LogMean:
        return LogMean(self.value - other.value, self.contributions - other.contributions, self.weighting)


def log_mean(log_ratios: Array, weighting: Weighting) -> LogMean:
    """Average ratios given by their logarithms, shape (draw,); minus infinity where all of them are nothing."""
    largest = float(log_ratios.max())
    if not math.isfinite(largest):
        return LogMean(largest, np.full(log_ratios.size, math.inf), weighting)
    raw = np.exp(log_ratios - largest)
    mean = weighting.mean(raw)
    return LogMean(largest + math.log(mean), weighting.contributions(raw) / mean, weighting)
