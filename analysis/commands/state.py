"""``catchup state``: where the race stands on the day of the question."""

from __future__ import annotations

from .options import Asked
from .output import show


def state(*, asked: Asked | None = None) -> int:
    """Where the race stands: how far the furthest run and each firm's have come, and the date given each stage."""
    from ..presentation.tables.state import layout
    from ..studies.state import state as state_of

    asked = asked or Asked()
    show(layout(state_of(asked.posterior())), as_json=asked.json)
    return 0
