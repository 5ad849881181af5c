"""The density of Mythos's pre-training compute."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..forecast import AnyDistribution, Forecast
from .densities import density
from .style import INK, LABEL_SIZE, WIDTH, Series, frame, house_style, new_figure, series
from .wording import flop_text, source_line

HEIGHT = 2.6  # inches
MARKED = (0.05, 0.5, 0.95)
MANTISSAS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


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
    low = min(f.log_flop.quantile_value(0.001) for f in (forecast, prior) if f is not None) - 0.02
    high = max(f.log_flop.quantile_value(0.999) for f in (forecast, prior) if f is not None) + 0.02
    axes.set_xlim(low, high)
    ticks = flop_ticks(low, high, int((width - 0.6) / 0.75))
    axes.set_xticks([math.log10(tick) for tick in ticks], [flop_text(tick).replace(".0", "") for tick in ticks])
    axes.set_ylim(0.0, (tallest or 1.0) * 1.3)
    axes.set_yticks([])
    axes.set_xlabel("Pre-training compute (FLOP, logarithmic)")
    axes.set_ylabel("Density\n(per factor of ten)")
    axes.spines["left"].set_visible(False)
    if prior is not None:
        axes.legend(loc="upper right")
    frame(figure, _finding(forecast), _subtitle(forecast), _source(forecast))
    return figure


def flop_ticks(low: float, high: float, most: int) -> list[float]:
    """Choose round FLOP figures between two powers of ten, at most so many."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for mantissas in (MANTISSAS, (1.0, 2.0, 3.0, 5.0), (1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        ticks = [m * 10.0**decade for decade in decades for m in mantissas]
        ticks = [tick for tick in ticks if low <= math.log10(tick) <= high]
        if len(ticks) <= most:
            return ticks
    return ticks[:: -(-len(ticks) // max(most, 1))]


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
    for p, side, offset in ((MARKED[0], "right", -4), (MARKED[1], "center", 0), (MARKED[2], "left", 4)):
        at = distribution.quantile_value(p)
        height = float(np.interp(at, *estimated))
        axes.plot([at, at], [0.0, height], color=series(0).colour, linewidth=0.8)
        axes.annotate(
            f"{'median' if p == 0.5 else f'{p:.0%}'}\n{flop_text(10.0**at)}",
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
    low, high = (flop_text(10.0 ** forecast.log_flop.quantile_value(p)) for p in (0.05, 0.95))
    what = "Posterior" if forecast.evidence else "Prior predictive"
    return f"{what} density; 90% interval {low} to {high} FLOP, shaded."


def _source(forecast: Forecast) -> str:
    return source_line(forecast.question, forecast.engine, forecast.draws, forecast.evidence)
