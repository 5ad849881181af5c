"""Value of information: how much narrower the date would be for who learnt something."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...inference.estimates import Estimate
from ...studies.voi.result import ValueOfInformation
from ..silences_to_come import short_silence_title
from .style import INK, LABEL_SIZE, SERIES, WIDTH, frame, house_style, legend_below, new_figure, wrap
from .wording import brief, event_text, quantity_text, source_line

ROW_HEIGHT = 0.36  # inches, for a name of one or two lines
SURROUNDINGS = 1.15  # inches of axis and legend
MOST_ROWS = 8  # of quantities, and of disclosures
LABEL_SHARE = 0.34  # of the width, at most, for the rows' names
BAR = 0.36  # of a row
LOOKS = {0.9: SERIES[0], 0.5: SERIES[2]}


@dataclass(frozen=True)
class _Bar:
    name: str
    widths: dict[float, Estimate]

    @property
    def shown(self) -> bool:
        return not self.widths[0.9].noise and self.widths[0.9].value > 0.0


@house_style()
def draw_value_of_information(result: ValueOfInformation, *, width: float = WIDTH) -> Figure:
    """Draw by how many months learning would shrink the date's intervals, on average.

    Parameters
    ----------
    result : ValueOfInformation
        From `ask` or `value_of_information`.
    width : float
        Inches.
    """
    firms = result.question.assumptions.race.firms
    learnt = [row for row in result.quantities if row.narrowing]
    quantities = [_Bar(quantity_text(row.quantity, firms), row.narrowing.widths) for row in learnt if row.narrowing]
    titles = [short_silence_title(row.disclosure.text.title, row.silence) for row in result.disclosures]
    disclosures = [_Bar(title, row.narrowing.widths) for title, row in zip(titles, result.disclosures, strict=True)]
    sections = {"Learning exactly": _widest(quantities), "A disclosure": _widest(disclosures)}
    rows = [row for bars in sections.values() for row in bars]
    heads = [name for name, bars in sections.items() if bars]
    figure = new_figure(width, SURROUNDINGS + ROW_HEIGHT * max(len(rows) + len(heads), 2))
    axes = figure.add_subplot()
    names, positions, position = [], [], 0
    for head in heads:
        names.append(head)
        positions.append(position)
        for row in sections[head]:
            position += 1
            names.append(wrap(figure, row.name, LABEL_SIZE, LABEL_SHARE * width))
            positions.append(position)
            _draw_bars(axes, row, position)
        position += 1
    longest = max((_end(row.widths[0.9]) for row in rows), default=1.0)
    axes.set_xlim(0.0, 1.02 * longest)
    axes.set_ylim(max(position, 1) - 0.4, -0.6)
    axes.set_yticks(positions, names)
    axes.tick_params(axis="y", length=0, labelsize=LABEL_SIZE)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() in heads else "normal")
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Expected shrinkage (months)")
    if rows:
        legend_below(axes, *axes.get_legend_handles_labels(), columns=2)
    left_out = len(quantities) + len(disclosures) - len(rows)
    note = f"{left_out} more would shrink the 90% interval by less, or by no more than noise" if left_out else ""
    frame(figure, _finding(result, sections), _subtitle(result), source_line(result.origin, note))
    return figure


def _widest(bars: Sequence[_Bar]) -> list[_Bar]:
    return sorted((bar for bar in bars if bar.shown), key=lambda bar: -bar.widths[0.9].value)[:MOST_ROWS]


def _draw_bars(axes: Axes, row: _Bar, position: int) -> None:
    for offset, (level, look) in zip((-0.5, 0.5), LOOKS.items(), strict=True):
        width = row.widths[level]
        axes.barh(
            position + offset * BAR,
            max(width.value, 0.0),
            height=BAR,
            facecolor=look.colour,
            edgecolor=INK if look.hatch else "white",
            hatch=look.hatch,
            label=None if axes.get_legend_handles_labels()[1][1:] else f"{level:.0%} interval",
            zorder=2,
        )
        if math.isfinite(width.mcse):
            ends = [max(width.value - 2.0 * width.mcse, 0.0), max(width.value + 2.0 * width.mcse, 0.0)]
            axes.plot(ends, [position + offset * BAR] * 2, color="white", linewidth=2.6, zorder=3)
            axes.plot(ends, [position + offset * BAR] * 2, color=INK, linewidth=1.1, zorder=4)


def _end(width: Estimate) -> float:
    return width.value + 2.0 * width.mcse


def _finding(result: ValueOfInformation, sections: dict[str, list[_Bar]]) -> str:
    whole = result.width(0.9).value
    for bars in sections.values():
        if bars:
            months = brief(bars[0].widths[0.9].value)
            return f"{bars[0].name}, once known, would narrow the date most: {months} of {brief(whole)} months"
    return "Nothing that could be learnt would narrow the date by more than noise"


def _subtitle(result: ValueOfInformation) -> str:
    return (
        f"What each interval would lose on average. Lines: twice the Monte Carlo error. {event_text(result.question)}"
    )
