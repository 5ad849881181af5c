"""``catchup state``: where the race stands on the day of the question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import show, warn


def state(
    *,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw the stages into a file.")] = None,
) -> int:
    """Where the race stands: how far the furthest run and each firm's have come, and the date given each stage."""
    from ..presentation.tables.state import layout
    from ..studies.state import state as state_of

    asked = asked or Asked()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    result = state_of(asked.posterior())
    if plot is not None:
        from ..presentation.figures import draw_state, save

        warn(f"drew {save(draw_state(result), plot, key='--plot')}")
    show(layout(result), as_json=asked.json)
    return 0
