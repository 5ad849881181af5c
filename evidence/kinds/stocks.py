r"""Stocks of compute as people report them: of a firm, of a channel, of the country.

Before t = 0 the model holds no stock; there a report is held against

.. math:: \mathrm{stock}(t) = \mathrm{stock}(0)\, g^{t / 12}, \qquad t < 0,

with g the yearly growth until t = 0 that the item states.

Which channels bring compute into the country, and which are bought as capital, ``stock`` of ``evidence/units.toml``
says: what is there at t = 0, and what is imported, smuggled or made since. Neither has compute rented abroad, nor what
start-ups hold and add, which is taken to be a part of what stands inside the country already.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any

from ...model.assumptions import Assumptions
from ...model.enacted import in_force
from ...model.equations import MONTHS_PER_YEAR
from ...model.flows import whole_flows
from ...model.mechanisms.own import LINEAR
from ...model.policies import NO_INTERVENTION, Intervention
from ...model.pools import pool_of_sources
from ...model.race import Source
from .kind import ModelState

ALMOST_ALL = 0.999  # probability of a quantity's lying below the largest value that is reckoned with, if it has none


def sources_of(
    assumptions: Assumptions, firm: str | None = None, channels: Collection[str] | None = None
) -> dict[str, Source]:
    """Sources of a firm, or of all firms together with every flow once and whole.

    Parameters
    ----------
    assumptions : Assumptions
        The race.
    firm : str, optional
        Whose part; by default the whole of what the model divides among firms, and of what others buy as one does.
    channels : collection of str, optional
        Only sources of these channels.
    """
    race = assumptions.race
    chosen = {name: each for name, each in race.sources.items() if channels is None or each.channel in channels}
    if firm is not None:
        owner = race.firm_named(firm)
        owned = {name: source for name, source in chosen.items() if source.firm == owner}
        # with what of it cannot train: people report what is owned
        return {name: source.model_copy(update={"usable": None}) for name, source in owned.items()}
    return whole_flows(race, assumptions.table.quantities, chosen)


def stock_at(xp: Any, state: ModelState, sources: dict[str, Source], month: Any, yearly_growth: Any) -> Any:
    """H100e of some sources at a month; see the module for one before t = 0."""
    assumptions, day = state.assumptions, xp.maximum(month, 0.0)

    def under(change: Intervention) -> Any:
        return pool_of_sources(xp, assumptions, sources, state.quantity, change.kept, change.stop).at(xp, day)

    later = under(NO_INTERVENTION)
    for step in in_force(assumptions.enacted, assumptions.levers, assumptions.race, state.quantity):
        later = xp.where(day >= step.act_from_month, under(step), later)
    return later * xp.exp(xp.minimum(month, 0.0) / MONTHS_PER_YEAR * xp.log(yearly_growth))


def growth_lacking(first: date, yearly_growth: float | None, assumptions: Assumptions) -> tuple[str, str] | None:
    """Say, as `Kind.misfit` does, that a day before t = 0 needs the growth of stocks until then."""
    origin = assumptions.calendar.origin
    if first >= origin or yearly_growth is not None:
        return None
    problem = f"is missing: {first} is before {origin}, from which on the model has stocks"
    return "likelihood.yearly_growth", problem


def last_arrival(assumptions: Assumptions, sources: dict[str, Source]) -> float:
    """Month by which all of some sources has come, each quantity near its largest; infinite if one goes on for ever."""

    def months(entry: float | str | None) -> float:
        return _largest(assumptions, entry) if isinstance(entry, str) else float(entry or 0.0)

    arriving = [source for source in sources.values() if source.arrives]
    if any(assumptions.mechanisms.arrivals_of(source) != LINEAR for source in arriving):
        return math.inf
    return max((months(source.start) + months(source.length) for source in arriving), default=0.0)


def _largest(assumptions: Assumptions, name: str) -> float:
    high = assumptions.beliefs[name].support()[1]
    return float(high) if math.isfinite(high) else float(assumptions.quantiles(name, [ALMOST_ALL])[0])


def most_of_all(assumptions: Assumptions, enough: float = math.inf) -> float:
    """The most that all firms together have when everything has arrived, each quantity near its largest (H100e).

    No more than is `enough` is looked up: quantities that hang on others take half a second, and come last.
    """
    largest = partial(_largest, assumptions)

    def whole(source: Source) -> float:
        amount = math.prod(map(largest, source.amount))
        if source.per is None or source.length is None:
            return amount
        length = source.length if isinstance(source.length, float) else largest(source.length)
        return amount * length / max(float(assumptions.quantiles(source.per, [1.0 - ALMOST_ALL])[0]), 1e-6)

    def hangs_on_others(source: Source) -> bool:
        names = [*source.amount, source.per, source.length]
        return any(isinstance(name, str) and assumptions.beliefs[name].parents for name in names)

    most = 0.0
    for source in sorted(sources_of(assumptions).values(), key=hangs_on_others):
        if most >= enough:
            break
        most += whole(source)
    return most
