"""The check of prior against likelihood, by power-scaling."""

from __future__ import annotations

from collections.abc import Sequence

from ...inference.estimates import ZERO, Estimate
from ..sensitivity.power_scaling import DATE, THRESHOLD, PowerScaling
from .result import CheckResult

ID, TITLE = "power-scaling", "sensitivity of the date to both prior and likelihood"
ADVICE = {
    True: "prior and evidence pull apart: see catchup influence and catchup sensitivity",
    False: "",
    None: "undecided: the threshold lies within two Monte Carlo errors; another --seed shows how far the figures move",
}
"""By whether prior and evidence are in conflict; None where that is undecided."""


def check_power_scaling(rows: Sequence[PowerScaling]) -> CheckResult:
    """Say whether prior and likelihood pull the date in different directions.

    Parameters
    ----------
    rows : sequence of PowerScaling
        From `power_scaling`.
    """
    whole = next(row for row in rows if row.quantity == DATE and row.component == "all")
    prior, likelihood = whole.prior or ZERO, whole.likelihood or ZERO
    if not whole.defined:
        return CheckResult(
            id=ID,
            title=TITLE,
            verdict="not applicable",
            figure=None,
            threshold=THRESHOLD,
            detail="the date does not vary with what the prior or the evidence says: there is nothing to scale",
        )
    weaker = min(prior, likelihood, key=lambda estimate: estimate.value)
    strongest = next(row.component for row in rows if row.component != "all")
    figures = f"prior {_with_error(prior)}, likelihood {_with_error(likelihood)}"
    return CheckResult(
        id=ID,
        title=TITLE,
        verdict="pass" if whole.conflict is False else "warn",
        figure=weaker.value,
        threshold=THRESHOLD,
        detail=f"{figures}: {whole.diagnosis}; strongest alone: {strongest}",
        advice=ADVICE[whole.conflict],
        mcse=weaker.mcse,
    )


def _with_error(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} \N{PLUS-MINUS SIGN} {estimate.mcse:.3f}"
