"""Which items say something of a model of another shape than the race's: measured lags, and dates of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...evidence.kinds.capability_lag import CapabilityLag
from ...evidence.kinds.lag_records import LagRecords
from ...evidence.kinds.reporting import ReportingKind
from ...evidence.schema import Item
from ...model.assumptions import DEFAULT_EVENT, Assumptions
from .structure_registry import Structure

LAG_KINDS = (CapabilityLag, LagRecords)
DATE_KINDS = (ReportingKind,)


@dataclass(frozen=True)
class SetAside:
    """An item that does not count for a structure, and why."""

    item: str
    reason: str


def set_aside(assumptions: Assumptions, structure: Structure, items: Sequence[Item]) -> tuple[SetAside, ...]:
    """Items that do not count for a structure: about something else, or what its prior rests on already."""
    table = assumptions.table.quantities
    drawn_on = [name for name in structure.quantities if name in table]
    rests_on = {statement: name for name in drawn_on for statement in table[name].text.shares}
    aside = []
    for item in items:
        twice = [statement for statement in item.text.shares if statement in rests_on]
        if not isinstance(item.kind, (*LAG_KINDS, *DATE_KINDS)):
            aside.append(SetAside(item.id, "says nothing of measured lags or dates"))
        elif not structure.speaks_of(item.event or DEFAULT_EVENT):
            aside.append(SetAside(item.id, f"is about {item.event}"))
        elif twice and item.text.weight == 1.0:
            aside.append(SetAside(item.id, f"rests on '{twice[0]}', as {rests_on[twice[0]]} does"))
    return tuple(aside)


def countable(assumptions: Assumptions, structure: Structure, items: Sequence[Item]) -> tuple[Item, ...]:
    """Items that count for a structure."""
    left_out = {aside.item for aside in set_aside(assumptions, structure, items)}
    return tuple(item for item in items if item.id not in left_out)
