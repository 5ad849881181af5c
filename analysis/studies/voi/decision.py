r"""Decisions whose loss depends on the date.

Two kinds. To be prepared by a date a, when the event comes at y:

.. math:: \ell(a, y) = c_e \max(y - a, 0) + c_l \max(a - y, 0),

:math:`c_e` for a month of standing ready before there was need, :math:`c_l` for a month without having been ready. The
best date is the quantile :math:`c_e / (c_e + c_l)` of y, or today if that is past. To act now or wait: acting costs
:math:`c_a` whatever happens, waiting :math:`c_w` if the event comes within a horizon.

References
----------
.. [1] Raiffa and Schlaifer, Applied Statistical Decision Theory (1961), chapter 6: linear loss.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from ....priors.strict import StrictModel, of_kind, validate
from ...inference.estimates import Array
from .uncertainty import Gathered

Cost = Annotated[float, Field(strict=False, gt=0)]
Text = Annotated[str, Field(min_length=1)]


class DecisionText(StrictModel):
    """What every decision's table holds."""

    title: Text
    unit: Text
    notes: str = ""


class DateText(DecisionText):
    """A date to be prepared by."""

    kind: Literal["date"]
    cost_per_month_early: Cost
    cost_per_month_late: Cost


class HorizonText(DecisionText):
    """Act now, or wait."""

    kind: Literal["act-or-wait"]
    horizon_months: Cost
    cost_of_acting: Cost
    cost_of_being_late: Cost


@dataclass(frozen=True)
class Decision:
    """A decision on a day.

    Attributes
    ----------
    id : str
        Its name.
    text : DecisionText
        Its table.
    as_of_months : float
        The day, in months since t = 0.
    """

    id: str
    text: DecisionText
    as_of_months: float
    follows_trend: ClassVar[bool]  # whether its best action moves along with a known shift of the date

    @abstractmethod
    def best_loss(self, gathered: Gathered) -> Array:
        """Expected loss of the best action under each row's distribution, shape (1 + group,)."""

    @abstractmethod
    def loss_if_known(self, months: Array) -> Array:
        """Loss of the best action for who knows the date, shape as `months`."""

    @abstractmethod
    def best_action(self, gathered: Gathered) -> Array:
        """The best action under each row's distribution, shape (1 + group,): a month, or 1 to act and 0 to wait."""


@dataclass(frozen=True)
class DateDecision(Decision):
    """Name the date to be prepared by."""

    text: DateText
    follows_trend: ClassVar[bool] = True

    @property
    def probability(self) -> float:
        """Probability that the event comes before the best date."""
        return self.text.cost_per_month_early / (self.text.cost_per_month_early + self.text.cost_per_month_late)

    def best_loss(self, gathered: Gathered) -> Array:
        ahead = gathered.months - self.best_action(gathered)[:, None]
        costs = self.text.cost_per_month_early, self.text.cost_per_month_late
        return gathered.mean(np.maximum(costs[0] * ahead, -costs[1] * ahead))

    def loss_if_known(self, months: Array) -> Array:
        return np.asarray(self.text.cost_per_month_late * np.maximum(self.as_of_months - months, 0.0))

    def best_action(self, gathered: Gathered) -> Array:
        return np.maximum(gathered.quantiles(np.array([self.probability]))[:, 0], self.as_of_months)


@dataclass(frozen=True)
class HorizonDecision(Decision):
    """Act now, or wait."""

    text: HorizonText
    follows_trend: ClassVar[bool] = False

    def best_loss(self, gathered: Gathered) -> Array:
        return np.asarray(np.minimum(self.text.cost_of_acting, self._cost_of_waiting(gathered)))

    def loss_if_known(self, months: Array) -> Array:
        within = months <= self.as_of_months + self.text.horizon_months
        return np.asarray(np.minimum(self.text.cost_of_acting, self.text.cost_of_being_late * within))

    def best_action(self, gathered: Gathered) -> Array:
        return (self._cost_of_waiting(gathered) > self.text.cost_of_acting).astype(float)

    def _cost_of_waiting(self, gathered: Gathered) -> Array:
        return self.text.cost_of_being_late * gathered.mean(
            (gathered.months <= self.as_of_months + self.text.horizon_months).astype(float)
        )


KINDS: dict[str, tuple[type[Decision], type[DecisionText]]] = {
    "date": (DateDecision, DateText),
    "act-or-wait": (HorizonDecision, HorizonText),
}


def read_decision(name: str, table: object, as_of_months: float, *, file: str) -> Decision:
    """Check a decision's table.

    Parameters
    ----------
    name : str
        Its id.
    table : object
        What stands under ``decisions.NAME``.
    as_of_months : float
        Day of the question, in months since t = 0.
    file : str
        Where it stands.

    Raises
    ------
    InputError
        At the first key that is unknown, missing or makes no sense.
    """
    key = f"decisions.{name}"
    decision, schema = of_kind(table, KINDS, file=file, key=key)
    return decision(name, validate(schema, table, file=file, key=key), as_of_months)
