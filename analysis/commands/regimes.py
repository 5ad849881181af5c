"""``catchup regimes``: what each commitment of compute would change."""

from __future__ import annotations

from .options import Asked
from .output import show


def regimes(*, asked: Asked | None = None) -> int:
    """What each commitment of compute would change, begun on the day of the question."""
    from ..presentation.tables.counterfactuals import layout
    from ..studies.counterfactuals import regimes as compare_regimes

    asked = asked or Asked()
    comparison = compare_regimes(asked.posterior())
    show(layout(comparison), as_json=asked.json, quantiles_of=comparison.baseline)
    return 0
