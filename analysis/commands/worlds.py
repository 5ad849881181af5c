"""``catchup worlds``: the worlds that the sources describe, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import show, warn, warn_if_few


def worlds(
    *ids: str,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw all worlds into a file.")] = None,
) -> int:
    """Other worlds that the sources describe, beside both models: the date, who is first, what evidence says of it.

    Parameters
    ----------
    ids
        Which worlds; all by default.
    """
    from ..presentation.tables.worlds import layout
    from ..studies.worlds import worlds as ask

    asked = asked or Asked()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    result = ask(asked.posterior(), ids or None)
    if plot is not None:
        from ..presentation.figures import draw_worlds, save

        warn(f"drew {save(draw_worlds(result), plot, key='--plot')}")
    show(layout(result), as_json=asked.json)
    if not asked.json and result.asked.ready is not None:
        warn_if_few(result.asked.ready)
    return 0
