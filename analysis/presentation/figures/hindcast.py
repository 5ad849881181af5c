"""The track record's calibration: where what happened stood in what had been said, against what chance explains."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ...studies.tables.hindcast import OUTSIDE, Hindcast
from ...studies.tables.lag_structures import STRUCTURES
from ..tables.hindcast import calibration_text, met_text
from .style import INK, LABEL_SIZE, MUTED, PALE, WIDTH, frame, house_style, legend_below, new_figure, series, wrap

HEIGHT = 3.0  # inches
HANDLE = 1.4  # inches, of what a line of the legend has beside its text, and of what the axes stand off by


@house_style()
def draw_hindcast(result: Hindcast, *, width: float = WIDTH) -> Figure:
    """Draw the shares of records that had been met by each probability that a structure gave.

    Parameters
    ----------
    result : Hindcast
        A track record.
    width : float
        Inches.
    """
    figure = new_figure(width, HEIGHT)
    axes = figure.add_subplot()
    reach = result.reach
    at = np.array([0.0, reach, 1.0 - reach, 1.0] if reach < 0.5 else [0.0, 1.0 - reach, reach, 1.0])  # with its bends
    axes.fill_between(at, np.clip(at - reach, 0.0, 1.0), np.clip(at + reach, 0.0, 1.0), color=PALE, linewidth=0)
    axes.plot(at, at, color=MUTED, linewidth=0.6)
    lines = []
    for index, name in enumerate(STRUCTURES):
        given, shares = result.shares_met(name)
        look = series(index)
        (line,) = axes.step(
            np.concatenate([[0.0], given, [1.0]]),
            np.concatenate([shares, [1.0]]),
            where="post",
            color=look.colour,
            linestyle=look.line,
            linewidth=1.4,
        )
        lines.append(line)
    axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    axes.set_xlabel("Probability given to a lag of at most what it was (1)", color=INK)
    axes.set_ylabel("Share of records met (1)", color=INK)
    names = [wrap(figure, f"{name}: {title}", LABEL_SIZE, width - HANDLE) for name, title in STRUCTURES.items()]
    taller = legend_below(axes, lines, names)
    figure.set_size_inches(width, HEIGHT + taller)
    chance = f"Grey: where chance stays in {1.0 - OUTSIDE:.0%} of cases."
    subtitle = f"{met_text(result)}. {chance}"
    source = f"{result.table.name}, {result.until.isoformat()}; records that are still open are left out here."
    frame(figure, calibration_text(result), subtitle, source)
    return figure
