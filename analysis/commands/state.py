"""``catchup state``: where the race stands on the day of the question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import check_plot, draw_plot, show


def state(
    *,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw the stages into a file.")] = None,
) -> int:
    """Where the race stands: how far the furthest run and each firm's have come, and the date given each stage."""
    from ..presentation.tables.state import layout
    from ..studies.state import state as state_of

    asked = asked or Asked()
    check_plot(plot)
    result = state_of(asked.posterior())
    draw_plot(plot, lambda figures: figures.draw_state(result))
    show(layout(result), as_json=asked.json)
    return 0
