"""What the results of all readings have in common."""

from __future__ import annotations

from typing import Any

from ...inference.estimates import Distribution, Estimate
from ...inference.json_values import significant

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DIGITS = 6


def spread_as_json(distribution: Distribution) -> dict[str, Any]:
    """Return the quantiles of something positive, each with its MCSE, to six significant digits."""
    return {f"{p:g}": estimate_as_json(distribution.quantile(p)) for p in QUANTILES}


def estimate_as_json(estimate: Estimate) -> dict[str, Any]:
    """Return a figure with its MCSE."""
    entry = {"value": significant(estimate.value, DIGITS), "mcse": significant(estimate.mcse)}
    return entry if estimate.meaningful else {**entry, "meaningful": False}
