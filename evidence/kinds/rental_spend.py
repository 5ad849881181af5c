r"""`rental_spend`: what a start-up paid for rented compute in a year.

.. math:: \log y \sim N\bigl(\log(B_0\, k\, \phi\, h\, p),\ s\bigr)

:math:`B_0` is the stock at t = 0 (H100e) of the firm, or of the one that stands for it in the race, k the year's mean
stock as a multiple of it, :math:`\phi` this firm's compute as a share of that firm's, h the hours of a year and p the
price of an H100e-hour (USD). Each firm has a :math:`\phi` of its own (see `evidence.latents`), which is 1 where firms
race by name; the price is the same for all.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ...model.assumptions import Assumptions
from ...priors.strict import StrictModel
from .kind import Clock, Figures, ModelState, Name, Positive, log_of
from .normal import NormalKind


class Observed(StrictModel):
    """USD in a year, and whose."""

    value: Positive
    firm: Name


class Likelihood(StrictModel):
    """The year's mean stock over that at t = 0, and the scatter of the bill's logarithm."""

    mean_stock_ratio: Positive
    sd: Positive


class RentalSpend(NormalKind[Observed, Likelihood]):
    """A start-up's bill for rented compute."""

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

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        race, ratio = assumptions.race, assumptions.beliefs["firm_ratio"]
        if ratio.certain and race.meant_by(observed.firm) not in race.firms:
            problem = (
                f"{observed.firm} does not race, and firm_ratio, its compute as a share of another firm's, is fixed: "
                "bring it into the race, or give firm_ratio a distribution"
            )
            return "observed.firm", problem
        return None

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value)

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        rented = (
            state.pools[state.firm(observed.firm)].at(xp, 0.0)
            * figures["mean_stock_ratio"]
            * state.quantity["firm_ratio"]
        )
        hours = state.assumptions.table.number("hours_per_year")
        return log_of(xp, rented * hours * state.quantity["rental_price"])
