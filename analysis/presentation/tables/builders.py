"""Which module lays out which result."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ....priors.arguments import shown
from ....priors.errors import InputError

if TYPE_CHECKING:
    from ....model.assumptions import Assumptions
    from ...archive.doctor import Doctor
    from ...archive.history import History
    from ...archive.scores import Scores
    from ...inference.forecast import Forecast
    from ...studies.attribution import Attribution
    from ...studies.bridge import Bridge
    from ...studies.calibration.result import Calibration
    from ...studies.checks.study import Checks
    from ...studies.comparison import ModelComparison
    from ...studies.counterfactuals import Comparison
    from ...studies.enactment import ByDay
    from ...studies.influence import Influence
    from ...studies.lever_grid import Grid
    from ...studies.obstacles import Obstacles
    from ...studies.readings.capacity import Capacity
    from ...studies.readings.efficiency import Efficiency
    from ...studies.readings.events import Events
    from ...studies.readings.lag_assumptions import LagAssumptions
    from ...studies.readings.mobilisation import Mobilisation
    from ...studies.readings.size import Sizes
    from ...studies.readings.trend import Trends
    from ...studies.reproduction.study import Reproduction
    from ...studies.scenarios import ScenarioComparison
    from ...studies.sensitivity.study import Sensitivity
    from ...studies.state import State
    from ...studies.structures import Structures
    from ...studies.tables.capability import Capability
    from ...studies.tables.criteria import Criteria
    from ...studies.tables.efficiency import MeasuredProgress
    from ...studies.tables.hindcast import Hindcast
    from ...studies.tables.lags import Lags
    from ...studies.thresholds.study import Thresholds
    from ...studies.voi.result import ValueOfInformation
    from ...studies.watch import Watch
    from ...studies.worlds import Worlds
    from ..caveats import Caveats
    from ..table import Layout
    from .evidence import Evidence
    from .public_tables import KeptTables

    type Result = (
        Assumptions
        | Attribution
        | Bridge
        | ByDay
        | Calibration
        | Capability
        | Capacity
        | Caveats
        | Checks
        | Comparison
        | Criteria
        | Doctor
        | Efficiency
        | Events
        | Evidence
        | Forecast
        | Grid
        | Hindcast
        | History
        | Influence
        | KeptTables
        | LagAssumptions
        | Lags
        | MeasuredProgress
        | Mobilisation
        | ModelComparison
        | Obstacles
        | Reproduction
        | ScenarioComparison
        | Scores
        | Sensitivity
        | Sizes
        | State
        | Structures
        | Thresholds
        | Trends
        | ValueOfInformation
        | Watch
        | Worlds
    )

BUILDERS = {
    "Assumptions": "priors",
    "Attribution": "attribution",
    "Bridge": "bridge",
    "ByDay": "enactment",
    "Calibration": "calibration",
    "Capability": "capability",
    "Capacity": "capacity",
    "Caveats": "caveats",
    "Checks": "checks",
    "Comparison": "counterfactuals",
    "Criteria": "criteria",
    "Doctor": "doctor",
    "Efficiency": "efficiency",
    "Events": "events",
    "Evidence": "evidence",
    "Forecast": "forecast",
    "Grid": "lever_grid",
    "Hindcast": "hindcast",
    "History": "history",
    "Influence": "influence",
    "KeptTables": "public_tables",
    "LagAssumptions": "lag_assumptions",
    "Lags": "lags",
    "MeasuredProgress": "progress",
    "Mobilisation": "mobilisation",
    "ModelComparison": "model_comparison",
    "Obstacles": "obstacles",
    "Reproduction": "reproduction",
    "ScenarioComparison": "scenarios",
    "Scores": "scores",
    "Sensitivity": "sensitivity",
    "Sizes": "size",
    "State": "state",
    "Structures": "structures",
    "Thresholds": "thresholds",
    "Trends": "trend",
    "ValueOfInformation": "voi",
    "Watch": "watch",
    "Worlds": "worlds",
}
"""By result class, the module beside this one whose `layout` lays it out; loaded when it is needed."""


def layout_of(result: Result) -> Layout:
    """Lay out any result: its tables for people, and its JSON object for programs.

    Raises
    ------
    InputError
        If it is none.
    """
    if type(result).__name__ not in BUILDERS:
        raise InputError(f"what a study returns was expected, not {shown(result)}", key="result")
    module: Any = import_module(f".{BUILDERS[type(result).__name__]}", __package__)
    layout: Layout = module.layout(result)
    return layout


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as the JSON object that ``--json`` prints and that a run's folder keeps.

    Parameters
    ----------
    result : Forecast, Comparison, Sensitivity or another result
        What a study found.

    Returns
    -------
    dict
        Keys that are promised keep their names; others may be added.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, as_json, forecast, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> content = as_json(forecast(prior))
    >>> content["event"], content["draws"]
    ('compute-equivalent', 1000)
    """
    return layout_of(result).json()
