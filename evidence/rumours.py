r"""Doubted reports and claims beside a silence about the same event: what the silence says where one may be right.

A milestone that is believed ends the silence before it: its own likelihood includes the wait. One that is doubted,
genuine with a probability of r, does so only where it is genuine, and with g its density, b that of its background and
S the probability of the silence, the two together say

.. math:: r\,g(T) + (1 - r)\,b\,S(T) = \bigl(r\,g + (1 - r)\,b\bigr)\,\bigl(p + (1 - p)\,S\bigr),

p being the share of the genuine part at that T. The first factor is the milestone's, the second the silence's. A
silence that was confirmed through the reported day or later says that the report was none: there the genuine part has
no share. A milestone of weight w counts as w of an observation, and leaves the rest to the silence.

A claim of day d ends no silence, and a true one is of what became known after the last day s on which somebody looked.
With t and f its chances and K the moment of becoming known, the two together say

.. math:: S\,\bigl(f + t\,P(K \le d \mid K > s, T)\bigr)
   = \bigl(f + t\,P(K \le d \mid T)\bigr)\;S\,\frac{f + t\,P(K \le d \mid K > s, T)}{f + t\,P(K \le d \mid T)}.

The first factor is the claim's, the rest the silence's; where s is d or later, only f is left above. Given the date,
several claims are taken as independent of each other and of doubted reports, as they are without a silence, and so they
are given the silence: that all are of one K is left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .kinds.claim import ClaimAfterSilence, ObservedAfterSilence
from .kinds.doubt import log_sum
from .kinds.kind import Array, Clock

if TYPE_CHECKING:
    from ..model.assumptions import Assumptions
    from .schema import Item

AFTER = "/after "  # in ids of claims given a silence, followed by its last day; no item's own id can hold it


@dataclass(frozen=True)
class Beside:
    """A report or claim of an event, beside a silence about it.

    Attributes
    ----------
    report, silence : Item
        A milestone or a claim, and a silence of the same event.
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

    def asked(self, clock: Clock) -> tuple[Item, ...]:
        """Items of which `heard` and `probability` take what the model says, by id."""
        return (self.report,)

    def heard(self, xp: Any, log_silence: Any, predicted: Mapping[str, Any], assumptions: Assumptions) -> Any:
        """Log probability of the silence beside the report, of that without it; both of the shape of a date."""
        raise NotImplementedError

    def probability(self, log_silence: Array, predicted: Mapping[str, Array], assumptions: Assumptions) -> Array:
        """Probability, per draw, that the report is genuine, of the log probability of the silence without it."""
        raise NotImplementedError


class Rumour(Beside):
    """A doubted report of an event, beside a silence about it."""

    @property
    def certain(self) -> bool:
        """Whether the report itself is not doubted, and counts for little only."""
        return self.report.doubt is None or self.report.doubt.reliability == 1

    def heard(self, xp: Any, log_silence: Any, predicted: Mapping[str, Any], assumptions: Assumptions) -> Any:
        weight = self.report.text.weight
        if self.certain:
            return (1.0 - weight) * log_silence
        genuine, background = self._log_shares(xp, predicted[self.report.id], assumptions)
        told = background + log_silence
        if not self.denied:
            told = log_sum(xp, genuine, told)
        return told if weight == 1 else weight * told + (1.0 - weight) * log_silence

    def probability(self, log_silence: Array, predicted: Mapping[str, Array], assumptions: Assumptions) -> Array:
        ready = predicted[self.report.id]
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


class Claimed(Beside):
    """A claim of an event, beside a silence about it."""

    def asked(self, clock: Clock) -> tuple[Item, ...]:
        return self.report, self.after(clock)

    def after(self, clock: Clock) -> Item:
        """The claim, given that nothing was known on the last day on which somebody looked."""
        seen = self.silence.observed
        counted: datetime.date = self.silence.kind.counted_through(seen, clock) or self.as_of
        return after_silence(self.report, min(seen.date or seen.confirmed_through or counted, counted))

    def heard(self, xp: Any, log_silence: Any, predicted: Mapping[str, Any], assumptions: Assumptions) -> Any:
        return log_silence + self.report.text.weight * self.log_ratio(xp, predicted, assumptions)

    def probability(self, log_silence: Array, predicted: Mapping[str, Array], assumptions: Assumptions) -> Array:
        clock = assumptions.clock(self.as_of)
        after = self.after(clock)
        denied = after.probability_genuine(predicted[after.id], clock)
        alone = self.report.probability_genuine(predicted[self.report.id], clock)
        assert denied is not None, self.report.id
        assert alone is not None, self.report.id
        told = self.heard(np, log_silence, predicted, assumptions)
        believed = self.silence.probability_genuine(told, clock)
        share = self.silence.text.weight * (1.0 if believed is None else believed)
        return np.asarray(share * denied + (1.0 - share) * alone)

    def log_ratio(self, xp: Any, predicted: Mapping[str, Any], assumptions: Assumptions) -> Any:
        """Log of how much likelier the claim is than without the silence."""
        clock = assumptions.clock(self.as_of)
        after, alone = (
            item.log_density(xp, xp.ones_like(predicted[item.id]), predicted[item.id], item.figures(clock))
            for item in (self.after(clock), self.report)
        )
        return after - alone


def after_silence(claim: Item, through: datetime.date) -> Item:
    """Return a claim given that nothing was known on a day, under an id of its own.

    Parameters
    ----------
    claim : Item
        Of a kind that `claims_event`.
    through : date
        Last day of the silence.
    """
    observed = ObservedAfterSilence(event=claim.observed.event, date=claim.observed.date, silent_through=through)
    text = claim.text.model_copy(update={"id": f"{claim.id}{AFTER}{through}"})
    return replace(claim, text=text, kind=ClaimAfterSilence(), observed=observed)


def rumours_in(
    items: Iterable[Item], as_of: datetime.date, heard: Iterable[Item] | None = None
) -> dict[str, tuple[Rumour | Claimed, ...]]:
    """By id of each silence among items, the doubted reports and the claims of its event beside it; of those with any.

    Claims stand last: what they make of a silence is a factor, whatever the reports make of it. Where some are held
    out, `heard` are those that are not: no silence is read beside the others.
    """
    every = list(items)
    among = every if heard is None else list(heard)
    reports = [item for item in among if item.kind.reports_event and is_doubted(item)]
    claims = [item for item in among if item.kind.claims_event]
    if not reports and not claims:
        return {}
    beside: dict[str, tuple[Rumour | Claimed, ...]] = {
        silence.id: (
            *(Rumour(each, silence, as_of) for each in reports if each.event == silence.event),
            *(Claimed(each, silence, as_of) for each in claims if each.event == silence.event),
        )
        for silence in every
        if silence.kind.is_silence
    }
    return {name: rumours for name, rumours in beside.items() if rumours}


def reports_among(beside: Iterable[Beside]) -> tuple[Rumour, ...]:
    """Return the doubted reports among what stands beside a silence."""
    return tuple(each for each in beside if isinstance(each, Rumour))


def is_doubted(item: Item) -> bool:
    """Whether a milestone or a silence counts for less than what it says, and leaves room for others."""
    return item.text.weight < 1 or (item.doubt is not None and item.doubt.reliability < 1)
