r"""Doubted reports beside a silence about the same event: what the silence says where one of them may be right.

A milestone that is believed ends the silence before it: its own likelihood includes the wait. One that is doubted,
genuine with a probability of r, does so only where it is genuine, and with g its density, b that of its background and
S the probability of the silence, the two together say

.. math:: r\,g(T) + (1 - r)\,b\,S(T) = \bigl(r\,g + (1 - r)\,b\bigr)\,\bigl(p + (1 - p)\,S\bigr),

p being the share of the genuine part at that T. The first factor is the milestone's, the second the silence's. A
silence that was confirmed through the reported day or later says that the report was none: there the genuine part has
no share. A milestone of weight w counts as w of an observation, and leaves the rest to the silence.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .kinds.doubt import log_sum
from .kinds.kind import Array, Clock, ModelState

if TYPE_CHECKING:
    from .schema import Item


@dataclass(frozen=True)
class Rumour:
    """A doubted report of an event that a silence is about.

    Attributes
    ----------
    milestone : Item
        The report.
    as_of : date
        Day of the question.
    """

    milestone: Item
    as_of: datetime.date

    def denied_by(self, silence: Item, clock: Clock) -> bool:
        """Whether somebody looked on its day or later and found nothing."""
        return bool(silence.figures(clock)["as_of"] >= self.milestone.observation(clock))

    def heard(self, xp: Any, silence: Item, log_silence: Any, state: ModelState) -> Any:
        """Log probability of a silence beside the report, of that without it; both of the shape of a date."""
        clock, weight = state.assumptions.clock(self.as_of), self.milestone.text.weight
        if self.milestone.doubt is None:
            return (1.0 - weight) * log_silence
        genuine, background = self._log_shares(xp, state.ready[silence.observed.event], clock)
        told = background + log_silence
        if not self.denied_by(silence, clock):
            told = log_sum(xp, genuine, told)
        return told if weight == 1 else weight * told + (1.0 - weight) * log_silence

    def probability(self, silence: Item | None, log_silence: Array, ready: Array, clock: Clock) -> Array:
        """Probability, per draw, that the report is genuine, of the log probability of a silence without it."""
        if silence is not None and self.milestone.doubt is not None and self.denied_by(silence, clock):
            return np.zeros_like(ready)
        if self.milestone.doubt is None:
            return np.ones_like(ready)
        genuine, background = self._log_shares(np, ready, clock)
        return np.asarray(np.exp(genuine - np.logaddexp(genuine, background + log_silence)))

    def _log_shares(self, xp: Any, ready: Any, clock: Clock) -> tuple[Any, Any]:
        """Logarithms of the shares of both parts of its mixture, which add up to 1."""
        item = self.milestone
        genuine, background = item.parts(xp, item.observation(clock), ready, item.figures(clock))
        whole = log_sum(xp, genuine, background)
        return genuine - whole, background - whole


def is_doubted(item: Item) -> bool:
    """Whether a milestone or a silence counts for less than what it says, and leaves room for others."""
    return item.text.weight < 1 or (item.doubt is not None and item.doubt.reliability < 1)
