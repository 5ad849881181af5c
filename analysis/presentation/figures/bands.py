"""Bands of quantiles through time, named at their right end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....priors.arrays import Array
from .style import BAND_ALPHA, INK, LABEL_SIZE, Series, wrap

NAME_WIDTH = 0.85  # inches
BLACK_STRENGTH = 0.55  # black bands are paler than others, or they would hide them


def draw_band(axes: Axes, days: Array, quantiles: Array, look: Series) -> None:
    """Draw a median with its 50 and 90% bands.

    Parameters
    ----------
    axes : Axes
        With a logarithmic y axis.
    days : array, shape (time,)
        Day numbers.
    quantiles : array, shape (level, time)
        5, 25, 50, 75 and 95%.
    look : Series
        How they are drawn.
    """
    strength = BLACK_STRENGTH if look.colour == "#000000" else 1.0
    for (low, high), probability in (((0, 4), 0.9), ((1, 3), 0.5)):
        opacity = BAND_ALPHA[probability] * strength
        axes.fill_between(days, quantiles[low], quantiles[high], color=look.colour, alpha=opacity, linewidth=0)
    for edge in (0, 4):
        axes.plot(days, quantiles[edge], color=look.colour, linewidth=0.6, alpha=0.7)
    axes.plot(days, quantiles[2], color=look.colour, linestyle=look.line, linewidth=2.0, zorder=4)


def name_ends(figure: Figure, axes: Axes, names: Sequence[str], heights: Sequence[float], height: float) -> None:
    """Write the names of lines at their right ends, moved apart where they would overlap.

    Parameters
    ----------
    figure, axes : Figure and Axes
        With a logarithmic y axis whose limits are set.
    names : sequence of str
        One per line.
    heights : sequence of float
        Where each line ends, in the axis's unit.
    height : float
        The axis's height in inches.
    """
    low, high = np.log(axes.get_ylim())
    texts = [wrap(figure, name, LABEL_SIZE, NAME_WIDTH) for name in names]
    sizes = [(text.count("\n") + 1) * LABEL_SIZE * 1.3 / 72.0 / height for text in texts]
    shares = [float((np.log(end) - low) / (high - low)) for end in heights]
    for text, share in zip(texts, spread(shares, sizes), strict=True):
        axes.annotate(
            text,
            (1.0, share),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=LABEL_SIZE,
            color=INK,
            annotation_clip=False,
        )


def spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Move labels apart, as little as it takes, so that none overlaps another and all lie between 0 and 1.

    Parameters
    ----------
    wanted : sequence of float
        Where each label's middle would best be.
    sizes : sequence of float
        How much room each takes.

    Returns
    -------
    list of float
        Where each goes, in the same order.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [min(max(share, size / 2), 1.0 - size / 2) for share, size in zip(wanted, sizes, strict=True)]
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + (sizes[below] + sizes[above]) / 2)
    for above, below in pairwise(order[::-1]):
        limit = 1.0 - sizes[above] / 2 if above == order[-1] else placed[above]
        placed[above] = min(placed[above], limit)
        placed[below] = min(placed[below], placed[above] - (sizes[below] + sizes[above]) / 2)
    return placed
