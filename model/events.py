"""Events as data: readings of "a model like Mythos", each a multiple of Mythos's pre-training compute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..priors.distributions import FAMILY_KEYS, take_distribution
from ..priors.errors import InputError, refuse_unknown
from ..priors.families import Family
from ..priors.hierarchy import conditional
from ..priors.layers import Layer, merge, refuse_stranger
from ..priors.row_schemas import EventText
from ..priors.strict import validate
from ..priors.table import PriorTable, where_stated


@dataclass(frozen=True)
class Event:
    """A reading of "a model like Mythos": a multiple of Mythos's pre-training compute.

    Attributes
    ----------
    text : EventText
        Title, references, notes.
    multiple : Family
        What is believed of the multiple.

    Examples
    --------
    >>> from catchup.model import load_assumptions
    >>> event = load_assumptions().event("lean-mythos")
    >>> event.text.title
    'A lean Mythos: most of its level, from an efficient design on pooled domestic chips'
    >>> event.multiple
    TriangularLog10(low=0.2, high=1.0, mode=0.45)
    """

    text: EventText
    multiple: Family


def multiple_name(event: str) -> str:
    """Name under which an event's multiple is drawn."""
    return event.replace("-", "_") + "_multiple"


def describe_quantity(table: PriorTable, name: str) -> tuple[str, str]:
    """Return description and unit of a quantity, or of an event's multiple.

    Examples
    --------
    >>> from catchup.model import load_assumptions
    >>> from catchup.model.events import describe_quantity
    >>> describe_quantity(load_assumptions().table, "mfu_china")[1]
    '1'
    """
    if name in table.quantities:
        text = table.quantities[name].text
        return text.description, text.unit
    return "Multiple of Mythos's pre-training compute that the event asks for", "1"


def load_events(layers: Iterable[Layer], table: PriorTable) -> dict[str, Event]:
    """Validate the events of some layers.

    Raises
    ------
    InputError
        At the first unknown key, family, quantity or reference, a multiple that is not positive, or the name of a
        quantity.
    """
    events, rows = {}, merge(layers, "event", exclusive={"family": FAMILY_KEYS})
    for name, row in rows.items():
        key = f"event.{name}"
        refuse_stranger("event", name, rows, ("title", "family"), key)
        stated, rest = take_distribution(row, EventText, key)
        distribution = conditional(stated, table.beliefs, row.file, key, where_stated(table.quantities))
        text = validate(EventText, rest, file=row.file, key=key)
        refuse_unknown("reference", text.references, table.references, row.file, f"{key}.references")
        low, high = distribution.support()
        if low < 0 or high <= 0:
            raise InputError(f"a multiple above 0 was expected, not {low:g} to {high:g}", file=row.file, key=key)
        if multiple_name(name) in table.quantities:
            raise InputError("an event cannot have the name of a quantity", file=row.file, key=key)
        events[name] = Event(text, distribution)
    return events
