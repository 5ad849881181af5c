"""``catchup regimes``: what each commitment of compute would change."""

from __future__ import annotations

from .compared import print_comparison
from .options import Asked


def regimes(*, asked: Asked | None = None) -> int:
    """What each commitment of compute would change, begun on the day of the question."""
    from ..studies.counterfactuals import regimes as compare_regimes

    asked = asked or Asked()
    return print_comparison(compare_regimes(asked.posterior()), "Regime", json=asked.json)
