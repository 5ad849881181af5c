"""The files of a run that hold its forecast, as they are written."""

from __future__ import annotations

import json
from typing import Any

from ..archive.reading import FORECAST
from ..archive.ready_curve import KNOWN_CURVE, READY_CURVE, ready_curve_as_json
from ..inference.forecast import Forecast
from ..inference.posterior import Posterior
from ..presentation.tables.forecast import BY_EVIDENCE, layout
from ..studies.movement import Movement
from ..studies.structure_spread import spread_beside


def forecast_files(drawn: Posterior, answer: Forecast, moved: Movement | None) -> dict[str, Any]:
    """What each file of a forecast holds, by name: the forecast, and the curves of its dates.

    Parameters
    ----------
    drawn : Posterior
        What answered.
    answer : Forecast
        The answer.
    moved : Movement or None
        How far the evidence moved it; None where there is none.
    """
    told = layout(answer, {} if moved is None else {BY_EVIDENCE: moved}, shapes=spread_beside(drawn)).json()
    files = {FORECAST: told, READY_CURVE: ready_curve_as_json(answer.question, answer.ready)}
    if answer.known is not None:
        files[KNOWN_CURVE] = ready_curve_as_json(answer.question, answer.known)
    return files


def json_text(content: Any) -> str:
    """Return what a run's JSON file holds, as text."""
    return json.dumps(content, indent=2, allow_nan=False) + "\n"
