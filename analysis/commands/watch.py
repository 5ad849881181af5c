"""``catchup watch``: what may happen or be learnt, and what it would do to the date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .options import BELIEF, WHAT, Asked
from .output import show, warn


def watch(
    *,
    asked: Asked | None = None,
    only: Annotated[
        list[str] | None,
        Parameter(group=WHAT, negative="", help="An observable to look at instead of all; repeatable."),
    ] = None,
    observables: Annotated[
        list[Path] | None,
        Parameter(group=BELIEF, negative="", help="TOML file of further observables or disclosures; repeatable."),
    ] = None,
) -> int:
    """What may happen or be learnt within half a year, how likely it is, and how far it would move the date."""
    from ..inference.request import posterior
    from ..presentation.tables.watch import layout
    from ..studies.observables import read_observables
    from ..studies.watch import watch as look_out

    asked = asked or Asked()
    request = asked.request()
    watched = read_observables(request.question.assumptions, observables or ())
    result = look_out(posterior(request), watched, only=only or ())
    warn(*result.notes)
    show(layout(result), as_json=asked.json, quantiles_of=result.ready)
    return 0
