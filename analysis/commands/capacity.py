"""``catchup capacity``: China's compute through 2027, in two accounts."""

from __future__ import annotations

from .options import Asked
from .output import show
from .unused import warn_of_the_date


def capacity(*, asked: Asked | None = None) -> int:
    """China's compute through 2027: a data set's figures carried forward, beside what the race's own imply."""
    from ..presentation.tables.capacity import layout
    from ..studies.readings.capacity import capacity as carry_forward

    asked = asked or Asked()
    warn_of_the_date(asked)
    result = carry_forward(asked.posterior())
    show(layout(result), as_json=asked.json, quantiles_of=result.coverage)
    return 0
