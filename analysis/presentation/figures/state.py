"""Where the race stands: how likely the furthest run, and each firm's own, is in each stage."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...inference.estimates import Estimate
from ...inference.stages import STAGES
from ...studies.state import State
from ..tables.state import served_in, stage_words
from ..text import chance_text, date_text
from .style import INK, LABEL_SIZE, SERIES, WIDTH, frame, house_style, legend_below, new_figure, text_width, wrap
from .wording import source_line

ROW = 0.42  # inches
SURROUNDINGS = 0.55  # inches of the axis
AROUND = 0.06  # inches about a figure within its part of a bar
BESIDE = 0.35  # inches about the bars, besides the rows' names
SHADES = (0.1, 0.25, 0.4, 0.55)  # opacity by stage: the further, the darker, and light enough for a figure on it
NAME_SHARE = 0.22  # of the width, at most, for the rows' names


@house_style()
def draw_state(result: State, *, width: float = WIDTH) -> Figure:
    """Draw the stages as parts of a bar, one for the furthest run and one for each firm's own.

    Parameters
    ----------
    result : State
        From `state`.
    width : float
        Inches.
    """
    titles = {name: firm.title for name, firm in result.question.assumptions.race.firms.items()}
    rows: dict[str, Mapping[str, Estimate]]
    rows = {"The furthest run": {row.id: row.probability for row in result.stages}}
    rows |= {titles[firm]: shares for firm, shares in result.firms.items()}
    figure = new_figure(width, ROW * len(rows) + SURROUNDINGS)
    axes = figure.subplots()
    names = [wrap(figure, name, LABEL_SIZE, NAME_SHARE * width) for name in rows]
    taken = max(text_width(figure, line, LABEL_SIZE) for name in names for line in name.split("\n"))
    for place, shares in enumerate(rows.values()):
        _draw_bar(figure, axes, place, shares, width - taken - BESIDE)
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("Probability (%)")
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)
    said = stage_words(silent=result.silent, served=served_in(result.question))
    texts = [words.capitalize() for words in said.values()]
    taller = legend_below(axes, axes.patches[: len(STAGES)], texts, columns=2)
    figure.set_size_inches(width, ROW * len(rows) + SURROUNDINGS + taller)
    source = source_line(result.origin)
    frame(figure, _finding(result), "How far runs have come; each bar adds up to 100%.", source)
    return figure


def _draw_bar(figure: Figure, axes: Axes, place: int, shares: Mapping[str, Estimate], length: float) -> None:
    """Draw a bar of so many inches; a part that its figure does not fit into has none."""
    left = 0.0
    for name, shade in zip(STAGES, SHADES, strict=True):
        share = 100.0 * shares[name].value
        axes.barh(place, share, left=left, height=0.6, color=SERIES[0].colour, alpha=shade)
        text = chance_text(shares[name].value)
        if text_width(figure, text, LABEL_SIZE) + AROUND <= length * shares[name].value:
            axes.text(left + share / 2.0, place, text, ha="center", va="center", color=INK, fontsize=LABEL_SIZE)
        left += share


def _finding(result: State) -> str:
    likely = max(result.stages, key=lambda row: row.probability.value)
    day = date_text(result.question.as_of)
    words = stage_words(silent=result.silent, served=served_in(result.question))
    return f"On {day} the furthest run is most likely {words[likely.id]} ({chance_text(likely.probability.value)})"
