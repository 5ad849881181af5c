"""How far the draws of a forecast can be trusted."""

from __future__ import annotations

import math
from typing import Any

from ...inference.diagnostics import Diagnostics
from ...inference.forecast import Forecast
from ...inference.json_values import rounded
from ..table import Column, Room, Table


def diagnostics_table(result: Forecast) -> Table[tuple[str, str]]:
    """What says whether the draws can be trusted, for a page."""
    found = result.diagnostics
    rows = [("Effective draws", f"{found.ess:,.0f}")]
    if found.khat is not None and math.isfinite(found.khat):
        rows.append(("Pareto k-hat of the importance weights (good below 0.5)", f"{found.khat:.2f}"))
    if found.rhat_max is not None:
        rows.append(("Largest R-hat (good below 1.01)", f"{found.rhat_max:.4f}"))
    if found.divergences is not None:
        rows.append(("Divergent transitions", f"{found.divergences}"))
    rows.append(("Log evidence", f"{result.log_evidence.value:z.2f}"))
    columns: list[Column[tuple[str, str]]] = [
        Column(title="Diagnostic", text=lambda row: row[0], room=Room.PAGE),
        Column(title="Value", text=lambda row: row[1], figure=True, room=Room.PAGE),
    ]
    return Table("Diagnostics of the draws", columns, rows)


def diagnostics_as_json(found: Diagnostics) -> dict[str, Any]:
    """Return diagnostics as JSON."""
    return {
        "ess": round(found.ess, 1),
        "khat": rounded(found.khat, 3),
        "rhat_max": rounded(found.rhat_max, 4),
        "divergences": found.divergences,
    }
