"""Levers under every commitment of compute: how far each moves the 95% date."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...inference.estimates import Estimate
from ...studies.lever_grid import Grid
from ..tables.lever_grid import NO_REGIME
from ..text import brief_shift, date_text
from .style import INK, LABEL_SIZE, SERIES, WIDTH, frame, house_style, new_figure, wrap
from .wording import source_line

ROW = 0.36  # inches
HEAD = 0.5  # inches, for the regimes' names
NAME_SHARE = 0.28  # of the width, at most, for the levers' names
GAP = 0.8  # of a column's width, that its name may take
LATE = 0.95  # quantile whose shift is drawn
DARKEST = 0.5  # opacity of the largest shift: light enough for its figure


@house_style()
def draw_lever_grid(result: Grid, *, width: float = WIDTH) -> Figure:
    """Draw the shift of the 95% date by lever and regime, the larger the darker.

    Parameters
    ----------
    result : Grid
        From `lever_grid`.
    width : float
        Inches.
    """
    regimes: dict[str | None, str] = {None: NO_REGIME}
    regimes.update(result.regimes.items())
    cells = {(lever, regime): result.bought(lever, regime, LATE) for lever in result.levers for regime in regimes}
    largest = max((abs(shift.value) for shift in cells.values() if _shown(shift)), default=1.0)
    figure = new_figure(width, ROW * len(result.levers) + HEAD)
    axes = figure.subplots()
    for row, lever in enumerate(result.levers):
        for column, regime in enumerate(regimes):
            _draw_cell(axes, column, row, cells[lever, regime], largest)
    _name(axes, figure, list(regimes.values()), list(result.levers.values()), width)
    day = date_text(result.acting_from)
    subtitle = f"Months by which a lever moves the 95% date, both from {day}. Within Monte Carlo error: 0."
    source = source_line(result.origin)
    frame(figure, _finding(result, cells, regimes), subtitle, source)
    return figure


def _shown(shift: Estimate) -> bool:
    return math.isfinite(shift.value) and not shift.noise


def _draw_cell(axes: Axes, column: int, row: int, shift: Estimate, largest: float) -> None:
    share = abs(shift.value) / largest if _shown(shift) else 0.0
    colour = SERIES[0 if shift.value >= 0.0 else 1].colour
    axes.add_patch(Rectangle((column, row), 1.0, 1.0, facecolor=colour, alpha=DARKEST * share, edgecolor="none"))
    text = brief_shift(shift) if math.isfinite(shift.value) else "never"
    axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=INK, fontsize=LABEL_SIZE)


def _name(axes: Axes, figure: Figure, regimes: list[str], levers: list[str], width: float) -> None:
    axes.set_xlim(0.0, len(regimes))
    axes.set_ylim(len(levers), 0.0)
    room = GAP * (1.0 - NAME_SHARE) * width / len(regimes)
    heads = [wrap(figure, name, LABEL_SIZE, room) for name in regimes]
    axes.set_xticks([place + 0.5 for place in range(len(regimes))], heads)
    names = [wrap(figure, name, LABEL_SIZE, NAME_SHARE * width) for name in levers]
    axes.set_yticks([place + 0.5 for place in range(len(levers))], names)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _finding(result: Grid, cells: dict[tuple[str, str | None], Estimate], regimes: dict[str | None, str]) -> str:
    moving = {pair: shift for pair, shift in cells.items() if _shown(shift)}
    if not moving:
        return "No lever moves the 95% date beyond noise, whatever is committed"
    lever, regime = max(moving, key=lambda pair: moving[pair].value)
    under = "as the forecast has it" if regime is None else f"under {regimes[regime]}"
    return f"The 95% date moves most by: {result.levers[lever]}, {under} ({brief_shift(moving[lever, regime])} months)"
