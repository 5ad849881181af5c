"""``catchup size``: how large a model Mythos's compute implies."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from .options import WHAT, Asked
from .output import show
from .unused import warn_of_the_date


def size(
    *,
    asked: Asked | None = None,
    flop: Annotated[
        list[float] | None,
        Parameter(group=WHAT, negative="", help="Another figure for its compute, FLOP, to size as well; repeatable."),
    ] = None,
) -> int:
    """How large a model Mythos's compute implies, by rules of thumb for tokens and active parameters."""
    from ..presentation.tables.size import layout
    from ..studies.readings.size import sizes

    asked = asked or Asked()
    warn_of_the_date(asked)
    result = sizes(asked.posterior(), flop or ())
    show(layout(result), as_json=asked.json, quantiles_of=result.mythos["flop"])
    return 0
