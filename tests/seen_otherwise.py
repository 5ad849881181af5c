"""Items of which something else has been seen than their files say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from catchup.evidence.schema import Item
from catchup.model.calendar import Clock


@dataclass(frozen=True)
class SeenOtherwise(Item):
    """An item with another observation, in the coordinate of its kind, and the file's figures.

    Attributes
    ----------
    seen : float
        That observation.
    """

    seen: float = math.nan

    def observation(self, clock: Clock) -> float:
        return self.seen


def items_that_saw(items: Iterable[Item], seen: Mapping[str, float]) -> tuple[Item, ...]:
    """The same items, each with what was seen of it."""
    kept = [field.name for field in fields(Item)]
    return tuple(SeenOtherwise(**{name: getattr(item, name) for name in kept}, seen=seen[item.id]) for item in items)
