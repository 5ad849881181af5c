"""``catchup influence``: what each item of evidence did to the date."""

from __future__ import annotations

from ...priors.errors import InputError
from ..inference.diagnostics import WORST_KHAT
from .options import Asked
from .output import show, warn


def influence(*, asked: Asked | None = None) -> int:
    """What each item of evidence did to the date: alone, in the whole, and beside every other item."""
    from ..inference.conditioning import condition
    from ..presentation.tables.influence import layout
    from ..studies.influence import influence as examine

    asked = asked or Asked()
    if asked.engine == "nuts":
        raise InputError("influence reweights prior draws: auto or importance was expected", key="--engine")
    request = asked.request()
    more = request.engine == "auto"  # the draws of a forecast
    drawn = condition(request.question, request.selection, "importance", refuse=False, more=more)
    result = examine(drawn)
    show(layout(result), as_json=asked.json)
    if result.trustworthy:
        return 0
    khat = result.diagnostics.khat
    warn(
        f"all items together cannot be reweighted (k-hat {khat:.2f}, above {WORST_KHAT}): try more --draws, "
        "or fewer items with --evidence"
    )
    return 1
