"""The kinds of evidence, by the name they have in an item's file."""

from typing import Any

from .budget_share import BudgetShare
from .capability_lag import CapabilityLag
from .capital_spending import CapitalSpending
from .claim import Claim
from .cluster import Cluster
from .compute_reading import ComputeReading
from .compute_stock import ComputeStock
from .efficiency_curve import EfficiencyCurveKind
from .expert_forecast import ExpertForecast
from .frontier_score import FrontierScore
from .hindcast import Hindcast
from .kind import Clock, Kind, ModelState
from .lag_records import LagRecords
from .milestone import Milestone
from .not_yet import NotYet
from .policy import Policy
from .progress_estimate import ProgressEstimate
from .quantity_reading import QuantityReading
from .rental_spend import RentalSpend
from .run_finished import RunFinished
from .run_started import RunStarted
from .shipment import Shipment
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
        ProgressEstimate(),
        ComputeStock(),
        Cluster(),
        Shipment(),
        CapitalSpending(),
        RunStarted(),
        RunFinished(),
        ExpertForecast(),
        Policy(),
        EfficiencyCurveKind(),
        LagRecords(),
        FrontierScore(),
        Hindcast(),
    )
}

__all__ = ["KINDS", "Clock", "Kind", "ModelState"]
