"""The kinds of evidence, by the name they have in an item's file."""

from typing import Any

from .budget_share import BudgetShare
from .capability_lag import CapabilityLag
from .claim import Claim
from .compute_reading import ComputeReading
from .kind import Clock, Kind, ModelState
from .milestone import Milestone
from .not_yet import NotYet
from .quantity_reading import QuantityReading
from .rental_spend import RentalSpend
from .training_run import TrainingRun

KINDS: dict[str, Kind[Any, Any]] = {
    kind.name: kind
    for kind in (
        ComputeReading(),
        RentalSpend(),
        CapabilityLag(),
        NotYet(),
        Milestone(),
        Claim(),
        TrainingRun(),
        BudgetShare(),
        QuantityReading(),
    )
}

__all__ = ["KINDS", "Clock", "Kind", "ModelState"]
