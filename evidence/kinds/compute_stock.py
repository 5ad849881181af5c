r"""`compute_stock`: compute that a firm, a channel or the country has on a day, in chips of a type or in H100e.

.. math:: \log(n h) \sim N\bigl(\log\mathrm{stock}(t), s\bigr), \qquad s^2 = s_r^2 + s_c^2

n chips of h H100e each are what was reported, :math:`s_r` the error that its interval states, if it has one, and
:math:`s_c` the scatter between ways of counting. The stock is that of a firm (its pool, or what came to it through one
channel); without a firm, all that came through a channel; without either, what stands inside the country. What the
model divides among firms is then counted once and whole, and what one firm buys as others do as often as there are
buyers. See `stocks` for a day before t = 0.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ...model.assumptions import Assumptions
from ...model.race import Source
from ...priors.strict import StrictModel
from ..units import H100E, ChipName, h100e_of, units
from .estimate import Interval, Level, level_of_nothing, log_interval_sd
from .kind import Clock, Figures, ModelState, Name, Positive, calculable, log_of
from .normal import ReadingKind
from .stocks import growth_lacking, sources_of, stock_at


class Observed(StrictModel):
    """How many chips of which type, whose, and on which day."""

    value: Positive
    interval: Interval | None = None
    level: Level = 0.95
    chip: ChipName = H100E
    firm: Name | None = None
    channel: Name | None = None
    date: datetime.date


class Likelihood(StrictModel):
    """Scatter of the stock's logarithm beyond its interval, and growth by the year until t = 0."""

    sd: Positive
    yearly_growth: Annotated[float, Field(ge=1), AfterValidator(calculable)] | None = None


class ComputeStock(ReadingKind[Observed, Likelihood]):
    """A stock of compute."""

    name: ClassVar[str] = "compute_stock"
    unit: ClassVar[str] = "log H100e"
    subject: ClassVar[str] = "Stocks of compute"
    amount: ClassVar[str] = "value"
    observed = Observed
    likelihood = Likelihood

    def of_every_firm(self, observed: Observed) -> bool:
        return observed.firm is None

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def channel(self, observed: Observed) -> str | None:
        return observed.channel

    def day(self, observed: Observed) -> datetime.date | None:
        return observed.date

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        if observed.firm is None and not _sources(observed, assumptions):
            return "observed.firm", "is missing: no firm in the race has what would be counted of the whole country"
        return level_of_nothing(observed) or growth_lacking(observed.date, likelihood.yearly_growth, assumptions)

    def held(self, observed: Observed) -> float | None:
        return None if observed.firm is None else observed.value * h100e_of(observed.chip)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value * h100e_of(observed.chip))

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {
            "date": clock.months(observed.date),
            "reading_sd": log_interval_sd(observed.interval, observed.level),
            "sd": likelihood.sd,
            "yearly_growth": likelihood.yearly_growth or 1.0,
        }

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        sources = _sources(observed, state.assumptions)
        return log_of(xp, stock_at(xp, state, sources, figures["date"], figures["yearly_growth"]))


def _sources(observed: Observed, assumptions: Assumptions) -> dict[str, Source]:
    channels: Collection[str] | None = None if observed.channel is None else (observed.channel,)
    if observed.firm is None and channels is None:
        channels = units().stock.country
    return sources_of(assumptions, observed.firm, channels)
