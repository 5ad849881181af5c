"""Criteria that a stock of compute may have to meet, each scored on what follows when the stock is held at a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from ...inference.differences import quantile_shift
from ...inference.estimates import Array, Distribution, Estimate
from ...inference.question import Question


@dataclass(frozen=True)
class Trial:
    """What follows when a firm's stock is held at a value.

    Attributes
    ----------
    wins : array, shape (draw,)
        The firm's share in being first.
    ready : Distribution
        Months since t = 0 at which the first firm is ready.
    baseline : Distribution
        The same on the same draws, nothing changed.
    own : Distribution
        Months since t = 0 at which the firm itself is ready, first or not.
    """

    wins: Array
    ready: Distribution
    baseline: Distribution
    own: Distribution

    @property
    def win(self) -> Estimate:
        """Probability that the firm is first."""
        return self.ready.weighting.estimate(self.wins)


@runtime_checkable
class Criterion(Protocol):
    """What a stock must achieve: a score that grows with the stock, and reaches zero at the threshold."""

    @property
    def id(self) -> str:
        """Its name in results."""

    @property
    def title(self) -> str:
        """Its name for people."""

    def score(self, trial: Trial, question: Question) -> Estimate:
        """How far a trial is beyond the criterion."""


@dataclass(frozen=True)
class WinsShare:
    """The firm is first in a share of the draws."""

    share: float = 0.5
    id: str = "wins-half"

    @property
    def title(self) -> str:
        return f"is first in {self.share:.0%} of the draws"

    def score(self, trial: Trial, question: Question) -> Estimate:
        return Estimate(trial.win.value - self.share, trial.win.mcse)


@dataclass(frozen=True)
class MedianEarlier:
    """The median date comes earlier than the baseline's by some months."""

    months: float = 1.0
    id: str = "median-month-earlier"

    @property
    def title(self) -> str:
        return f"brings the median forward by {self.months:g} month{'' if self.months == 1.0 else 's'}"

    def score(self, trial: Trial, question: Question) -> Estimate:
        shift = quantile_shift(trial.ready, trial.baseline, 0.5)
        return Estimate(-shift.value - self.months, shift.mcse)


@dataclass(frozen=True)
class MedianBy:
    """The median date is on a day or before it."""

    day: date

    @property
    def id(self) -> str:
        return f"median-by-{self.day.isoformat()}"

    @property
    def title(self) -> str:
        return f"brings the median to {self.day.isoformat()} or earlier"

    def score(self, trial: Trial, question: Question) -> Estimate:
        median = trial.ready.quantile(0.5)
        return Estimate(question.assumptions.calendar.months_by(self.day) - median.value, median.mcse)


@dataclass(frozen=True)
class ReadyBy:
    """The firm itself, first or not, is ready on a day or before it with some probability."""

    day: date
    probability: float

    @property
    def id(self) -> str:
        return f"ready-by-{self.day.isoformat()}-p{100.0 * self.probability:g}"

    @property
    def title(self) -> str:
        return f"is ready by {self.day.isoformat()} with {100.0 * self.probability:g}%"

    def score(self, trial: Trial, question: Question) -> Estimate:
        chance = trial.own.probability_below(question.assumptions.calendar.months_by(self.day))
        return Estimate(chance.value - self.probability, chance.mcse)


CRITERIA: tuple[Criterion, ...] = (WinsShare(), MedianEarlier())
