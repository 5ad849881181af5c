"""``catchup levers``: what each policy would change."""

from __future__ import annotations

from .compared import print_comparison
from .options import Asked


def levers(*, asked: Asked | None = None) -> int:
    """What each policy lever would change, pulled on the day of the question."""
    from ..inference.answer import draw
    from ..studies.counterfactuals import levers as compare_levers

    asked = asked or Asked()
    drawn = draw(asked.request())
    return print_comparison(compare_levers(drawn.question, drawn.source, **drawn.origin()), "Lever", json=asked.json)
