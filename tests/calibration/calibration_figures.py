"""What a calibration puts on record."""

from __future__ import annotations

from typing import Any

from catchup.analysis.studies.calibration import Calibration


def uniformity_of(result: Calibration) -> dict[str, Any]:
    """Whether ranks are uniform: how many quantities, and which leave their bands."""
    verdicts = result.verdicts
    return {
        "model": result.plan.question.assumptions.model,
        "engine": result.plan.engine,
        "fits": len(result.fits),
        "spread": result.plan.spread,
        "quantities": len(verdicts),
        "outside_own_band": [verdict.name for verdict in verdicts if not verdict.inside],
        "failed": result.failed,
        "smallest_p_value": min(verdict.p_value for verdict in verdicts),
    }
