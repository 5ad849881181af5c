"""The cumulative date: the probability of being ready by each day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from ....priors.arrays import Array
from ...inference.forecast import Forecast
from ...inference.probabilities import ENDS, HEADLINE
from ...inference.streaming import AnyDistribution
from ...studies.movement import Movement
from ..tables.movement import EVIDENCE, movement_text
from ..text import arrival_text, date_text, day_text, large_error_text, placed
from .dates import date_number, day_number, month_of, set_date_axis
from .style import (
    INK,
    LABEL_SIZE,
    PAPER,
    WIDTH,
    Series,
    frame,
    house_style,
    legend_below,
    mark_day,
    new_figure,
    series,
    wrap,
)
from .wording import brief, event_text, source_line

HEIGHT = 3.0  # inches
SIDES = 0.85  # inches beside the plotting area
LABEL_WIDTH = 1.35  # inches
PROBABILITIES = np.concatenate([[0.0005, 0.001, 0.002], np.linspace(0.005, 0.995, 199), [0.998, 0.999, 0.9995]])


@dataclass(frozen=True)
class _Curve:
    name: str
    forecast: Forecast
    look: Series

    @property
    def ready(self) -> AnyDistribution:
        return self.forecast.ready


@house_style()
def draw_cumulative(
    forecast: Forecast,
    *,
    prior: Forecast | None = None,
    moved: Movement | None = None,
    events: Sequence[Forecast] = (),
    width: float = WIDTH,
) -> Figure:
    """Draw the probability of being ready by each day, with median and 5 to 95% interval.

    Parameters
    ----------
    forecast : Forecast
        What is drawn in front.
    prior : Forecast, optional
        The same question without evidence, drawn behind.
    moved : Movement, optional
        How far the evidence moved the date, which the subtitle then says.
    events : sequence of Forecast, optional
        The same question of other events.
    width : float
        Inches.

    Returns
    -------
    Figure
    """
    curves = [_Curve(forecast.question.event if events else "With evidence", forecast, series(0))]
    if prior is not None:
        curves.append(_Curve("Prior alone", prior, series(1)))
    first = len(curves)
    curves += [_Curve(other.question.event, other, series(first + i)) for i, other in enumerate(events)]
    figure = new_figure(width, HEIGHT)
    axes = figure.add_subplot()
    _set_limits(axes, curves, width - SIDES)
    lines = [_draw_curve(axes, curve, position) for position, curve in enumerate(curves)]
    _mark_interval(axes, curves[0], width - SIDES, label=len(curves) == 1)
    mark_day(axes, day_number(forecast.question.as_of), f"as of {date_text(forecast.question.as_of)}")
    if len(curves) > 1:  # beside several curves there is no room for labels: their dates stand below
        texts = [wrap(figure, _legend_text(curve), LABEL_SIZE, width - 0.9) for curve in curves]
        figure.set_size_inches(width, HEIGHT + legend_below(axes, lines, texts))
    frame(figure, _finding(forecast), _subtitle(forecast, moved, events), _source(forecast))
    return figure


def curve_of(forecast: Forecast) -> tuple[Array, Array]:
    """Return the curve: days in day numbers, and probabilities; without what never comes."""
    months = np.array([forecast.ready.quantile_value(float(p)) for p in PROBABILITIES])
    happens = np.isfinite(months)
    return date_number(forecast.question.assumptions.calendar, months[happens]), PROBABILITIES[happens]


def _draw_curve(axes: Axes, curve: _Curve, position: int) -> Line2D:
    days, probabilities = curve_of(curve.forecast)
    if days.size and days[-1] < axes.get_xlim()[1]:
        days, probabilities = np.append(days, axes.get_xlim()[1]), np.append(probabilities, probabilities[-1])
    look = curve.look
    (line,) = axes.plot(days, probabilities, color=look.colour, linestyle=look.line, zorder=3.5 - 0.1 * position)
    return line


def _mark_interval(axes: Axes, curve: _Curve, width: float, *, label: bool) -> None:
    days, probabilities = curve_of(curve.forecast)
    inside = (probabilities >= HEADLINE[0] - 1e-9) & (probabilities <= HEADLINE[-1] + 1e-9)
    axes.fill_between(days[inside], 0.0, probabilities[inside], color=curve.look.colour, alpha=0.10, linewidth=0)
    calendar = curve.forecast.question.assumptions.calendar
    for p in HEADLINE:
        months = curve.ready.quantile_value(p)
        if not math.isfinite(months):
            continue
        day = float(date_number(calendar, months))
        axes.plot([day, day], [0.0, p], color=curve.look.colour, linewidth=0.8, zorder=2)
        axes.plot(day, p, marker=curve.look.marker, color=curve.look.colour, markersize=5.5, zorder=4)
        if not label:
            continue
        # left of a rising curve there is room above it; where that is too little, right of it below it
        low, high = axes.get_xlim()
        early = p < 0.25 and (day - low) / (high - low) * width < LABEL_WIDTH
        text = f"{p:.0%} {placed('by', day_text(curve.forecast.question, months))}"
        axes.annotate(
            text if p != 0.5 else f"median {day_text(curve.forecast.question, months)}",
            (day, p),
            xytext=(9, -1) if early else (-7, 1),
            textcoords="offset points",
            ha="left" if early else "right",
            va="center" if early else "bottom",
            fontsize=LABEL_SIZE,
            fontweight="bold" if p == 0.5 else "normal",
            color=INK,
            bbox=PAPER,
            zorder=5,
        )


def _set_limits(axes: Axes, curves: Sequence[_Curve], width: float) -> None:
    """Show every interval and the day asked, and of the tails no more than leaves the body its room."""
    calendar = curves[0].forecast.question.assumptions.calendar
    as_of = curves[0].forecast.question.as_of_months
    early = [m for c in curves if math.isfinite(m := c.ready.quantile_value(0.005))]
    late = [m for c in curves for p in (0.5, 0.95) if math.isfinite(m := c.ready.quantile_value(p))]
    tails = [m for c in curves if math.isfinite(m := c.ready.quantile_value(0.99))]
    low, high = min([as_of, *early]), max(late, default=as_of + 12.0)
    high = max(high, as_of)
    high += max(min(max(tails, default=high) - high, 0.25 * (high - low)), 0.06 * (high - low), 0.1)
    median = curves[0].ready.quantile_value(0.5)
    if len(curves) == 1 and math.isfinite(median):  # whose label stands to its left
        room = min(LABEL_WIDTH / width, 0.6)
        low = min(low, (median - room * high) / (1.0 - room))
    low -= 0.03 * (high - low)
    days = date_number(calendar, [low, high])
    set_date_axis(axes, float(days[0]), float(days[1]), width, "Date")
    axes.set_ylim(0.0, 1.06)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylabel("Probability ready by then (%)")
    axes.spines["left"].set_bounds(0.0, 1.0)


def _legend_text(curve: _Curve) -> str:
    question, quantiles = curve.forecast.question, [curve.ready.quantile(p) for p in HEADLINE]
    dated = [each.mcse for each in quantiles if question.assumptions.calendar.day(each.value) is not None]
    low, middle, high = (day_text(question, quantile.value) for quantile in quantiles)
    return f"{curve.name}: median {middle} (90%: {low} to {high}{large_error_text(dated)})"


def _finding(forecast: Forecast) -> str:
    calendar = forecast.question.assumptions.calendar
    if not forecast.ready.quantile(0.5).meaningful:
        return "Too few draws to say when a Chinese lab has a model like Mythos"
    middle = forecast.ready.quantile_value(0.5)
    if not math.isfinite(middle):
        return "In most draws no Chinese lab ever gets there"
    return arrival_text(forecast.question.event, f"{placed('by', month_of(calendar, middle))}, as likely as not")


def _subtitle(forecast: Forecast, moved: Movement | None, events: Sequence[Forecast]) -> str:
    calendar = forecast.question.assumptions.calendar
    low, high = (month_of(calendar, forecast.ready.quantile_value(p)) for p in ENDS)
    parts = [f"90% interval {low} to {high}."]
    if forecast.pooled_over:
        parts.append(f"Pooled with equal weights over {', '.join(forecast.pooled_over)}.")
    if moved is not None:
        parts.append(f"{movement_text(forecast.question, EVIDENCE, moved)}.")
    parts.append("Several readings of the event, on the same draws." if events else event_text(forecast.question))
    return " ".join(parts)


def _source(forecast: Forecast) -> str:
    error = forecast.ready.quantile(0.5).mcse
    noise = f"Monte Carlo error of the median {brief(error)} months" if math.isfinite(error) else ""
    return source_line(forecast.origin, noise, *forecast.warnings_of_draws())
