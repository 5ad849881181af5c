"""``catchup efficiency``: what progress has to do for compute, and can."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from .options import WHAT, Asked
from .output import show


def efficiency(
    *,
    asked: Asked | None = None,
    gap: Annotated[
        float | None, Parameter(group=WHAT, help="Gap in compute to close, a ratio; tenfold by default.")
    ] = None,
) -> int:
    """What efficiency has to do for compute: the progress a launch needs, its channels, and what gaps it closes."""
    from ..presentation.tables.efficiency import layout
    from ..studies.readings.efficiency import efficiency as work_out

    asked = asked or Asked()
    result = work_out(asked.posterior(), gap)
    show(layout(result), as_json=asked.json, quantiles_of=result.needed)
    return 0
