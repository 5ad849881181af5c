"""A trend as a structure: what is asked of any structure is asked of it, but that its lag is not its date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....evidence.kinds.capability_lag import gap_quantities
from ....evidence.kinds.kind import ModelState
from ....evidence.kinds.lag_records import RELEASE_DELAYS
from ....evidence.schema import Item
from ....model.assumptions import DEFAULT_EVENT, Assumptions
from ....model.trend import Trend, TrendText
from ..structure_evidence import LAG_KINDS
from ..structure_registry import Structure, trend_id


class TrendStructure(Structure):
    """A trend to an event.

    Parameters
    ----------
    assumptions : Assumptions
        Whose calendar its lag was measured by.
    row : str
        Its name in the table of trends.
    text : TrendText
        Its row.
    event : str
        Which event it is carried to; items about Mythos's own level count for it, too.
    """

    def __init__(self, assumptions: Assumptions, row: str, text: TrendText, event: str = DEFAULT_EVENT) -> None:
        # a row makes an object, where other structures are a class each
        vars(self).update(name=trend_id(row), title=text.title, events=(DEFAULT_EVENT, event))
        vars(self).update(quantities=tuple(text.quantities([event])))
        self.assumptions, self.row, self.text = assumptions, row, text

    @property
    def carries(self) -> str:
        """The quantity that is its measured lag."""
        return self.text.lag

    @property
    def called(self) -> str:
        """How messages name it: as its table does."""
        return f"trend '{self.row}'"

    def ready(self, xp: Any, values: Mapping[str, Any], event: str) -> Any:
        """Return when a Chinese lab comes to an event, months since t = 0; shape (draw,)."""
        return Trend.of(xp, self.text, self.assumptions, values, [event]).ready_of(event)

    def lag_on(self, values: Mapping[str, Any], months: float) -> Any:
        """Months behind at a time (months since t = 0); shape (draw,)."""
        return Trend.of(np, self.text, self.assumptions, values).lag_on(months)

    def shown_to(
        self, item: Item, assumptions: Assumptions, values: Mapping[str, Any], ready: Mapping[str, Any]
    ) -> ModelState:
        """What an item is predicted from: the lag on the day that it measured, or the dates of readiness."""
        if not isinstance(item.kind, LAG_KINDS):
            return super().shown_to(item, assumptions, values, ready)
        lag = self.lag_on(values, item.figures(assumptions.clock(item.text.known_since))["date"])
        # the trend says itself how far behind they are on the day, from release to release
        values = {**values, **dict.fromkeys((*gap_quantities(item.observed.scope), *RELEASE_DELAYS), 0.0)}
        return super().shown_to(item, assumptions, values, {item.event or DEFAULT_EVENT: lag})
