"""What all figures share: palette, sizes, heading and source line.

References
----------
.. [1] Tol, Colour Schemes, SRON technical note 09-002 (2021): the high-contrast scheme, made to be told apart
   by colour-blind readers and in greyscale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

WIDTH = 7.2  # inches; a page's text width
TELEPHONE = 4.2  # inches; of a figure for a telephone
NARROW = 5.5  # inches; below this a figure leaves out side columns
TITLE_SIZE, SUBTITLE_SIZE, SOURCE_SIZE, LABEL_SIZE = 11.0, 8.5, 7.0, 8.0
MARGIN, BLOCK_GAP = 0.08, 0.05  # inches
POINTS = 72.0  # an inch

INK = "#222222"
MUTED = "#666666"
PALE = "#e8e8e8"  # of a band that others are seen on
BAND_ALPHA = {0.9: 0.13, 0.5: 0.27}  # opacity of a central interval, by its probability
PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}  # behind text that crosses a line


@dataclass(frozen=True)
class Series:
    """How one of several series is drawn: told apart by lightness, line and marker, not by hue alone.

    Attributes
    ----------
    colour, line, marker, hatch : str
        In matplotlib's notation.
    """

    colour: str
    line: str
    marker: str
    hatch: str


SERIES = (
    Series("#004488", "-", "o", ""),
    Series("#bb5566", "--", "s", "////"),
    Series("#ddaa33", "-.", "^", "...."),
    Series("#000000", ":", "D", "xxxx"),
)


def series(index: int) -> Series:
    """Return the look of a series by its position; after the fourth they repeat."""
    return SERIES[index % len(SERIES)]


@contextmanager
def house_style() -> Iterator[None]:
    """Draw or save under the house style, whatever the user's own settings; works as a decorator too."""
    with matplotlib.rc_context(_house_settings()):
        yield


@cache
def _house_settings() -> dict[RcKeyType, Any]:
    style = matplotlib.rc_params_from_file(Path(__file__).with_name("house.mplstyle"), use_default_template=True)
    return {key: value for key, value in style.items() if not key.startswith("backend")}


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure that belongs to no window; in inches, without what `frame` adds."""
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=0.04))
    FigureCanvasAgg(figure)
    return figure


def frame(figure: Figure, title: str, subtitle: str = "", source: str = "") -> None:
    """Write the finding above a figure and where it comes from below it, making the figure taller for both.

    Parameters
    ----------
    figure : Figure
        From `new_figure`, everything else on it.
    title : str
        The finding, as a sentence.
    subtitle : str
        What is shown, and of which event.
    source : str
        From `source_line`.
    """
    figure.set_label(" ".join(title.split()))
    width, body = figure.get_size_inches()
    head = [
        _block(figure, title, TITLE_SIZE, INK, "bold"),
        _block(figure, subtitle, SUBTITLE_SIZE, MUTED),
    ]
    foot = _block(figure, source, SOURCE_SIZE, MUTED)
    above = MARGIN + sum(height + BLOCK_GAP for _, height in head)
    below = MARGIN + foot[1] + BLOCK_GAP
    total = above + body + below
    figure.set_size_inches(width, total)
    top = total - MARGIN
    for block, height in head:
        block.set(position=(MARGIN / width, top / total), verticalalignment="top")
        top -= height + BLOCK_GAP
    foot[0].set(position=(MARGIN / width, MARGIN / total), verticalalignment="bottom")
    engine: Any = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0.0, below / total, 1.0, body / total))


def finding_of(figure: Figure) -> str:
    """The finding that `frame` wrote above a figure, as one line."""
    return str(figure.get_label())


def settle(figure: Figure) -> None:
    """Lay a figure of several axes out for good.

    The layout of more than one is solved in no fixed order of its names, and differs in the last digits from process
    to process; rounded, the same figure is the same bytes.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    places = {axes: axes.get_position() for axes in figure.axes}
    figure.set_layout_engine(None)
    for axes, place in places.items():
        left, bottom, width, height = (round(float(value), 6) for value in place.bounds)
        axes.set_position((left, bottom, width, height))


def wrap(figure: Figure, text: str, size: float, width: float, weight: str = "normal") -> str:
    """Break a text into lines no wider than so many inches, as measured in the figure's font on paper and on a page.

    A word that is wider by itself, such as the name of a file, is broken where the line ends.
    """

    def fits(line: str) -> bool:
        return text_width(figure, line, size, weight) <= width

    lines: list[str] = []
    for word in text.split():
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
            continue
        rest = word
        while rest:
            end = next((end for end in range(len(rest), 1, -1) if fits(rest[:end])), 1)
            lines.append(rest[:end])
            rest = rest[end:]
    return "\n".join(lines)


def text_width(figure: Figure, text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of text, inches, wherever it is widest.

    A picture of dots fits letters to them, a browser does not: a bold line is then wider by a thirtieth.
    """
    font = FontProperties(size=size, weight=weight)
    in_dots = _renderer(figure).get_text_width_height_descent(text, font, False)[0] / figure.dpi
    in_points = text_to_path.get_text_width_height_descent(text, font, False)[0] / POINTS
    return float(max(in_dots, in_points))


def mark_day(axes: Axes, position: float, text: str) -> None:
    """Mark a day by a vertical line, named above the axes where no data can be in its way.

    Parameters
    ----------
    axes : Axes
        With its date limits set.
    position : float
        The day, in day numbers; one outside the axes is left out.
    text : str
        Its name.
    """
    low, high = axes.get_xlim()
    if not low <= position <= high:
        return
    axes.axvline(position, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    share = (position - low) / (high - low)
    side = "left" if share < 0.2 else "right" if share > 0.8 else "center"
    axes.annotate(
        text,
        (position, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=LABEL_SIZE,
        color=MUTED,
        annotation_clip=False,
    )


def legend_below(
    axes: Axes, handles: Sequence[Artist], texts: Sequence[str], *, columns: int = 1, clear: float = 0.62
) -> float:
    """Put a legend under the x axis.

    Parameters
    ----------
    axes : Axes
        Whose legend it is.
    handles, texts : sequence of Artist, sequence of str
        Its entries.
    columns : int
        How many stand side by side.
    clear : float
        Inches from the axis to the legend, for tick labels and the axis's own.

    Returns
    -------
    float
        Inches that the figure must be taller for it.
    """
    inches = axes.figure.dpi_scale_trans
    axes.legend(
        handles,
        texts,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=axes.transAxes + ScaledTranslation(0.0, -clear, inches),
        borderaxespad=0.0,
        borderpad=0.0,
        columnspacing=1.5,
        ncols=columns,
    )
    lines = sum(text.count("\n") + 1 for text in texts) / columns
    return (1.2 * lines + 0.5 * len(texts) / columns) * LABEL_SIZE / 72.0


def _block(figure: Figure, text: str, size: float, colour: str, weight: str = "normal") -> tuple[Text, float]:
    """Write a wrapped text, to be placed later; return it with its height in inches."""
    lines = wrap(figure, text, size, figure.get_size_inches()[0] - 2 * MARGIN, weight)
    block = figure.text(0.0, 0.0, lines, fontsize=size, color=colour, fontweight=weight, linespacing=1.25)
    block.set_in_layout(False)
    return block, block.get_window_extent(_renderer(figure)).height / figure.dpi if lines else 0.0


def _renderer(figure: Figure) -> Any:
    canvas: Any = figure.canvas  # its type is of one that draws nothing
    return canvas.get_renderer()
