r"""`quantity_reading`: a published value of a quantity that the model draws.

.. math:: \log y \sim N(\log q, s)

For figures that are about one row of the prior table and nothing else (an MFU, a stock, a ratio), so that they
stand in the ledger beside the prior they set or check.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ...model.assumptions import Assumptions
from ...priors.strict import StrictModel
from .estimate import at_most_one
from .kind import Clock, Figures, ModelState, Name, Positive, log_of
from .normal import NormalKind

OF_EACH = {"firm_ratio": "firm", "organisation_error": "measuring organisation", "enactment_rank": "report of a policy"}
"""Quantities that every item of some kinds draws anew, by whose they are: a value of all of them is none."""
NAME_IT = "a quantity of which there is one was expected"


class Observed(StrictModel):
    """A value in the quantity's own unit, and which quantity."""

    value: Positive
    quantity: Name


class Likelihood(StrictModel):
    """Scatter of the value's logarithm."""

    sd: Positive


class QuantityReading(NormalKind[Observed, Likelihood]):
    """A published value of a quantity."""

    name: ClassVar[str] = "quantity_reading"
    unit: ClassVar[str] = "log of the quantity's unit"
    subject: ClassVar[str] = "Published values of quantities"
    observed = Observed
    likelihood = Likelihood

    def latents(self, observed: Observed) -> tuple[str, ...]:
        return (observed.quantity,)

    def observation(self, observed: Observed, clock: Clock) -> float:
        return math.log(observed.value)

    def predict(self, xp: Any, state: ModelState, observed: Observed, figures: Figures) -> Any:
        return log_of(xp, state.quantity[observed.quantity])

    def misfit(self, observed: Observed, likelihood: Likelihood, assumptions: Assumptions) -> tuple[str, str] | None:
        if observed.quantity in OF_EACH:
            return (
                "observed.quantity",
                f"'{observed.quantity}' is of each {OF_EACH[observed.quantity]} by itself: {NAME_IT}",
            )
        quantity = assumptions.table.quantities.get(observed.quantity)
        if quantity is None or quantity.text.unit != "1" or quantity.distribution.support()[1] > 1.0:
            return None
        try:
            at_most_one(observed.value)
        except ValueError as error:
            return "observed.value", str(error)
        return None
