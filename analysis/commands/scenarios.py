"""``catchup scenarios``: other ways the world could go."""

from __future__ import annotations

from .options import Asked
from .output import show


def scenarios(*ids: str, asked: Asked | None = None) -> int:
    """Other ways the world could go from the day of the question, beside the baseline.

    Parameters
    ----------
    ids
        Which scenarios; all by default.
    """
    from ..presentation.tables.scenarios import layout
    from ..studies.scenarios import scenarios as compare_scenarios

    asked = asked or Asked()
    comparison = compare_scenarios(asked.posterior(), ids or None)
    show(layout(comparison), as_json=asked.json, quantiles_of=comparison.baseline)
    return 0
