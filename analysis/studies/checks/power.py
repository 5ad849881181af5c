"""The check of prior against likelihood, by power-scaling."""

from __future__ import annotations

from collections.abc import Sequence

from ..sensitivity.power_scaling import DATE, THRESHOLD, PowerScaling
from .result import CheckResult


def check_power_scaling(rows: Sequence[PowerScaling]) -> CheckResult:
    """Say whether prior and likelihood pull the date in different directions.

    Parameters
    ----------
    rows : sequence of PowerScaling
        From `power_scaling`.
    """
    whole = next(row for row in rows if row.quantity == DATE and row.component == "all")
    prior, likelihood = whole.prior or 0.0, whole.likelihood or 0.0
    conflict = min(prior, likelihood) >= THRESHOLD
    strongest = next(row.component for row in rows if row.component != "all")
    return CheckResult(
        id="power-scaling",
        title="sensitivity of the date to both prior and likelihood",
        verdict="warn" if conflict else "pass",
        figure=min(prior, likelihood),
        threshold=THRESHOLD,
        detail=f"prior {prior:.3f}, likelihood {likelihood:.3f}: {whole.diagnosis}; strongest alone: {strongest}",
        advice="prior and evidence pull apart: see catchup influence and catchup sensitivity" if conflict else "",
    )
