"""``catchup sensitivity``: what the date depends on."""

from __future__ import annotations

from .options import Asked
from .output import show, warn


def sensitivity(*, asked: Asked | None = None) -> int:
    """Which quantities the date depends on: one at a time, by shares of variance, and by rank correlation."""
    from ..presentation.tables.sensitivity import layout
    from ..studies.sensitivity.study import sensitivity as examine

    asked = asked or Asked()
    result = examine(asked.posterior())
    warn(*result.notes)
    show(layout(result), as_json=asked.json)
    return 0
