"""A firm's compute through time: what is there from t = 0, and what arrives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import equations
from .assumptions import Assumptions
from .mechanisms.mechanism import Arrivals
from .mechanisms.own import LINEAR
from .policies import NEVER_STOPS
from .race import Source

Values = Mapping[str, Any]
SHORTEST_ARRIVAL = 1e-6  # months, a few seconds


@dataclass(frozen=True)
class Pool:
    """A firm's compute through time.

    Attributes
    ----------
    stock : (draw,)
        H100e at t = 0.
    rate, start, length : tuple of (draw,) or float
        H100e a month, first month and months of arrivals, with an entry for each arriving source.
    curves : tuple of Curve
        How each arrives; none where all of them arrive evenly, within a length that a stop has shortened already.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions, outcome
    >>> assumptions = load_assumptions(model="article")
    >>> medians = {name: assumptions.quantiles(name, [0.5]) for name in assumptions.needed()}
    >>> world, found = outcome(assumptions, medians)
    >>> [world.pools["hyperscaler"].at(np, months).round(-4) for months in (0.0, 12.0)]
    [array([1030000.]), array([1680000.])]
    """

    stock: Any
    rate: tuple[Any, ...]
    start: tuple[Any, ...]
    length: tuple[Any, ...]
    curves: tuple[Curve, ...] = ()

    def at(self, xp: Any, t: Any) -> Any:
        """H100e at time t (months)."""
        if not self.curves:
            return equations.pool(xp, t, self.stock, self.rate, self.start, self.length)
        ramps = zip(self.rate, self.start, self.length, self.curves, strict=True)
        return self.stock + sum(
            rate * curve.months_arrived(xp, t, start, length) for rate, start, length, curve in ramps
        )


@dataclass(frozen=True, kw_only=True)
class PoolInTurn(Pool):
    """A firm's compute where circumstances change in a month; a pool from then on.

    Attributes
    ----------
    before : Pool
        Until the month.
    month : float
        Since t = 0.
    """

    before: Pool
    month: float

    def at(self, xp: Any, t: Any) -> Any:
        since = t >= self.month
        if isinstance(since, bool):  # a number, which no graph takes for a condition
            return super().at(xp, t) if since else self.before.at(xp, t)
        return xp.where(since, super().at(xp, t), self.before.at(xp, t))


@dataclass(frozen=True)
class Curve:
    """How a source arrives.

    Attributes
    ----------
    arrivals : Arrivals
        The way of it.
    stop : (draw,) or float
        Month in which its arrivals stop.
    values : tuple of (draw,) or float
        Of the quantities that it draws on.
    """

    arrivals: Arrivals
    stop: Any
    values: tuple[Any, ...]

    def months_arrived(self, xp: Any, t: Any, start: Any, length: Any) -> Any:
        """Months' worth of arrivals by time t, at the source's mean rate."""
        values = dict(zip(self.arrivals.quantities, self.values, strict=True))
        return self.arrivals.months_arrived(xp, xp.minimum(t, self.stop), start, length, values)


def pool_of(
    xp: Any, assumptions: Assumptions, firm: str, values: Values, kept: Mapping[str, Any], stop: Mapping[str, Any]
) -> Pool:
    """A firm's pool, of all its sources.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    assumptions : Assumptions
        The race.
    firm : str
        Whose pool.
    values : mapping
        Quantity name to values, shape (draw,) or a scalar variable.
    kept, stop : mapping
        Per source, the share kept and the month its arrivals stop; see `Intervention`.
    """
    race = assumptions.race
    return pool_of_sources(
        xp, assumptions, {name: race.sources[name] for name in race.sources_of(firm)}, values, kept, stop
    )


def pool_of_sources(
    xp: Any,
    assumptions: Assumptions,
    sources: Mapping[str, Source],
    values: Values,
    kept: Mapping[str, Any],
    stop: Mapping[str, Any],
) -> Pool:
    """What some sources bring together, whoever has them; at least one of them. Parameters as of `pool_of`."""
    amounts: dict[str, Any] = {}
    for name, source in sources.items():
        amount = math.prod((values[quantity] for quantity in source.amount[1:]), start=values[source.amount[0]])
        if source.usable is not None:
            amount = equations.usable_stock(amount, values[source.usable])
        amounts[name] = amount * kept[name] if name in kept else amount
    present = [amount for name, amount in amounts.items() if not sources[name].arrives]
    stock = sum(present[1:], start=present[0]) if present else next(iter(amounts.values())) * 0.0
    arriving = {name: source for name, source in sources.items() if source.arrives}
    starts = [_number_or_value(source.start, values) for source in arriving.values()]
    lengths = [_months(xp, source.length, values) for source in arriving.values()]
    rates = [
        equations.arrival_rate(amounts[name], _months(xp, source.per, values) if source.per else length)
        for (name, source), length in zip(arriving.items(), lengths, strict=True)
    ]
    ways = [assumptions.mechanisms.arrivals_of(source) for source in arriving.values()]
    if any(way != LINEAR for way in ways):
        curves = tuple(
            Curve(way, stop.get(name, NEVER_STOPS), tuple(values[quantity] for quantity in way.quantities))
            for name, way in zip(arriving, ways, strict=True)
        )
        return Pool(stock, tuple(rates), tuple(starts), tuple(lengths), curves)
    lengths = [
        equations.arrival_length(xp, start, length, stop[name]) if name in stop else length
        for name, start, length in zip(arriving, starts, lengths, strict=True)
    ]
    return Pool(stock, tuple(rates), tuple(starts), tuple(lengths))


def _months(xp: Any, entry: float | str | None, values: Values) -> Any:
    """A duration; one that is drawn can come so near to nothing that nothing could be divided by it."""
    return xp.maximum(_number_or_value(entry, values), SHORTEST_ARRIVAL)


def _number_or_value(entry: float | str | None, values: Values) -> Any:
    return values[entry] if isinstance(entry, str) else entry
