"""The distribution of a variable whose draws are too many to keep: a histogram fine enough not to matter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .estimates import TAIL_DRAWS, Array, Distribution, Estimate
from .quantiles import density_between, half_widths, refuse_other_than_number, refuse_other_than_probability

FARTHEST = 1e6  # times the end of the range, up to which what lies beyond it is told apart
TAIL_BINS = 1_000_000  # for what lies beyond the range, each a 72 000th wider than the one before it


def share_of(count: float, draws: float) -> Estimate:
    """Estimate a probability by how many of so many independent draws it holds in."""
    share = float(count / draws)
    return Estimate(share, math.sqrt(share * (1.0 - share) / draws))


class StreamedDistribution:
    r"""A distribution built up chunk by chunk, in memory that does not grow.

    Parameters
    ----------
    low, high : float
        Range of the histogram, its end above 0. What lies beyond it is placed in bins that widen in proportion, up to
        `FARTHEST` times its end, and at that if it is finite; what is infinite never comes.
    bins : int
        Number of bins. A quantile is interpolated inside one, so that its error is of the order of the
        bin's width times the density's change across it, far below any MCSE that draws can reach.

    Notes
    -----
    For independent draws only: the MCSE of a quantile is :math:`\sqrt{p (1 - p) / n} / f(q)`, the MCSE of the
    mean of its influence function.
    """

    def __init__(self, low: float, high: float, bins: int = 120_000) -> None:
        self._low, self._high, self._bins = low, high, bins
        self._counts = np.zeros(bins, dtype=np.int64)
        self._beyond: NDArray[np.int64] | None = None
        self._below = 0
        self._draws = self._finite = 0
        self._mean = 0.0
        self._squares = 0.0

    def add(self, values: Array) -> None:
        """Take in a chunk of values, shape (draw,)."""
        inside = values[(values >= self._low) & (values < self._high)]
        positions = ((inside - self._low) * (self._bins / (self._high - self._low))).astype(np.int64)
        self._counts += np.bincount(np.minimum(positions, self._bins - 1), minlength=self._bins)
        below = int((values < self._low).sum())
        self._below += below
        self._draws += values.size
        self._add_beyond(values[(values >= self._high) & np.isfinite(values)])
        self._add_moments(values[np.isfinite(values)])

    def _add_beyond(self, values: Array) -> None:
        if values.size == 0:
            return
        if self._beyond is None:
            self._beyond = np.zeros(TAIL_BINS, dtype=np.int64)
        positions = np.minimum(self._place_beyond(values).astype(np.int64), TAIL_BINS - 1)
        self._beyond += np.bincount(positions, minlength=TAIL_BINS)

    def _place_beyond(self, values: Any) -> Any:
        return np.log(np.minimum(values / self._high, FARTHEST)) * (TAIL_BINS / math.log(FARTHEST))

    def _add_moments(self, finite: Array) -> None:
        """Chan's update of a running mean and sum of squares."""
        if finite.size == 0:
            return
        total = self._finite + finite.size
        mean = float(finite.mean())
        gap = mean - self._mean
        self._squares += float(((finite - mean) ** 2).sum()) + gap * gap * self._finite * finite.size / total
        self._mean += gap * finite.size / total
        self._finite = total

    @property
    def effective_draws(self) -> float:
        """Number of draws taken in."""
        return float(self._draws)

    @property
    def mean(self) -> Estimate:
        """Mean, with its MCSE; infinite where some draws are."""
        if self._finite < self._draws:
            return Estimate(math.inf, math.inf)
        return Estimate(self._mean, self.sd / math.sqrt(self._draws))

    @property
    def sd(self) -> float:
        """Standard deviation; infinite where some draws are."""
        if self._finite < self._draws:
            return math.inf
        return math.sqrt(self._squares / self._draws)

    @property
    def draws_behind_mean(self) -> float:
        """Number of draws that the error of the mean rests on, each in the middle of its bin; as of `Distribution`."""
        if self._finite < self._draws:
            return math.inf
        middles = self._low + (np.arange(self._bins) + 0.5) * ((self._high - self._low) / self._bins)
        counts: Array = self._counts.astype(float)
        if self._beyond is not None:
            beyond = self._high * np.exp((np.arange(TAIL_BINS) + 0.5) * (math.log(FARTHEST) / TAIL_BINS))
            middles, counts = np.append(middles, beyond), np.append(counts, self._beyond)
        squares = (middles - self._mean) ** 2
        fourths = float(counts @ squares**2)
        return float(counts @ squares) ** 2 / fourths if fourths > 0.0 else math.inf

    def quantile_value(self, p: float) -> float:
        """Quantile alone, without its MCSE; an `InputError` where `p` is no probability."""
        refuse_other_than_probability(p)
        cumulative = self._below + np.cumsum(self._counts)
        wanted = p * self._draws
        if wanted < self._below or self._draws == 0:
            return -math.inf
        if wanted > cumulative[-1]:
            return self._quantile_beyond(wanted - float(cumulative[-1]))
        bin_ = int(np.searchsorted(cumulative, wanted))
        before = cumulative[bin_] - self._counts[bin_]
        inside = (wanted - before) / self._counts[bin_] if self._counts[bin_] else 0.0
        return self._low + (bin_ + inside) * (self._high - self._low) / self._bins

    def _quantile_beyond(self, wanted: float) -> float:
        """Value below which so many draws beyond the range lie; infinite where so many of them are not finite."""
        if self._beyond is None or wanted > (cumulative := np.cumsum(self._beyond))[-1]:
            return math.inf
        bin_ = int(np.searchsorted(cumulative, wanted))
        inside = (wanted - float(cumulative[bin_] - self._beyond[bin_])) / float(self._beyond[bin_])
        return self._high * math.exp((bin_ + inside) * math.log(FARTHEST) / TAIL_BINS)

    def density(self, p: float) -> float:
        """Density at the quantile p, from the spacing of quantiles around it; 0 where they reach infinity."""
        widths = half_widths(p, float(self._draws))
        below, above = (np.array([self.quantile_value(each) for each in ends]) for ends in (p - widths, p + widths))
        return density_between(widths, below, above)

    def quantile(self, p: float) -> Estimate:
        """Quantile, with its MCSE; an `InputError` where `p` is no probability."""
        refuse_other_than_probability(p)
        density = self.density(p)
        mcse = math.sqrt(p * (1.0 - p) / self._draws) / density if density > 0.0 else math.inf
        return Estimate(self.quantile_value(p), mcse, self._draws * min(p, 1.0 - p) >= TAIL_DRAWS)

    def probability_below(self, value: float) -> Estimate:
        """Probability of lying below a value."""
        refuse_other_than_number(value)
        place = (value - self._low) * self._bins / (self._high - self._low)
        bin_ = int(min(max(0.0, place), self._bins))
        count = float(self._below + self._counts[:bin_].sum())
        if 0 <= place < self._bins:
            count += (place - bin_) * float(self._counts[bin_])
        if value > self._high and self._beyond is not None:
            beyond = float(self._place_beyond(value))
            last = min(int(beyond), TAIL_BINS - 1)
            count += float(self._beyond[:last].sum()) + (beyond - last) * float(self._beyond[last])
        return share_of(count, self._draws)


AnyDistribution = Distribution | StreamedDistribution
