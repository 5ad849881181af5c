"""``catchup structures``: models of other shapes side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import OUTPUT, Asked
from .output import show, warn, warn_if_few


def structures(
    *,
    asked: Asked | None = None,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw all structures into a file.")] = None,
) -> int:
    """Compute gate, trends and mobilisation, their ensembles, and what would tell them apart soonest."""
    from ..presentation.tables.structures import layout
    from ..studies.structures import structures as compare

    asked = asked or Asked()
    if plot is not None:
        from ..presentation.figures import check_file

        check_file(plot, key="--plot")
    result = compare(asked.posterior())
    if plot is not None:
        from ..presentation.figures import draw_structures, save

        warn(f"drew {save(draw_structures(result), plot, key='--plot')}")
    show(layout(result), as_json=asked.json)
    if not asked.json:
        warn_if_few(result.structures[0].ready)
    return 0
