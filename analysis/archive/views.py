r"""Views of a date, each in the form in which it was stated, and the scores that each form can be given.

- A *curve* is a whole distribution: a run's draws, a trend. Every score can be given; its density is the slope of its
  quantiles against their normal scores, which is exact for a normal distribution and close for anything smooth, in
  the tails as well.
- A *window* between two days, with its probability, is uniform over its days: that says as much as was said. Its
  scores are closed forms; outside a window held for certain the log score is infinite.
- *Quantiles*, or probabilities by a day, say where the distribution function passes, and nothing between or beyond.
  What they are scored by is the quantile score of the quantiles stated. Joined by straight lines, with the
  probability beyond the outermost put onto them, they have a CRPS as well, which is marked as an approximation; they
  have no density, and so no log score.

Every CRPS counts the months up to `HORIZON` after t = 0, and no later ones, as
`catchup.analysis.inference.proper_scores` says.

A score that a form cannot be given is `Unscored`, with the reason.

References
----------
.. [1] Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation, JASA 102 (2007).
.. [2] Gneiting and Ranjan, Comparing density forecasts using threshold- and quantile-weighted scoring rules, JBES 29
   (2011).
"""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import ClassVar

import numpy as np

from ..inference import proper_scores
from ..inference.estimates import Array, Distribution
from ..inference.probabilities import HEADLINE
from ..inference.proper_scores import HORIZON

MIDDLES = (np.arange(2_000) + 0.5) / 2_000  # probabilities of equally likely values, which a CRPS is worked out from
TAIL = np.geomspace(1e-5, 1e-2, 60)  # probabilities of further values in the tails, for densities there
LEVELS = np.unique(np.concatenate([TAIL, MIDDLES, 1.0 - TAIL]))
EQUALLY_LIKELY = np.searchsorted(LEVELS, MIDDLES)
NORMAL = NormalDist()
SCORES = np.array([NORMAL.inv_cdf(float(level)) for level in LEVELS])  # along which quantiles are interpolated
BANDWIDTH = 1.5  # normal scores, for one draw; shrinks with their fifth root, as densities' bandwidths do
OUTERMOST = 0.1  # probability beyond an end, up to which quantiles are enough to be joined
ROUNDING = 1e-9  # months


@dataclass(frozen=True)
class Unscored:
    """A score that cannot be given, and why."""

    reason: str


class View(ABC):
    """What somebody holds of a date, in months since t = 0."""

    approximate: ClassVar[bool] = False  # whether the CRPS is that of a distribution made up between what was stated

    @property
    def scored_levels(self) -> tuple[float, ...]:
        """Quantiles that it is scored by: those that most views state, or its own."""
        return HEADLINE

    @abstractmethod
    def probability_before(self, moment: float) -> tuple[float, float]:
        """Least and greatest probability of an earlier date that the view leaves open."""

    @abstractmethod
    def quantile(self, level: float) -> float | None:
        """Quantile, where the view states it."""

    @abstractmethod
    def crps(self, moment: float) -> float | Unscored:
        """Continuous ranked probability score up to the horizon, months."""

    @abstractmethod
    def crps_until(self, moment: float) -> float | Unscored:
        """Part of it that is decided while the date has not come: the squared probability, integrated up to then."""

    @abstractmethod
    def log_score(self, moment: float) -> float | Unscored:
        """Minus the log density, per month; infinite where the view gives none."""

    def log_score_still_open(self, moment: float) -> float | Unscored:
        """Minus the log probability of a later date."""
        low, high = self.probability_before(moment)
        if high - low > ROUNDING:
            return Unscored("what is stated leaves the probability of a later date open")
        return -math.log1p(-low) if low < 1.0 else math.inf


@dataclass(frozen=True)
class Curve(View):
    """A whole distribution.

    Attributes
    ----------
    months : array, shape (level,)
        Quantiles at `LEVELS`, ascending; infinite where the date never comes.
    effective_draws : float
        Independent draws worth as much as those behind it.
    """

    months: Array
    effective_draws: float

    @classmethod
    def of(cls, ready: Distribution) -> Curve:
        """Take the curve of a distribution."""
        return cls(ready.quantile_values(LEVELS), ready.effective_draws)

    def probability_before(self, moment: float) -> tuple[float, float]:
        chance = self._chance(moment)
        return chance, chance

    def quantile(self, level: float) -> float:
        return float(self._quantiles(np.array([NORMAL.inv_cdf(level)]))[0])

    def crps(self, moment: float) -> float:
        return proper_scores.crps_within(self.months[EQUALLY_LIKELY], moment)

    def crps_until(self, moment: float) -> float:
        return proper_scores.crps_until(self.months[EQUALLY_LIKELY], moment)

    def log_score(self, moment: float) -> float | Unscored:
        r"""Minus the log of :math:`\varphi(z) / q'(z)`, q being the quantile function of the normal score z."""
        if not self.months[0] <= moment <= self.months[-1]:
            return math.inf
        if np.count_nonzero(np.abs(self.months - moment) <= ROUNDING) > 1:
            return Unscored("its draws are tied there, so that it has no density")
        score = self._score(moment)
        draws = max(self.effective_draws, 1.0)
        reach, outermost = BANDWIDTH * draws**-0.2, NORMAL.inv_cdf(1.0 - max(LEVELS[0], min(0.5 / draws, 0.25)))
        low, high = max(score - reach, -outermost), min(score + reach, outermost)
        first, last = self._quantiles(np.array([low, high]))
        if not (low < high and first < last < math.inf):
            return math.inf
        return math.log((last - first) / (high - low)) - math.log(NORMAL.pdf(score))

    def _chance(self, moment: float) -> float:
        if not self.months[0] <= moment <= self.months[-1]:
            return 0.0 if moment < self.months[0] else 1.0
        return NORMAL.cdf(self._score(moment))

    def _score(self, moment: float) -> float:
        finite = np.isfinite(self.months)
        return float(np.interp(moment, self.months[finite], SCORES[finite]))

    def _quantiles(self, scores: Array) -> Array:
        with np.errstate(invalid="ignore"):
            between = np.interp(scores, SCORES, self.months)
        return np.where(np.isnan(between), math.inf, between)


