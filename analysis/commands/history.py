"""``catchup history``: the forecast through time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT
from .output import console, print_json, table, warn


def history(
    *,
    runs: Annotated[Path, Parameter(help="Folder of runs.")],
    event: Annotated[str | None, Parameter(help="Only runs about this event.")] = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw the fan of dates into a file.")] = None,
    json: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")
    ] = False,
) -> int:
    """The forecast through time: every sound run of a folder, oldest first."""
    from ..archive.history import history as read_history

    found = read_history(runs, event)
    for fault in found.faults:
        warn(fault)
    if plot is not None:
        from ..presentation.figures import draw_history, save

        save(draw_history(found), plot, key="--plot")
    if json:
        print_json(found.as_json())
        return 0
    rows = []
    for entry in found.entries:
        quantiles = entry.run.forecast["ready"]["quantiles"]
        moved = "" if entry.shift is None else f"{entry.shift['months']:+.2f} ± {entry.shift['mcse'] or 0:.2f}"
        rows.append(
            (
                entry.run.name,
                ", ".join(entry.items_added),
                *(quantiles[p]["date"] or "never" for p in ("0.05", "0.5", "0.95")),
                moved,
            )
        )
    console().print(table("Run", "Items added", "5%", "median", "95%", "moved, months", rows=rows, left=2))
    return 0
