"""``catchup history``: the forecast through time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, AsJson, RunsFolder
from .output import check_plot, draw_plot, show, warn, warn_of_faults


def history(
    *,
    runs: RunsFolder,
    event: Annotated[str | None, Parameter(help="Only runs about this event.")] = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw the fan of dates into a file.")] = None,
    json: AsJson = False,
) -> int:
    """The forecast through time: every sound run of a folder, oldest first."""
    from ..archive.history import history as read_history
    from ..archive.verification import altered_sections
    from ..presentation.tables.history import layout

    check_plot(plot)
    found = read_history(runs, event)
    warn_of_faults([*found.faults, *(line for entry in found.entries for line in altered_sections(entry.run))])
    if not found.entries:
        warn(f"{runs}: holds no sound run{'' if event is None else f' about {event}'}")
    draw_plot(plot, lambda figures: figures.draw_history(found))
    show(layout(found), as_json=json)
    return 0
