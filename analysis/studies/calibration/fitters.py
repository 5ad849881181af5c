"""The engine that fits simulated data sets, set up for a plan."""

from __future__ import annotations

from .fits import Fitter
from .importance_fits import ImportanceFits
from .plan import Plan


def fitter_of(plan: Plan) -> Fitter:
    """Set an engine up for a plan: draws from the prior, or a compiled model."""
    if plan.engine == "importance":
        return ImportanceFits(plan)
    from .nuts_fits import NutsFits

    return NutsFits(plan)
