"""The gate: the falling requirement meets the compute that each firm would commit to one run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from ...inference.probabilities import ENDS, QUANTILES
from ...studies.trajectories import Trajectories
from ..text import NEVER_SAID, date_text, moment_text, placed
from .bands import draw_band, name_ends
from .dates import date_number, day_number, month_of, set_date_axis
from .flop_axis import flop_tick_text, flop_ticks
from .style import INK, LABEL_SIZE, MUTED, PAPER, SERIES, WIDTH, frame, house_style, mark_day, new_figure
from .wording import event_text, firm_text, source_line

HEIGHT = 3.9  # inches
SIDES = 1.6  # inches beside the plotting area
AXIS_HEIGHT = 3.2  # inches
MOST_TICKS = 5
MEDIAN = QUANTILES.index(0.5)
*BUDGETS, REQUIREMENT = SERIES


@house_style()
def draw_gate(paths: Trajectories, *, width: float = WIDTH) -> Figure:
    """Draw the requirement and the budgets of the first firms to launch through time, and where they cross.

    Parameters
    ----------
    paths : Trajectories
        From `race_trajectories`.
    width : float
        Inches.
    """
    question = paths.question
    days = date_number(question.assumptions.calendar, paths.months)
    figure = new_figure(width, HEIGHT)
    axes = figure.add_subplot()
    axes.set_yscale("log")
    lines = {"Requirement": paths.requirement}
    looks = {"Requirement": REQUIREMENT}
    firms = _first_to_launch(paths)
    for position, firm in enumerate(firms):
        name = f"Budget, {firm_text(question.assumptions.race.firms[firm]).removeprefix('the ')}"
        lines[name], looks[name] = paths.budgets[firm], BUDGETS[position]
    for name, quantiles in lines.items():
        draw_band(axes, days, np.maximum(quantiles, 1.0), looks[name])
    shown = np.concatenate([quantiles[1:4].ravel() for quantiles in lines.values()])
    axes.set_ylim(shown.min() / 2.0, shown.max() * 2.5)
    low, high = np.log10(axes.get_ylim())
    ticks = flop_ticks(low, high, MOST_TICKS)
    axes.set_yticks(ticks, [flop_tick_text(tick) for tick in ticks])
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("Training compute (FLOP, logarithmic)")
    set_date_axis(axes, float(days[0]), float(days[-1]), width - SIDES, "Date")
    name_ends(figure, axes, list(lines), [quantiles[MEDIAN, -1] for quantiles in lines.values()], AXIS_HEIGHT)
    _mark_crossings(axes, paths, firms)
    mark_day(axes, day_number(question.as_of), f"as of {date_text(question.as_of)}")
    frame(
        figure,
        _finding(paths),
        f"{event_text(question)} {_shown(paths, firms)}Line: median; bands: 50 and 90%.",
        source_line(paths.origin),
    )
    return figure


def crossing(paths: Trajectories, firm: str) -> tuple[float, float] | None:
    """Where the median requirement falls to a firm's median budget.

    Returns
    -------
    tuple of float, or None
        Months since t = 0, and FLOP; None where they do not cross within the span shown.
    """
    gap = np.log(paths.requirement[MEDIAN]) - np.log(np.maximum(paths.budgets[firm][MEDIAN], 1.0))
    below = np.flatnonzero(gap <= 0.0)
    if below.size == 0:
        return None
    after = int(below[0])
    if after == 0:
        return float(paths.months[0]), float(paths.requirement[MEDIAN, 0])
    share = float(gap[after - 1] / (gap[after - 1] - gap[after]))
    months = paths.months[after - 1] + share * (paths.months[after] - paths.months[after - 1])
    required = np.exp(np.interp(months, paths.months, np.log(paths.requirement[MEDIAN])))
    return float(months), float(required)


def _first_to_launch(paths: Trajectories) -> list[str]:
    """Firms whose budgets can be told apart: those with the earliest median launches, in the race's order."""
    first = sorted(paths.budgets, key=lambda firm: float(paths.launches[firm][MEDIAN]))[: len(BUDGETS)]
    return [firm for firm in paths.budgets if firm in first]


def _shown(paths: Trajectories, firms: Sequence[str]) -> str:
    return f"The first {len(firms)} of {len(paths.budgets)} firms. " if len(firms) < len(paths.budgets) else ""


def _mark_crossings(axes: Axes, paths: Trajectories, shown: Sequence[str]) -> None:
    calendar = paths.question.assumptions.calendar
    firms = sorted(
        (firm for firm in shown if crossing(paths, firm) is not None),
        key=lambda firm: crossing(paths, firm) or (0.0, 0.0),
    )
    for position, firm in enumerate(firms):
        months, required = crossing(paths, firm) or (0.0, 0.0)
        day = float(date_number(calendar, months))
        axes.plot(day, required, marker="o", markersize=8, markerfacecolor="white", markeredgecolor=INK, zorder=6)
        title = paths.question.assumptions.race.firms[firm].title
        crossed = moment_text(calendar, months, date_text)
        when = f"medians cross {crossed}" if months > 0.0 else "budget suffices from the start"
        # above the first crossing everything has fallen away to the right; below the others, to the left
        corner = (0.98, 0.97) if position == 0 else (0.03, 0.04 + 0.13 * (len(firms) - 1 - position))
        # from the end of a text its line passes by the texts above it, and behind one that is wider
        leader = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.8, "shrinkB": 5}
        axes.annotate(
            f"{title}: {when}\n{_launch_text(paths, firm)}",
            (day, required),
            xytext=corner,
            textcoords="axes fraction",
            ha="right" if position == 0 else "left",
            va="top" if position == 0 else "bottom",
            fontsize=LABEL_SIZE,
            color=INK,
            bbox=PAPER,
            arrowprops=leader if position == 0 else leader | {"relpos": (1.0, 0.5)},
            zorder=7 + len(firms) - position,
        )


def _launch_text(paths: Trajectories, firm: str) -> str:
    calendar = paths.question.assumptions.calendar
    ends = (float(paths.launches[firm][QUANTILES.index(p)]) for p in ENDS)
    low, high = (moment_text(calendar, end, _short) for end in ends)
    return f"launch, 90%: {low} to {high}"


def _short(day: date | None) -> str:
    return NEVER_SAID if day is None else f"{day:%b %Y}"


def _finding(paths: Trajectories) -> str:
    calendar = paths.question.assumptions.calendar
    months = float(paths.first_launch[MEDIAN])
    if not math.isfinite(months):
        return "In most draws no firm's budget ever meets the requirement"
    firm = firm_text(paths.question.assumptions.race.firms[paths.first_firm])
    return f"The first run launches {placed('around', month_of(calendar, months))}, most often {firm}'s"