@dataclass(frozen=True)
class Window(View):
    """A date between two moments, with some probability.

    Attributes
    ----------
    first, last : float
        Months since t = 0.
    probability : float
        That it comes between them; 1 where it was said without a doubt. Of the rest nothing is said.
    """

    first: float
    last: float
    probability: float = 1.0

    def probability_before(self, moment: float) -> tuple[float, float]:
        inside = min(max((moment - self.first) / (self.last - self.first), 0.0), 1.0)
        return self.probability * inside, self.probability * inside + self._rest

    def quantile(self, level: float) -> float | None:
        return None if self._rest else self.first + level * (self.last - self.first)

    def crps(self, moment: float) -> float | Unscored:
        return self._unlaid or self._uniform.crps(moment)

    def crps_until(self, moment: float) -> float | Unscored:
        return self._unlaid or self._uniform.crps_until(moment)

    def log_score(self, moment: float) -> float | Unscored:
        if self.first <= moment < self.last:
            return math.log((self.last - self.first) / self.probability)
        return self._unlaid or math.inf

    @property
    def scored_levels(self) -> tuple[float, ...]:
        return () if self._rest else HEADLINE

    @property
    def _rest(self) -> float:
        return 1.0 - self.probability

    @property
    def _unlaid(self) -> Unscored | None:
        return Unscored("how the rest of its probability is spread was not stated") if self._rest else None

    @property
    def _uniform(self) -> Knots:
        return Knots({0.0: self.first, 1.0: self.last})


@dataclass(frozen=True)
class Knots(View):
    """Points that the distribution function passes.

    Attributes
    ----------
    quantiles : mapping of float to float
        Months since t = 0 by probability, ascending: quantiles that were stated as such.
    probabilities : tuple of (float, float)
        Probabilities that were stated of a moment, each with its months since t = 0: of two moments perhaps the same,
        between which it does not come.
    """

    quantiles: Mapping[float, float]
    probabilities: tuple[tuple[float, float], ...] = ()
    approximate: ClassVar[bool] = True

    @property
    def scored_levels(self) -> tuple[float, ...]:
        return tuple(self.quantiles)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """All of them, probability and months, ascending."""
        return tuple(sorted([*self.quantiles.items(), *self.probabilities]))

    def probability_before(self, moment: float) -> tuple[float, float]:
        for level, months in self.points:
            if abs(months - moment) <= ROUNDING:
                return level, level
        low = max((level for level, months in self.points if months < moment), default=0.0)
        high = min((level for level, months in self.points if months > moment), default=1.0)
        return low, high

    def quantile(self, level: float) -> float | None:
        return next((months for stated, months in self.points if stated == level), None)

    def crps(self, moment: float) -> float | Unscored:
        if self._few is not None:
            return self._few
        seen = min(moment, HORIZON)
        return self._integral(-math.inf, seen, squared_above=False) + self._integral(seen, HORIZON, squared_above=True)

    def crps_until(self, moment: float) -> float | Unscored:
        return self._few or self._integral(-math.inf, min(moment, HORIZON), squared_above=False)

    def log_score(self, moment: float) -> Unscored:
        return Unscored("what is stated has no density")

    @property
    def _few(self) -> Unscored | None:
        """Why the points are too few to be joined, if they are."""
        levels = [level for level, _ in self.points]
        if len(levels) > 1 and levels[0] <= OUTERMOST and levels[-1] >= 1.0 - OUTERMOST:
            return None
        return Unscored("too little of the distribution is stated")

    def _integral(self, first: float, last: float, *, squared_above: bool) -> float:
        """Integral of F², or of (1 - F)², between two moments, F being joined by straight lines."""
        knots, total = self.points, 0.0
        for (low, start), (high, end) in itertools.pairwise(knots):
            left, right = max(start, first), min(end, last)
            if left >= right:
                continue
            one, other = (low + (high - low) * (place - start) / (end - start) for place in (left, right))
            one, other = (1.0 - one, 1.0 - other) if squared_above else (one, other)
            total += (right - left) * (one * one + one * other + other * other) / 3.0
        certain = min(knots[0][1], last) - first if squared_above else last - max(knots[-1][1], first)
        return total + max(certain, 0.0)
