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
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .kinds.doubt import log_sum
from .kinds.kind import Array

if TYPE_CHECKING:
    from ..model.assumptions import Assumptions
    from .schema import Item


@dataclass(frozen=True)
class Rumour:
    """A doubted report of an event, beside a silence about it.

    Attributes
    ----------
    report, silence : Item
        A milestone, and a silence of the same event.
    as_of : date
        Day of the question.
    """

    report: Item
    silence: Item
    as_of: datetime.date

    @property
    def looked(self) -> bool:
        """Whether somebody looked on the reported day or later and found nothing."""
        seen = self.silence.observed
        through = seen.date or seen.confirmed_through
        return through is not None and through >= self.report.observed.date

    @property
    def denied(self) -> bool:
        """Whether somebody who is believed looked on the reported day or later and found nothing."""
        return self.looked and not is_doubted(self.silence)

    @property
    def certain(self) -> bool:
        """Whether the report itself is not doubted, and counts for little only."""
        return self.report.doubt is None or self.report.doubt.reliability == 1

    def heard(self, xp: Any, log_silence: Any, ready: Any, assumptions: Assumptions) -> Any:
        """Log probability of the silence beside the report, of that without it; both of the shape of a date."""
        weight = self.report.text.weight
        if self.certain:
            return (1.0 - weight) * log_silence
        genuine, background = self._log_shares(xp, ready, assumptions)
        told = background + log_silence
        if not self.denied:
            told = log_sum(xp, genuine, told)
        return told if weight == 1 else weight * told + (1.0 - weight) * log_silence

    def probability(self, log_silence: Array, ready: Array, assumptions: Assumptions) -> Array:
        """Probability, per draw, that the report is genuine, of the log probability of the silence without it."""
        if self.certain:
            return np.ones_like(ready)
        if self.denied:
            return np.zeros_like(ready)
        genuine, background = self._log_shares(np, ready, assumptions)
        return np.asarray(np.exp(genuine - np.logaddexp(genuine, background + log_silence)))

    def _log_shares(self, xp: Any, ready: Any, assumptions: Assumptions) -> tuple[Any, Any]:
        """Logarithms of the shares of both parts of the report's mixture, which add up to 1."""
        item, clock = self.report, assumptions.clock(self.as_of)
        genuine, background = item.parts(xp, item.observation(clock), ready, item.figures(clock))
        whole = log_sum(xp, genuine, background)
        return genuine - whole, background - whole


def rumours_in(items: Iterable[Item], as_of: datetime.date) -> dict[str, tuple[Rumour, ...]]:
    """By id of each silence among items, the doubted reports of its event beside it; of those that have any."""
    every = list(items)
    reports = [item for item in every if item.kind.reports_event and is_doubted(item)]
    if not reports:
        return {}
    silences = [item for item in every if item.kind.is_silence]
    beside = {
        silence.id: tuple(Rumour(each, silence, as_of) for each in reports if each.event == silence.event)
        for silence in silences
    }
    return {name: rumours for name, rumours in beside.items() if rumours}


def is_doubted(item: Item) -> bool:
    """Whether a milestone or a silence counts for less than what it says, and leaves room for others."""
    return item.text.weight < 1 or (item.doubt is not None and item.doubt.reliability < 1)
