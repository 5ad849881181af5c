"""``catchup levers``: what each policy would change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from ...priors.errors import InputError
from ..inference.posterior import Posterior
from ..presentation.table import Layout
from .options import OUTPUT, WHAT, Asked
from .output import check_plot, draw_plot, show


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
    plot: Annotated[Path | None, Parameter(group=OUTPUT, help="Draw what is shown into a file.")] = None,
    asked: Asked | None = None,
) -> int:
    """What each policy lever would change, acting from a day on what is still open then."""
    if by_day and grid:
        raise InputError("does not go with --by-day", key="--grid")
    asked = asked or Asked()
    check_plot(plot)
    posterior = asked.posterior()
    layout, draw = _shown(posterior, acting_from, by_day=by_day, grid=grid)
    draw_plot(plot, draw)
    show(layout, as_json=asked.json, quantiles_of=posterior.ready)
    return 0


def _shown(
    posterior: Posterior, acting_from: date | None, *, by_day: bool, grid: bool
) -> tuple[Layout, Callable[[Any], Any]]:
    """What is asked, laid out, and how to draw it."""
    if by_day:
        from ..presentation.tables.enactment import layout as layout_by_day
        from ..studies.enactment import default_days, levers_by_day

        first = acting_from or posterior.question.as_of
        posterior.question.assumptions.calendar.months(first)  # refuses a day that is too far off
        enacted = levers_by_day(posterior, default_days(first))
        return layout_by_day(enacted), lambda figures: figures.draw_enactment(enacted)
    if grid:
        from ..presentation.tables.lever_grid import layout as layout_of_grid
        from ..studies.lever_grid import lever_grid

        crossed = lever_grid(posterior, acting_from=acting_from)
        return layout_of_grid(crossed), lambda figures: figures.draw_lever_grid(crossed)
    from ..presentation.tables.counterfactuals import layout
    from ..studies.counterfactuals import levers as compare_levers

    compared = compare_levers(posterior, acting_from=acting_from)
    return layout(compared), lambda figures: figures.draw_levers(compared)
