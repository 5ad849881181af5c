"""What a run asks beside the forecast: the studies that its report tells of."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ...model.capacity import tells_of_the_nation
from ...model.trend import trends_date
from ..inference.posterior import Posterior


def studies_of_a_run(drawn: Posterior) -> dict[str, Callable[[Posterior], Any]]:
    """What a run asks beside the forecast, by the name of the file it goes to."""
    from ..studies.bridge import bridge
    from ..studies.checks.study import checks_of
    from ..studies.counterfactuals import levers, regimes
    from ..studies.influence import influence
    from ..studies.obstacles import obstacles
    from ..studies.readings.capacity import capacity
    from ..studies.readings.efficiency import efficiency
    from ..studies.readings.events import events
    from ..studies.readings.mobilisation import mobilisation
    from ..studies.readings.size import sizes
    from ..studies.readings.trend import trends
    from ..studies.scenarios import scenarios
    from ..studies.sensitivity.power_scaling import power_scaling_of
    from ..studies.sensitivity.study import sensitivity
    from ..studies.state import state
    from ..studies.structure_dates import others_date
    from ..studies.structures import structures
    from ..studies.tables.track_record import records_known, track_record
    from ..studies.watch import watch
    from ..studies.worlds import worlds

    asked_once, scaled_once = lru_cache(maxsize=1)(scenarios), lru_cache(maxsize=1)(power_scaling_of)
    studies: dict[str, Callable[[Posterior], Any]] = {
        "state": state,
        "bridge": bridge,
        "levers": levers,
        "regimes": regimes,
        "scenarios": asked_once,
        "sensitivity": lambda drawn: sensitivity(drawn, scaled=scaled_once(drawn) if drawn.items else None),
        "mobilisation": mobilisation,
        "events": events,
        "capacity": capacity,
        "efficiency": efficiency,
        "size": sizes,
        "structures": structures,
        "trend": trends,
        "watch": lambda drawn: watch(drawn, compared=asked_once(drawn)),
        "worlds": lambda drawn: worlds(drawn, compared=asked_once(drawn)),
        "hindcast": track_record,
    }
    if not trends_date(drawn.question.assumptions, drawn.question.event):
        del studies["trend"]
    if not tells_of_the_nation(drawn.question.assumptions):
        del studies["capacity"]
    if not others_date(drawn.question):
        del studies["structures"]
    if not records_known(drawn.question):
        del studies["hindcast"]
    if drawn.question.assumptions.obstacles:
        studies["obstacles"] = obstacles
    if drawn.items:
        studies["checks"] = lambda drawn: checks_of(drawn, scaled=scaled_once(drawn))
        studies["influence"] = influence
    return studies
