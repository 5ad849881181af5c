r"""`shipment`: chips that have come through a channel by a day, or the report that none has.

Of n > 0 chips of h H100e each, with a(t) what the model lets arrive through the channel by day t, for all firms,

.. math:: \log(n h) \sim N\bigl(\log a(t), s\bigr) .

Where none has been seen (n = 0), arrivals may still have gone unnoticed: with u the H100e that pass on average before
one is noticed,

.. math:: \log P(\text{none seen}) = -a(t) / u .

An observation of 1 is then none seen, 0 some.
"""

from __future__ import annotations

import datetime
import math
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ...model.assumptions import Assumptions
from ...model.race import Source
from ...priors.log_densities import log_normal_density
from ...priors.strict import StrictModel
from ..units import H100E, ChipName, h100e_of
from .kind import Clock, Figures, Kind, ModelState, Name, Positive, calculable, log_of
from .stocks import sources_of, stock_at

NONE_SEEN = "unnoticed_h100e"  # the figure by which a density is told that none was seen
SMALLEST = 1e-12  # of what is noticed on average; keeps the logarithm of "some seen" finite, with its gradient


class Observed(StrictModel):
    """How many chips of which type, 0 for none, through which channel by which day."""

    value: Annotated[float, Field(ge=0), AfterValidator(calculable)]
    chip: ChipName = H100E
    channel: Name
    date: datetime.date


class Likelihood(StrictModel):
    """Scatter of the count's logarithm, or where none was seen what passes unnoticed on average, H100e."""

    sd: Positive | None = None
    unnoticed_h100e: Positive | None = None


class Shipment(Kind[Observed, Likelihood]):
    """Arrivals through a channel."""

    name: ClassVar[str] = "shipment"
    unit: ClassVar[str] = "log H100e; of none seen, 1 for none and 0 for some"
    subject: ClassVar[str] = "Shipments of chips"
    amount: ClassVar[str] = "value"
    observed = Observed
    likelihood = Likelihood

    def of_every_firm(self, observed: Observed) -> bool:
        return True

    def channel(self, observed: Observed) -> str | None:
        return observed.channel

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def unit_of(self, observed: Observed) -> str:
        return "log H100e" if observed.value else self.unit

    def two_outcomes(self, observed: Observed) -> bool:
        return observed.value == 0

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        origin = assumptions.calendar.origin
        if observed.date < origin:
            return "observed.date", f"{observed.date} is before {origin}, when arrivals begin"
        if not arriving(assumptions, observed.channel):
            known = [channel for channel in assumptions.race.channels() if arriving(assumptions, channel)]
            return "observed.channel", f"nothing arrives through '{observed.channel}', but through {', '.join(known)}"
        begins = min(_begins(assumptions, source) for source in arriving(assumptions, observed.channel).values())
        if observed.value and assumptions.calendar.months(observed.date) <= begins:
            first = assumptions.calendar.day(begins)
            return "observed.date", f"nothing arrives through '{observed.channel}' before {first} in the model"
        needed = _needed(observed)
        if getattr(likelihood, needed) is None:
            return f"likelihood.{needed}", f"is missing: {observed.value:g} chips need it"
        return None

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value * h100e_of(observed.chip)) if observed.value else 1.0

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        needed = _needed(observed)
        return {"date": clock.months(observed.date), needed: getattr(likelihood, needed)}

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        sources = arriving(state.assumptions, observed.channel)
        arrived = stock_at(xp, state, sources, figures["date"], 1.0)
        return log_of(xp, arrived) if observed.value else arrived

    def log_density(self, xp: Any, value: Any, prediction: Any, figures: Figures) -> Any:
        if NONE_SEEN not in figures:
            return log_normal_density(xp, value, prediction, figures["sd"])
        passed = prediction / figures[NONE_SEEN]
        return xp.where(value > 0.5, -passed, xp.log(-xp.expm1(-xp.maximum(passed, SMALLEST))))

    def simulate(self, xp: Any, normal: Any, uniform: Any, prediction: Any, figures: Figures) -> Any:
        if NONE_SEEN not in figures:
            return prediction + figures["sd"] * normal
        unseen = uniform < xp.exp(-prediction / figures[NONE_SEEN])
        return xp.where(unseen, xp.ones_like(prediction), xp.zeros_like(prediction))

    def explanation(self, value: float, figures: Figures) -> float:
        return 0.0 if NONE_SEEN in figures else value


def arriving(assumptions: Assumptions, channel: str) -> dict[str, Source]:
    """Sources that bring compute through a channel over time, for all firms."""
    return {name: source for name, source in sources_of(assumptions, channels=(channel,)).items() if source.arrives}


def _begins(assumptions: Assumptions, source: Source) -> float:
    """Month in which a source's first may have arrived."""
    start = source.start
    return float(assumptions.beliefs[start].support()[0]) if isinstance(start, str) else float(start or 0.0)


def _needed(observed: Observed) -> str:
    """The figure that the likelihood needs, by whether anything was seen."""
    return "sd" if observed.value else NONE_SEEN
