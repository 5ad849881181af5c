"""``catchup trend``: what measured lags, carried forward, say of the date."""

from __future__ import annotations

from .options import Asked
from .output import show


def trend(*ids: str, asked: Asked | None = None) -> int:
    """What measured lags, carried forward, say of the date: as published and on the evidence, beside the race.

    Parameters
    ----------
    ids
        Which trends; all by default.
    """
    from ..presentation.tables.trend import layout
    from ..studies.readings.trend import trends

    asked = asked or Asked()
    result = trends(asked.posterior(), ids)
    show(layout(result), as_json=asked.json, quantiles_of=result.compute)
    return 0
