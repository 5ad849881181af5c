"""``catchup sensitivity``: what the date depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .options import Asked
from .output import show, warn

if TYPE_CHECKING:
    from ..inference.answer import Drawn
    from ..studies.sensitivity.power_scaling import PowerScaling


def sensitivity(*, asked: Asked | None = None) -> int:
    """Which quantities the date depends on: one at a time, by shares of variance, and by rank correlation."""
    from ..inference.answer import draw
    from ..presentation.tables.sensitivity import layout
    from ..studies.sensitivity.study import sensitivity as examine

    asked = asked or Asked()
    drawn = draw(asked.request())
    result = examine(drawn.question, drawn.source, power_scaling=_power_scaling(drawn), **drawn.origin())
    for note in result.notes:
        warn(note)
    show(layout(result), as_json=asked.json)
    return 0


def _power_scaling(drawn: Drawn) -> list[PowerScaling]:
    """How far prior and likelihood each pull a posterior; nothing for a prior."""
    if drawn.conditioned is None or not drawn.items:
        return []
    from ..studies.sensitivity.power_scaling import power_scaling_of

    return power_scaling_of(drawn)
