"""``catchup capability``: index scores and compute together, and what would tell the race and the scores apart."""

from __future__ import annotations

from .options import Asked
from .output import show


def capability(*, asked: Asked | None = None) -> int:
    """What score Mythos's compute implies, when a Chinese model meets it, and what tells compute and scores apart.

    Scores of both frontiers, from the records that come with the project, are counted in the race beside all other
    evidence, and carried forward by themselves.
    """
    from ..presentation.tables.capability import layout
    from ..studies.tables.capability import capability as study

    asked = asked or Asked()
    show(layout(study(asked.posterior())), as_json=asked.json)
    return 0
