"""What a question makes of a ledger: items counted, shown and set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a forecast from the prior selects nothing, and need not load any kind of evidence
    from .schema import Item

SET_ASIDE = "set aside: "
"""How a forecast's notes of items that it leaves out begin, by which those that a run keeps are told."""


@dataclass(frozen=True)
class SetAside:
    """An item that a question leaves out.

    Attributes
    ----------
    item : Item
        The item.
    reason : str
        Why, in words.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import load_ledger, select
    >>> from catchup.model import load_assumptions
    >>> selection = select(load_ledger(), "default", date(2026, 6, 5), load_assumptions())
    >>> {each.item.id: each.reason for each in selection.set_aside}["eci-lag"]
    'known since 2026-06-12, after 2026-06-05'
    """

    item: Item
    reason: str

    @property
    def note(self) -> str:
        """What a forecast's notes say of it."""
        return f"{SET_ASIDE}{self.item.id} ({self.reason})"


@dataclass(frozen=True)
class Selection:
    """What a question makes of a ledger; nothing, where there is only the prior.

    Attributes
    ----------
    counted : tuple of Item
        Items whose likelihoods condition the answer.
    checks, priors : tuple of Item
        Items that are shown: held out, or used to set a prior. One whose role is `prior` is held out by a model of
        whose priors none rests on its statements.
    set_aside : tuple of SetAside
        Items known only later or retracted, silences that a counted milestone ended, and likelihoods that were not
        asked for.
    ledger : str
        Folder of the ledger, where it is not the project's own; else empty.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import load_ledger, select
    >>> from catchup.model import load_assumptions
    >>> selection = select(load_ledger(), "eci-lag", date(2026, 11, 26), load_assumptions())
    >>> [item.id for item in selection.counted], len(selection.checks) > 0
    (['eci-lag'], True)
    """

    counted: tuple[Item, ...] = ()
    checks: tuple[Item, ...] = ()
    priors: tuple[Item, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    ledger: str = ""

    def __repr__(self) -> str:
        counted = ", ".join(item.id for item in self.counted) or "none"
        numbers = f"{len(self.checks)} checks, {len(self.priors)} priors, {len(self.set_aside)} set aside"
        return f"Selection(counted: {counted}; {numbers})"


def retraction(day: object, why: str | None) -> str:
    """Say when, a day as ISO writes it, and why an item was retracted."""
    return f"on {day}: {why}"


def place_taken_by(name: str) -> str:
    """Say that an item is set aside because another, of this id, replaces it."""
    return f"{name} takes its place"


def ended_by(name: str) -> str:
    """Say that a silence is set aside because a report, of this id, ended it."""
    return f"the silence was ended by {name}"


NOTHING_SELECTED = Selection()
