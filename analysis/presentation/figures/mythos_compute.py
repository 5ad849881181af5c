"""The density of Mythos's pre-training compute."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...inference.forecast import Forecast
from ...inference.probabilities import ENDS, HEADLINE
from ...inference.streaming import AnyDistribution
from ..text import quantile_text
from .densities import density
from .flop_axis import flop_tick_text, flop_ticks
from .style import INK, LABEL_SIZE, WIDTH, Series, frame, house_style, new_figure, series
from .wording import flop_text, source_line

HEIGHT = 2.6  # inches
SIDES = 0.6  # inches beside the plotting area
LABEL_WIDTH, TICK_WIDTH = 0.8, 0.75  # inches
SMALLEST_SPAN = 0.3  # of log10 FLOP


@house_style()
def draw_mythos_compute(forecast: Forecast, *, prior: Forecast | None = None, width: float = WIDTH) -> Figure:
    """Draw what is believed of Mythos's pre-training compute.

    Parameters
    ----------
    forecast : Forecast
        What is drawn in front.
    prior : Forecast, optional
        The same question without evidence, drawn behind.
    width : float
        Inches.
    """
    figure = new_figure(width, HEIGHT)
    axes = figure.add_subplot()
    tallest = 0.0
    if prior is not None:
        tallest = _draw_density(axes, prior.log_flop, series(1), "Prior alone")
    tallest = max(tallest, _draw_density(axes, forecast.log_flop, series(0), "With evidence", filled=True))
    _mark(axes, forecast.log_flop, tallest)
    low, high = _limits([f.log_flop for f in (forecast, prior) if f is not None], LABEL_WIDTH / (width - SIDES))
    axes.set_xlim(low, high)
    ticks = flop_ticks(low, high, int((width - SIDES) / TICK_WIDTH))
    axes.set_xticks([math.log10(tick) for tick in ticks], [flop_tick_text(tick) for tick in ticks])
    axes.set_ylim(0.0, (tallest or 1.0) * 1.3)
    axes.set_yticks([])
    axes.set_xlabel("Pre-training compute (FLOP, logarithmic)")
    axes.set_ylabel("Density\n(per factor of ten)")
    axes.spines["left"].set_visible(False)
    if prior is not None:
        axes.legend(loc="upper right")
    frame(figure, _finding(forecast), _subtitle(forecast), source_line(forecast.origin))
    return figure


def _limits(distributions: Sequence[AnyDistribution], room: float) -> tuple[float, float]:
    """Limits in log10 FLOP that hold nearly all of each distribution, and the labels beside the first's quantiles."""
    low = min(distribution.quantile_value(0.001) for distribution in distributions)
    high = max(distribution.quantile_value(0.999) for distribution in distributions)
    missing = max(SMALLEST_SPAN - (high - low), 0.04) / 2.0
    low, high = low - missing, high + missing
    first, last = (distributions[0].quantile_value(p) for p in ENDS)
    for _ in range(20):  # each end's room takes some of the other's
        low = min(low, first - room * (high - low))
        high = max(high, last + room * (high - low))
    return low, high


def _draw_density(
    axes: Axes, distribution: AnyDistribution, look: Series, label: str, *, filled: bool = False
) -> float:
    estimated = density(distribution)
    if estimated is None:
        axes.axvline(distribution.quantile_value(0.5), color=look.colour, linestyle=look.line, label=label)
        return 0.0
    points, heights = estimated
    axes.plot(points, heights, color=look.colour, linestyle=look.line, label=label)
    if filled:
        inside = (points >= distribution.quantile_value(0.05)) & (points <= distribution.quantile_value(0.95))
        axes.fill_between(points[inside], 0.0, heights[inside], color=look.colour, alpha=0.16, linewidth=0)
    return float(heights.max())


def _mark(axes: Axes, distribution: AnyDistribution, tallest: float) -> None:
    """Write quantiles where the curve leaves room: outside its flanks and above its top."""
    estimated = density(distribution)
    if estimated is None:
        return
    for p, side, offset in ((HEADLINE[0], "right", -4), (HEADLINE[1], "center", 0), (HEADLINE[2], "left", 4)):
        at = distribution.quantile_value(p)
        height = float(np.interp(at, *estimated))
        axes.plot([at, at], [0.0, height], color=series(0).colour, linewidth=0.8)
        axes.annotate(
            f"{quantile_text(p)}\n{flop_text(10.0**at)}",
            (at, tallest if p == 0.5 else height),
            xytext=(offset, 3),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=LABEL_SIZE,
            fontweight="bold" if p == 0.5 else "normal",
            color=INK,
        )


def _finding(forecast: Forecast) -> str:
    return f"Mythos's pre-training took about {flop_text(10.0 ** forecast.log_flop.quantile_value(0.5))} FLOP"


def _subtitle(forecast: Forecast) -> str:
    low, high = (flop_text(10.0 ** forecast.log_flop.quantile_value(p)) for p in ENDS)
    what = "Posterior" if forecast.evidence else "Prior predictive"
    return f"{what} density; 90% interval {low} to {high} FLOP, shaded."
