"""The firms' pools: compute through time, and on the day of the question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ...inference.estimates import Array
from ...inference.probabilities import QUANTILES
from ...studies.trajectories import Trajectories
from ..text import date_text
from .bands import draw_band, name_ends
from .dates import date_number, day_number, set_date_axis
from .densities import density_of_draws
from .style import BAND_ALPHA, NARROW, SERIES, WIDTH, frame, house_style, mark_day, new_figure
from .wording import count_text, firm_text, source_line

HEIGHT = 3.4  # inches
AXIS_HEIGHT = 2.7  # inches
SIDES = 1.6  # inches beside the plotting area
DENSITY_SHARE = 0.22  # of the width, for the densities on the day
SMALLEST = 1e-3  # H100e; an empty pool has no logarithm
MEDIAN = QUANTILES.index(0.5)


@house_style()
def draw_pools(paths: Trajectories, *, width: float = WIDTH) -> Figure:
    """Draw every firm's pool through time and, where there is room, its density on the day of the question.

    Parameters
    ----------
    paths : Trajectories
        From `race_trajectories`.
    width : float
        Inches.
    """
    question = paths.question
    figure = new_figure(width, HEIGHT)
    beside = width >= NARROW
    if beside:
        grid = figure.add_gridspec(1, 2, width_ratios=[1.0 - DENSITY_SHARE, DENSITY_SHARE])
        axes = figure.add_subplot(grid[0])
        side = figure.add_subplot(grid[1], sharey=axes)
    else:
        axes = figure.add_subplot()
    axes.set_yscale("log")
    days = date_number(question.assumptions.calendar, paths.months)
    firms = _largest(paths)
    pools = [paths.pools[firm] for firm in firms]
    for look, quantiles in zip(SERIES, pools, strict=False):
        draw_band(axes, days, np.maximum(quantiles, SMALLEST), look)
    everything = np.concatenate([quantiles.ravel() for quantiles in pools])
    everything = np.maximum(everything, max(everything.max() * 1e-6, SMALLEST))
    axes.set_ylim(everything.min() / 1.6, everything.max() * 1.6)
    axes.yaxis.set_major_locator(LogLocator(base=10.0, subs=(1.0, 2.0, 5.0), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count_text(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("Compute (H100e, logarithmic)")
    plot_width = (width - SIDES) * (1.0 - DENSITY_SHARE if beside else 1.0)
    set_date_axis(axes, float(days[0]), float(days[-1]), plot_width, "Date")
    titles = [question.assumptions.race.firms[firm].title for firm in firms]
    name_ends(figure, axes, titles, [quantiles[MEDIAN, -1] for quantiles in pools], AXIS_HEIGHT)
    mark_day(axes, day_number(question.as_of), f"as of {date_text(question.as_of)}")
    if beside:
        _draw_densities(side, [paths.pools_as_of[firm] for firm in firms])
    of_all = f"The largest {len(firms)} of {len(paths.pools)} firms. " if len(firms) < len(paths.pools) else ""
    subtitle = f"{of_all}Line: median; bands: 50 and 90%." + (
        f" Right: density on {date_text(question.as_of)}." if beside else ""
    )
    frame(figure, _finding(paths), subtitle, source_line(paths.origin))
    return figure


def _largest(paths: Trajectories) -> list[str]:
    """Firms that can be told apart: those with the largest pools on the day, in the race's order."""
    largest = sorted(paths.pools_as_of, key=lambda firm: -float(np.median(paths.pools_as_of[firm])))[: len(SERIES)]
    return [firm for firm in paths.pools if firm in largest]


def _draw_densities(axes: Axes, owned: Sequence[Array]) -> None:
    for look, stock in zip(SERIES, owned, strict=False):
        estimated = density_of_draws(np.log(np.maximum(stock, SMALLEST)))
        if estimated is None:
            axes.axhline(float(stock[0]), color=look.colour, linestyle=look.line)
            continue
        heights, stocks = estimated[1] / estimated[1].max(), np.exp(estimated[0])
        axes.plot(heights, stocks, color=look.colour, linestyle=look.line)
        axes.fill_betweenx(stocks, 0.0, heights, color=look.colour, alpha=BAND_ALPHA[0.9], linewidth=0)
    axes.set_xlim(0.0, 1.15)
    axes.set_xticks([])
    axes.tick_params(axis="y", which="both", labelleft=False, length=0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlabel("Density\n(scaled to its top)")


def _finding(paths: Trajectories) -> str:
    firms = paths.question.assumptions.race.firms
    middle = {firm: float(np.median(stock)) for firm, stock in paths.pools_as_of.items()}
    ordered = sorted(middle, key=lambda firm: -middle[firm])
    first = ordered[0]
    text = f"{firms[first].title}: about {count_text(middle[first])} H100e on {date_text(paths.question.as_of)}"
    if len(ordered) > 1 and middle[ordered[1]] > 0:
        text += f", {middle[first] / middle[ordered[1]]:.2g} times {firm_text(firms[ordered[1]])}"
    return text
