"""One step of an attribution, and the changes that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..inference.estimates import Estimate

CONFIRMED = "silence confirmed"
"""How a change's title begins by which somebody has looked and seen nothing; runs keep titles, and no kind."""
UNEXPLAINED = "unexplained-"
FOLLOWING = frozenset({"superseded", "returned"})
"""Kinds of changes that come with another of the same step, and are news or a correction as that one is."""


@dataclass(frozen=True)
class Change:
    """What is other after a step than before it.

    Attributes
    ----------
    kind : str
        ``time``, ``priors`` or ``version``; of an item ``added``, ``removed``, ``changed`` or, where silence was
        confirmed through a later day and nothing else was changed, ``confirmed``; beside another item's in the same
        step ``superseded``, where that one takes its place or ends its silence, or ``returned``, where that one did and
        does no more; ``noise``, with ``-before`` or ``-after`` what a forecast published beside what it gives now, each
        after ``unexplained-`` where random numbers do not explain it; ``total`` for all of them.
    item : str
        Id of the item; empty where it is about none.

    Examples
    --------
    >>> Change("added", "eci-lag").id, Change("confirmed", "no-public-model").id
    ('added:eci-lag', 'changed:no-public-model')
    """

    kind: str
    item: str = ""

    @property
    def id(self) -> str:
        """Its name for programs, to whom a silence confirmed is an item changed."""
        word = "changed" if self.kind == "confirmed" else self.kind
        return f"{word}:{self.item}" if self.item else word


@dataclass(frozen=True)
class Step:
    """One change, or several, on the way from a forecast to another.

    Attributes
    ----------
    changes : tuple of Change
        What changed; several where one brings others with it, or the forecasts between them cannot be trusted.
    title : str
        The same in words.
    shifts : mapping of float to Estimate
        By probability, how far it moved that quantile, months.
    probability : Estimate
        How far it moved the probability of being ready by the end of the reference day; no number where a forecast
        differs from what it gives now and has published none of that day.
    ess, khat : float or None
        Of the forecast that it leads to: effective number of draws, and Pareto shape of their weights.
    reasons : tuple of str
        What the program's changelog says of it.
    """

    changes: tuple[Change, ...]
    title: str
    shifts: Mapping[float, Estimate]
    probability: Estimate
    ess: float | None = None
    khat: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its name for programs: the ids of its changes, joined by ``+``."""
        return "+".join(change.id for change in self.changes)

    @property
    def items(self) -> tuple[str, ...]:
        """Ids of the items that it is about."""
        return tuple(change.item for change in self.changes if change.item)

    @property
    def noise(self) -> bool:
        """Whether the median's shift is within noise."""
        return self.shifts[0.5].noise
