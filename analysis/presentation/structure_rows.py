"""Structures beside each other: how well each predicts, and what is said of pools and weights, for every place."""

from __future__ import annotations

import math

from ..studies.structures import Structures

ELPD_COLUMNS = ("Structure", "elpd", "Difference", "Its standard error", "k-hat")


def elpd_rows(result: Structures) -> list[tuple[str, ...]]:
    """Rows of `ELPD_COLUMNS`: the best first, each difference from it with its standard error."""
    titles = {row.id: row.title for row in result.structures}
    return [
        (
            titles[row.id],
            f"{row.elpd:.2f}",
            f"{row.difference:.2f}",
            "-" if math.isnan(row.difference_se) else f"{row.difference_se:.2f}",
            "-" if row.khat is None or not math.isfinite(row.khat) else f"{row.khat:.2f}",
        )
        for row in result.comparison.models
    ]


def elpd_caption(result: Structures) -> str:
    """What the rows are of."""
    items = ", ".join(result.stacked_on)
    return f"Log predictive density of the items that all structures predict ({items}), each given the others of these"


def pooling_lines(result: Structures) -> list[str]:
    """Say which structures pools leave out and why, and the weights of stacking or why there are none."""
    titles = {row.id: row.title for row in result.structures}
    lines = [
        f"{row.title} is not pooled, since {titles[row.duplicate_of]} is: {row.duplicate_reason}."
        for row in result.structures
        if row.duplicate_of is not None
    ]
    if result.stacking_weights is None:
        return [*lines, f"Weights of stacking are withheld: {result.withheld}."]
    weights = "; ".join(f"{titles[name]} {weight:.2f}" for name, weight in result.stacking_weights.items())
    return [*lines, f"Weights of stacking, on {len(result.stacked_on)} items: {weights}."]
