"""``catchup levers``: what each policy would change."""

from __future__ import annotations

from .options import Asked
from .output import show, warn_if_few


def levers(*, asked: Asked | None = None) -> int:
    """What each policy lever would change, pulled on the day of the question."""
    from ..presentation.tables.counterfactuals import layout
    from ..studies.counterfactuals import levers as compare_levers

    asked = asked or Asked()
    comparison = compare_levers(asked.posterior())
    show(layout(comparison), as_json=asked.json)
    if not asked.json:
        warn_if_few(comparison.baseline)
    return 0
