"""What is asked of the model from Python: events, quantities, grids and months that are none are refused by name."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from numbers import Real

from ..priors.arguments import listed, refuse_others
from ..priors.errors import InputError, refuse_unknown

FINEST_GRID, COARSEST_GRID = 0.001, 120.0  # months: rounding forgives a part of the grid, which must be next to nothing


def named_events(events: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return ids of events.

    Parameters
    ----------
    events : iterable of str
        As they were asked for.
    known : collection of str
        Those that there are.

    Raises
    ------
    InputError
        If they are no list of such ids.
    """
    found = listed("events", events, "ids of events")
    refuse_unknown("event", found, known, key="events")
    return found


def named_quantities(argument: str, names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return names of quantities; refuses, naming the argument, what is no list of those that there are."""
    found = listed(argument, names, "names of quantities")
    refuse_unknown("quantity", found, known, key=argument)
    return found


def check_launch_grid(months: float | None) -> None:
    """Refuse months between possible launches that are no number, so few that rounding matters, or too many."""
    refuse_others("launch_grid", months, (Real, type(None)), "a number of months")
    if months is not None and not FINEST_GRID <= months <= COARSEST_GRID:
        expected = f"months from {FINEST_GRID:g} to {COARSEST_GRID:g} were expected"
        raise InputError(f"{expected}, not {months:g}", key="--launch-grid")


def check_month(month: float) -> None:
    """Refuse a month of the question that is no finite number."""
    key = "as_of_month"
    refuse_others(key, month, Real, "a month since t = 0")
    if not math.isfinite(month):
        raise InputError(f"a finite month since t = 0 was expected, not {month:g}", key=key)
