"""``catchup obstacles``: what stands in the way besides compute."""

from __future__ import annotations

from .options import Asked
from .output import show


def obstacles(*, asked: Asked | None = None) -> int:
    """What stands in the way besides compute: how likely each obstacle is to bind, and what it adds to the date."""
    from ..presentation.tables.obstacles import layout
    from ..studies.obstacles import obstacles as take_away

    asked = asked or Asked()
    result = take_away(asked.posterior())
    show(layout(result), as_json=asked.json, quantiles_of=result.ready)
    return 0
