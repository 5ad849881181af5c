r"""`rental_spend`: what a firm paid for rented compute in a year, in any currency.

.. math:: \log y \sim N\bigl(\log(B_0\, k\, \phi\, h\, p),\ s\bigr)

y are US dollars at the year's rate. :math:`B_0` is the stock at t = 0 (H100e) that the firm rents, or the one that
stands for it in the race: a start-up's whole stock, and of a firm that also buys its own what it has by remote access.
k is the year's mean stock as a multiple of it, :math:`\phi` this firm's compute as a share of that firm's, h the hours
of a year and p the price of an H100e-hour (USD). Each firm has a :math:`\phi` of its own (see `evidence.latents`), 1
where firms race by name; the price is the same for all.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ...model.assumptions import Assumptions
from ...model.race import Source
from ...priors.strict import StrictModel
from ..units import USD, CurrencyName, units, usd
from .kind import Clock, Figures, ModelState, Name, Positive, log_of
from .money import in_other_currencies, rate_known
from .normal import NormalKind
from .stocks import sources_of, stock_at

Year = Annotated[int | None, Field(ge=2000, le=2100), AfterValidator(rate_known)]


class Observed(StrictModel):
    """How much in a year, in which currency (and year, where its rate is needed), and whose."""

    value: Positive
    firm: Name
    currency: CurrencyName = Field(default=USD, exclude_if=lambda name: name == USD)
    year: Year = Field(default=None, validate_default=True, exclude_if=lambda year: year is None)


class Likelihood(StrictModel):
    """The year's mean stock over that at t = 0, and the scatter of the bill's logarithm."""

    mean_stock_ratio: Positive
    sd: Positive


class RentalSpend(NormalKind[Observed, Likelihood]):
    """A bill for rented compute."""

    name: ClassVar[str] = "rental_spend"
    unit: ClassVar[str] = "log USD"
    subject: ClassVar[str] = "What was spent on rented compute"
    amount: ClassVar[str] = "value"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return ("firm_ratio", "rental_price")

    def firm(self, observed: Observed) -> str | None:
        return observed.firm

    def misreadings(self, observed: Observed) -> dict[str, Observed]:
        return {**super().misreadings(observed), **in_other_currencies(observed)}

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        race, ratio = assumptions.race, assumptions.beliefs["firm_ratio"]
        if ratio.certain and race.meant_by(observed.firm) not in race.firms:
            problem = (
                f"{observed.firm} does not race, and firm_ratio, its compute as a share of another firm's, is fixed: "
                "bring it into the race, or give firm_ratio a distribution"
            )
            return "observed.firm", problem
        if _buys(assumptions, observed.firm) and not _rented(assumptions, observed.firm):
            return "observed.firm", f"{observed.firm} rents no compute in the model, but buys it: see capital_spending"
        return None

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(usd(observed.value, observed.currency, observed.year))

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        stock = _stock(xp, state, observed.firm)
        rented = stock * figures["mean_stock_ratio"] * state.quantity["firm_ratio"]
        hours = state.assumptions.table.number("hours_per_year")
        return log_of(xp, rented * hours * state.quantity["rental_price"])


def _stock(xp: Any, state: ModelState, firm: str) -> Any:
    """H100e that a firm rents at t = 0: all it has, unless it buys some."""
    if _buys(state.assumptions, firm):
        return stock_at(xp, state, _rented(state.assumptions, firm), 0.0, 1.0)
    return state.pools[state.firm(firm)].at(xp, 0.0)


def _buys(assumptions: Assumptions, firm: str) -> bool:
    return bool(sources_of(assumptions, firm, units().stock.bought))


def _rented(assumptions: Assumptions, firm: str) -> dict[str, Source]:
    return sources_of(assumptions, firm, set(assumptions.race.channels()) - set(units().stock.bought))
