"""``catchup structures``: models of other shapes side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import check_plot, draw_plot, show


def structures(
    *,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw all structures into a file.")] = None,
) -> int:
    """Compute gate, trends and mobilisation, their ensembles, and what would tell them apart soonest."""
    from ..presentation.tables.structures import layout
    from ..studies.structures import structures as compare

    asked = asked or Asked()
    check_plot(plot)
    result = compare(asked.posterior())
    draw_plot(plot, lambda figures: figures.draw_structures(result))
    show(layout(result), as_json=asked.json, quantiles_of=result.structures[0].ready)
    return 0
