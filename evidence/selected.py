"""What a question makes of a ledger: items counted, shown and set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a forecast from the prior selects nothing, and need not load any kind of evidence
    from .schema import Item


@dataclass(frozen=True)
class SetAside:
    """An item that a question leaves out.

    Attributes
    ----------
    item : Item
        The item.
    reason : str
        Why, in words.
    """

    item: Item
    reason: str


@dataclass(frozen=True)
class Selection:
    """What a question makes of a ledger; nothing, where there is only the prior.

    Attributes
    ----------
    counted : tuple of Item
        Items whose likelihoods condition the answer.
    checks, priors : tuple of Item
        Items that are shown: held out, or used to set a prior.
    set_aside : tuple of SetAside
        Items known only later, silences that a counted milestone ended, and likelihoods that were not asked for.
    """

    counted: tuple[Item, ...] = ()
    checks: tuple[Item, ...] = ()
    priors: tuple[Item, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


NOTHING_SELECTED = Selection()
