"""``catchup levers``: what each policy would change."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from ...priors.errors import InputError
from ..inference.posterior import Posterior
from ..presentation.table import Layout
from .options import OUTPUT, WHAT, Asked
from .output import show, warn_if_few


def levers(
    *,
    acting_from: Annotated[
        date | None,
        Parameter(name="--from", group=WHAT, help="Day from which levers act; that of the question by default."),
    ] = None,
    by_day: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Months bought by the day of enactment, a month apart.")
    ] = False,
    grid: Annotated[
        bool, Parameter(group=OUTPUT, negative="", help="Every lever under every commitment of compute.")
    ] = False,
    asked: Asked | None = None,
) -> int:
    """What each policy lever would change, acting from a day on what is still open then."""
    if by_day and grid:
        raise InputError("does not go with --by-day", key="--grid")
    asked = asked or Asked()
    posterior = asked.posterior()
    layout = _layout(posterior, acting_from, by_day=by_day, grid=grid)
    show(layout, as_json=asked.json)
    if not asked.json:
        warn_if_few(posterior.ready)
    return 0


def _layout(posterior: Posterior, acting_from: date | None, *, by_day: bool, grid: bool) -> Layout:
    if by_day:
        from ..presentation.tables.enactment import layout as layout_by_day
        from ..studies.enactment import default_days, levers_by_day

        return layout_by_day(levers_by_day(posterior, default_days(acting_from or posterior.question.as_of)))
    if grid:
        from ..presentation.tables.lever_grid import layout as layout_of_grid
        from ..studies.lever_grid import lever_grid

        return layout_of_grid(lever_grid(posterior, acting_from=acting_from))
    from ..presentation.tables.counterfactuals import layout
    from ..studies.counterfactuals import levers as compare_levers

    return layout(compare_levers(posterior, acting_from=acting_from))
