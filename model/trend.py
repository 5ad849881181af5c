r"""Trend forecasters: the same event's date from how far behind Chinese models are measured to be.

On day t (months since t = 0) Chinese models are

.. math:: L(t) = L_m + g\,(t - t_m)

months behind the frontier, having been :math:`L_m` behind when that was measured, with a gap that grows by g months
a month. They do on day t what the frontier did on day t - L(t). Where the frontier's trend comes to Mythos's
level on day h, they come to it on the day with :math:`t - L(t) = h`,

.. math:: T = \frac{h + L_m - g\,t_m}{1 - g} .

With g = 0 and h = 0 this is the lag itself, counted from the day Mythos was ready. The frontier's trend, whose compute
with progress counted in grows by a factor f a year, came to an event that asks for a multiple m of Mythos's compute
earlier by

.. math:: -12 \log m / \log f

months: for such an event, h is less by as much.

References
----------
.. [1] "China will likely have its own Mythos-like model around February 2027", The Substrate, 2026: the two trends
   that it sets beside its own forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..priors.errors import InputError, refuse_unknown
from ..priors.layers import Row, merge
from ..priors.strict import StrictModel, validate
from .assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from .equations import log_growth_per_month
from .firms import Names
from .obstacles import is_served


class TrendText(StrictModel):
    """A trend's row: what it is called, the quantities it is made of and the day its lag was measured."""

    title: str
    lag: str
    measured: date
    growth: str | None = None
    lead: str | None = None
    frontier: str = "trend_frontier_growth"
    references: Names = ()

    def quantities(self, events: Iterable[str] = ()) -> list[str]:
        """Quantities it draws on, to date some events beside Mythos's own level."""
        others = [multiple_name(event) for event in events if event != DEFAULT_EVENT]
        names = [self.lag, self.growth, self.lead, *([self.frontier, *others] if others else [])]
        return [name for name in names if name is not None]


@dataclass(frozen=True)
class Trend:
    """A trend with values for its quantities; an array of shape (draw,), or a scalar variable, each.

    Attributes
    ----------
    lag : (draw,)
        Months behind on the day it was measured.
    growth : (draw,)
        Months by which that grows in a month.
    lead : (draw,)
        Months after t = 0 at which the frontier's trend comes to Mythos's level.
    measured : float
        That day, months since t = 0.
    earlier : mapping of str to (draw,)
        By event, months by which the frontier's trend came to it before it came to Mythos's level.
    """

    lag: Any
    growth: Any
    lead: Any
    measured: float
    earlier: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, xp: Any, text: TrendText, assumptions: Assumptions, values: Mapping[str, Any], events: Iterable[str] = ()
    ) -> Trend:
        """Give a row's quantities their values, to date some events beside Mythos's own level.

        `xp` is ``numpy`` or ``pytensor.tensor``.
        """
        nothing = values[text.lag] * 0.0
        earlier = {
            event: -xp.log(values[multiple_name(event)]) / log_growth_per_month(xp, values[text.frontier])
            for event in events
            if event != DEFAULT_EVENT
        }
        return cls(
            lag=values[text.lag],
            growth=values[text.growth] if text.growth else nothing,
            lead=values[text.lead] if text.lead else nothing,
            measured=assumptions.calendar.months(text.measured),
            earlier=earlier,
        )

    def lag_on(self, months: float) -> Any:
        """Months behind at a time (months since t = 0)."""
        return self.lag + self.growth * (months - self.measured)

    @property
    def ready(self) -> Any:
        """Months since t = 0 at which a Chinese lab comes to Mythos's level."""
        return self.ready_of(DEFAULT_EVENT)

    def ready_of(self, event: str) -> Any:
        """Months since t = 0 at which a Chinese lab comes to an event."""
        lead = self.lead if event == DEFAULT_EVENT else self.lead - self.earlier[event]
        return (lead + self.lag - self.growth * self.measured) / (1.0 - self.growth)


def trends_to(assumptions: Assumptions, event: str) -> dict[str, TrendText]:
    """Read the trends that can date an event; see `trends_date`, and `load_trends` for what it raises."""
    return load_trends(assumptions) if trends_date(assumptions, event) else {}


def trends_date(assumptions: Assumptions, event: str) -> bool:
    """Whether trends can date an event: they say when a model is there, not when it is served widely."""
    return not is_served(assumptions.obstacles, event)


def load_trends(assumptions: Assumptions) -> dict[str, TrendText]:
    """Read the trends of the assumptions' layers.

    Raises
    ------
    InputError
        At the first unknown key, quantity or reference, or a gap that grows so fast that it never closes.
    """
    table, trends = assumptions.table, {}
    for name, row in merge(assumptions.layers, "trend").items():
        key = f"trend.{name}"
        trend = trends[name] = validate(TrendText, row.values, file=row.file, key=key)
        for entry in ("lag", "growth", "lead", "frontier"):
            quantity = getattr(trend, entry)
            named = [] if quantity is None else [quantity]
            refuse_unknown("quantity", named, table.quantities, row.file, f"{key}.{entry}")
        refuse_unknown("reference", trend.references, table.references, row.file, f"{key}.references")
        if trend.growth is not None:
            _check_growth(assumptions, trend.growth, row, f"{key}.growth")
        slowest = assumptions.beliefs[trend.frontier].support()[0]
        if slowest < 1.0:
            raise InputError(
                f"a factor above 1 was expected, but {trend.frontier} reaches {slowest:g}: no frontier moves on by it",
                file=row.file,
                key=f"{key}.frontier",
            )
    return trends


def _check_growth(assumptions: Assumptions, growth: str, row: Row, key: str) -> None:
    highest = assumptions.beliefs[growth].support()[1]
    if not highest < 1.0:
        raise InputError(
            f"{growth} reaches {highest:g} months a month: a gap that grows by a month or more a month never closes",
            file=row.file,
            key=key,
        )
