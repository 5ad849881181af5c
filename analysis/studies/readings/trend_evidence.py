"""Which items say something of a trend, and what a trend shows them.

The kinds' own densities are used. Where the race's date of readiness doubles as the true lag, a trend has a lag
of its own, which the day of the measurement picks out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....evidence.kinds.capability_lag import CapabilityLag, gap_quantities
from ....evidence.kinds.kind import ModelState
from ....evidence.kinds.lag_records import RELEASE_DELAYS, LagRecords
from ....evidence.kinds.reporting import ReportingKind
from ....evidence.schema import Item
from ....model.assumptions import DEFAULT_EVENT, Assumptions
from ....model.trend import Trend, TrendText

LAG_KINDS = (CapabilityLag, LagRecords)
DATE_KINDS = (ReportingKind,)


@dataclass(frozen=True)
class SetAside:
    """An item that does not count for a trend, and why."""

    item: str
    reason: str


def set_aside(
    assumptions: Assumptions, text: TrendText, items: Sequence[Item], event: str = DEFAULT_EVENT
) -> tuple[SetAside, ...]:
    """Items that do not count for a trend to an event: about something else, or what its prior rests on already."""
    rests_on = {
        statement: name for name in text.quantities() for statement in assumptions.table.quantities[name].text.shares
    }
    aside = []
    for item in items:
        twice = [statement for statement in item.text.shares if statement in rests_on]
        if not isinstance(item.kind, (*LAG_KINDS, *DATE_KINDS)):
            aside.append(SetAside(item.id, "says nothing of measured lags or dates"))
        elif item.event not in (DEFAULT_EVENT, event):
            aside.append(SetAside(item.id, f"is about {item.event}"))
        elif twice and item.text.weight == 1.0:
            aside.append(SetAside(item.id, f"rests on '{twice[0]}', as {rests_on[twice[0]]} does"))
    return tuple(aside)


def countable(
    assumptions: Assumptions, text: TrendText, items: Sequence[Item], event: str = DEFAULT_EVENT
) -> tuple[Item, ...]:
    """Items that count for a trend to an event."""
    left_out = {aside.item for aside in set_aside(assumptions, text, items, event)}
    return tuple(item for item in items if item.id not in left_out)


def seen_by(item: Item, assumptions: Assumptions, trend: Trend, values: Mapping[str, Any]) -> ModelState:
    """What a trend shows an item: the lag on the day that it measured, or the date of readiness."""
    event = item.event or DEFAULT_EVENT
    if isinstance(item.kind, LAG_KINDS):
        seen = trend.lag_on(item.figures(assumptions.clock(item.text.known_since))["date"])
        # the trend says itself how far behind they are on the day, from release to release
        values = {**values, **dict.fromkeys((*gap_quantities(item.observed.scope), *RELEASE_DELAYS), 0.0)}
    else:
        seen = trend.ready_of(event)
    return ModelState(assumptions, quantity=values, mythos_flop=None, ready={event: seen}, pools={}, flop_month={})
