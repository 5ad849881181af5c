"""What stands in the way besides compute, as data: obstacles on a firm's way to an event.

The gate asks when a firm's compute suffices. An obstacle is a quantity that keeps the firm back all the same: a row
says where on the way it acts, which firms and which events it touches. Every quantity is such that 0 is no obstacle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from ..priors.errors import InputError, refuse_unknown
from ..priors.layers import Layer, Row, merge, refuse_stranger
from ..priors.strict import StrictModel, required_keys, validate
from ..priors.table import Quantity
from .firms import Names

Act = Literal["launch-delay", "requirement-lag", "budget-share", "run-setback", "post-training", "serving"]
SomeNames = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

UNITS: dict[Act, str] = {
    "launch-delay": "months",
    "requirement-lag": "months",
    "budget-share": "1",
    "run-setback": "months",
    "post-training": "months",
    "serving": "months",
}
"""By where an obstacle acts, the unit that its quantity must have."""


class Obstacle(StrictModel):
    """One thing that stands in the way.

    `acts` says where on the way: between being able to launch and choosing to (``launch-delay``, months); on the
    know-how that a requirement is met with (``requirement-lag``, months behind the leading Chinese lab); on the share
    of the budget that the run gets (``budget-share``, what rival efforts take as a multiple of what it gets); on the
    run (``run-setback``, months); on what follows it (``post-training``, months); or between being ready and being
    served widely (``serving``, months).

    `quantity` names the quantity, one for all firms or, in a table, one for each firm that is touched. `firms` are
    the firms that one quantity touches, every one by default; `events` are the events that are touched, or
    `not_events` those that are not; every event is by default.
    """

    title: str
    acts: Act
    quantity: str | Annotated[dict[str, str], Field(min_length=1)]
    firms: SomeNames | None = None
    events: SomeNames | None = None
    not_events: SomeNames | None = None
    references: Names = ()
    notes: str = ""

    def touches(self, event: str) -> bool:
        """Whether it stands in the way to an event."""
        if self.events is not None:
            return event in self.events
        return event not in (self.not_events or ())

    def quantity_of(self, firm: str) -> str | None:
        """Name of the quantity that keeps a firm back; None where none does."""
        if isinstance(self.quantity, str):
            return self.quantity if self.firms is None or firm in self.firms else None
        return self.quantity.get(firm)

    @property
    def quantities(self) -> list[str]:
        """Names of its quantities."""
        return [self.quantity] if isinstance(self.quantity, str) else list(dict.fromkeys(self.quantity.values()))


def met(
    obstacles: Mapping[str, Obstacle], acts: Sequence[Act], entries: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Quantities of the obstacles that act somewhere on the way, by event and firm.

    Returns
    -------
    dict
        With an entry for each of `entries`, empty ones among them; none at all where nothing acts there.
    """
    found: dict[tuple[str, str], list[str]] = {at: [] for at in entries}
    for obstacle in obstacles.values():
        if obstacle.acts in acts:
            for event, firm in found:
                quantity = obstacle.quantity_of(firm)
                if quantity is not None and obstacle.touches(event):
                    found[event, firm].append(quantity)
    return found if any(found.values()) else {}


def is_served(obstacles: Mapping[str, Obstacle], event: str) -> bool:
    """Whether an event comes only once a model that is ready is served, too."""
    return any(each.acts == "serving" and each.touches(event) for each in obstacles.values())


def quantities_of(obstacles: Mapping[str, Obstacle], events: Iterable[str], firms: Iterable[str]) -> list[str]:
    """Every quantity that keeps any of some firms from any of some events."""
    events, firms = list(events), list(firms)
    standing = [obstacle for obstacle in obstacles.values() if any(map(obstacle.touches, events))]
    named = (obstacle.quantity_of(firm) for obstacle in standing for firm in firms)
    return list(dict.fromkeys(quantity for quantity in named if quantity is not None))


def load_obstacles(
    layers: Iterable[Layer], quantities: Mapping[str, Quantity], references: Iterable[str], events: Iterable[str]
) -> dict[str, Obstacle]:
    """Validate the obstacles of some layers.

    Parameters
    ----------
    layers : iterable of Layer
        From the lowest to the highest.
    quantities, references, events
        Those that there are, by name.

    Returns
    -------
    dict of str to Obstacle
        By id. Those on firms that do not compete are among them, and touch nobody.

    Raises
    ------
    InputError
        At the first unknown key, act, quantity, firm, event or reference; a quantity of another unit than `UNITS`
        says, or that can be below 0; `firms` beside a table of quantities; `not_events` beside `events`.
    """
    layers = list(layers)
    rows = merge(layers, "obstacle")
    known = {"reference": list(references), "event": list(events), "firm": list(merge(layers, "firm"))}
    obstacles = {}
    for name, row in rows.items():
        key = f"obstacle.{name}"
        refuse_stranger("obstacle", name, rows, required_keys(Obstacle), key)
        obstacle = obstacles[name] = validate(Obstacle, row.values, file=row.file, key=key)
        _check_names(obstacle, row, key, known)
        for quantity in obstacle.quantities:
            _check_quantity(quantity, obstacle.acts, row, f"{key}.quantity", quantities)
    return obstacles


def _check_names(obstacle: Obstacle, row: Row, key: str, known: Mapping[str, Sequence[str]]) -> None:
    by_firm = obstacle.quantity if isinstance(obstacle.quantity, dict) else {}
    if obstacle.firms is not None and by_firm:
        raise InputError("the table of quantities names the firms already", file=row.file, key=f"{key}.firms")
    if obstacle.events is not None and obstacle.not_events is not None:
        raise InputError("events says already which are touched", file=row.file, key=f"{key}.not_events")
    refuse_unknown("firm", by_firm, known["firm"], row.file, f"{key}.quantity")
    refuse_unknown("firm", obstacle.firms or (), known["firm"], row.file, f"{key}.firms")
    refuse_unknown("event", obstacle.events or (), known["event"], row.file, f"{key}.events")
    refuse_unknown("event", obstacle.not_events or (), known["event"], row.file, f"{key}.not_events")
    refuse_unknown("reference", obstacle.references, known["reference"], row.file, f"{key}.references")


def _check_quantity(name: str, acts: Act, row: Row, key: str, quantities: Mapping[str, Quantity]) -> None:
    refuse_unknown("quantity", [name], quantities, row.file, key)
    unit, low = quantities[name].text.unit, quantities[name].distribution.support()[0]
    if unit != UNITS[acts]:
        raise InputError(
            f"what acts as {acts} has the unit '{UNITS[acts]}', but {name} has '{unit}'", file=row.file, key=key
        )
    if low < 0.0:
        raise InputError(
            f"a quantity of 0 or more was expected, but {name} reaches down to {low:g}", file=row.file, key=key
        )
