r"""`capital_spending`: what a firm, or the country, spends as capital in a year, in any currency.

.. math:: \log y \sim N\Bigl(\log\frac{p\,\Delta}{a},\ s\Bigr), \qquad
          \Delta = \mathrm{stock}(t_1) - \mathrm{stock}(t_0)

y are US dollars at the year's rate, :math:`t_0` and :math:`t_1` the months at which the year begins and ends,
:math:`\Delta` the H100e bought in it, p what an H100e costs as capital (``capital_per_h100e``: chips, servers,
network, building) and a the part of the spending that buys them (``ai_capital_share``), unless the item reports it.
Rented compute is not bought: `rental_spend` is for that. See `stocks` for a year that begins before t = 0.
"""

from __future__ import annotations

import datetime
import math
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ...model.assumptions import Assumptions
from ...priors.strict import StrictModel
from ..units import USD, CurrencyName, units, usd
from .estimate import Share
from .kind import Clock, Figures, ModelState, Name, Positive, calculable, log_of
from .money import in_other_currencies, rate_known
from .normal import NormalKind
from .stocks import growth_lacking, last_arrival, sources_of, stock_at

HALF_A_YEAR = 6  # months of a year in which sources must go on for its spending to be held against them
PRICE, AI_SHARE = "capital_per_h100e", "ai_capital_share"


class Observed(StrictModel):
    """How much, in which currency and year, whose, and the part for AI where that is reported."""

    value: Positive
    currency: CurrencyName = USD
    year: Annotated[int, Field(ge=2000, le=2100), AfterValidator(rate_known)]
    firm: Name | None = None
    ai_share: Share | None = None


class Likelihood(StrictModel):
    """Scatter of the spending's logarithm, and growth by the year of stocks until t = 0."""

    sd: Positive
    yearly_growth: Annotated[float, Field(gt=1), AfterValidator(calculable)] | None = None


class CapitalSpending(NormalKind[Observed, Likelihood]):
    """A year's capital spending."""

    name: ClassVar[str] = "capital_spending"
    unit: ClassVar[str] = "log USD"
    subject: ClassVar[str] = "Capital spending"
    amount: ClassVar[str] = "value"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return (PRICE,) if observed.ai_share else (PRICE, AI_SHARE)

    def of_every_firm(self, observed: Observed) -> bool:
        return observed.firm is None

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def misreadings(self, observed: Observed) -> dict[str, Observed]:
        return {**super().misreadings(observed), **in_other_currencies(observed)}

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        sources = sources_of(assumptions, observed.firm, units().stock.bought)
        if not sources and observed.firm is None:
            return "observed.firm", "is missing: no firm in the race buys compute, and what it rents is rental_spend"
        if not sources:
            return "observed.firm", f"{observed.firm} buys no compute in the model, but rents it: see rental_spend"
        last = assumptions.calendar.day(last_arrival(assumptions, sources))
        if last is not None and observed.year > (newest := last.year - (last.month <= HALF_A_YEAR)):
            brought = "no compute" if observed.year > last.year else f"hardly any compute (none after {last})"
            problem = f"{observed.year} is a year in which the model brings {brought}: a year up to {newest}"
            return "observed.year", f"{problem} was expected"
        return growth_lacking(datetime.date(observed.year, 1, 1), likelihood.yearly_growth, assumptions)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(usd(observed.value, observed.currency, observed.year))

    def figures(self, observed: Observed, likelihood: Likelihood, clock: Clock) -> dict[str, float]:
        return {
            "begins": clock.months(datetime.date(observed.year, 1, 1)),
            "ends": clock.months(datetime.date(observed.year + 1, 1, 1)),
            "sd": likelihood.sd,
            "yearly_growth": likelihood.yearly_growth or 1.0,
        }

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        sources = sources_of(state.assumptions, observed.firm, units().stock.bought)
        first, last = (
            stock_at(xp, state, sources, figures[day], figures["yearly_growth"]) for day in ("begins", "ends")
        )
        share = observed.ai_share or state.quantity[AI_SHARE]
        return log_of(xp, (last - first) * state.quantity[PRICE] / share)
