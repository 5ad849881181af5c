"""``catchup levers``: what each policy would change."""

from __future__ import annotations

from .compared import print_comparison
from .options import Asked


def levers(*, asked: Asked | None = None) -> int:
    """What each policy lever would change, pulled on the day of the question."""
    from ..studies.counterfactuals import levers as compare_levers

    asked = asked or Asked()
    return print_comparison(compare_levers(asked.posterior()), "Lever", json=asked.json)
