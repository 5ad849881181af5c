"""``catchup lags``: what each assumption about measured lags does to the date."""

from __future__ import annotations

from .options import Asked
from .output import show


def lags(*, asked: Asked | None = None) -> int:
    """What each assumption about measured lags does to the date: taken up one after another, on the same evidence."""
    from ..presentation.tables.lag_assumptions import layout
    from ..studies.readings.lag_assumptions import lag_assumptions

    asked = asked or Asked()
    result = lag_assumptions(asked.posterior())
    show(layout(result), as_json=asked.json, quantiles_of=result.rows[0].ready)
    return 0
