"""The files of a run that hold its forecast, as they are written."""

from __future__ import annotations

import json
from typing import Any

from ..archive.reading import FORECAST
from ..archive.ready_curve import KNOWN_CURVE, READY_CURVE, ready_curve_as_json
from ..inference.forecast import Forecast
from ..presentation.tables.builders import as_json


def forecast_files(answer: Forecast) -> dict[str, Any]:
    """What each file of a forecast holds, by name: the forecast, and the curves of its dates."""
    files = {FORECAST: as_json(answer), READY_CURVE: ready_curve_as_json(answer.question, answer.ready)}
    if answer.known is not None:
        files[KNOWN_CURVE] = ready_curve_as_json(answer.question, answer.known)
    return files


def json_text(content: Any) -> str:
    """Return what a run's JSON file holds, as text."""
    return json.dumps(content, indent=2, allow_nan=False) + "\n"
