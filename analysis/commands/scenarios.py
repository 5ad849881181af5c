"""``catchup scenarios``: other ways the world could go."""

from __future__ import annotations

from .options import Asked
from .output import show, warn_if_few


def scenarios(*ids: str, asked: Asked | None = None) -> int:
    """Other ways the world could go from the day of the question, beside the baseline.

    Parameters
    ----------
    ids
        Which scenarios; all by default.
    """
    from ..inference.answer import draw
    from ..presentation.tables.scenarios import layout
    from ..studies.scenarios import scenarios as compare_scenarios

    asked = asked or Asked()
    drawn = draw(asked.request())
    comparison = compare_scenarios(drawn.question, drawn.source, ids or None, **drawn.origin())
    show(layout(comparison), as_json=asked.json)
    if not asked.json:
        warn_if_few(comparison.baseline)
    return 0
