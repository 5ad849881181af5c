"""``catchup worlds``: the worlds that the sources describe, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import check_plot, draw_plot, show


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
    check_plot(plot)
    result = ask(asked.posterior(), ids or None)
    draw_plot(plot, lambda figures: figures.draw_worlds(result))
    show(layout(result), as_json=asked.json, quantiles_of=result.asked.ready)
    return 0
