"""The model's boxes and arrows, drawn from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from .model_graph import Box, ModelGraph
from .style import INK, MUTED, house_style, new_figure, text_width

LINE, PADDING, MARGIN = 0.15, 0.09, 0.12  # inches
LANE_GAP, ROW_GAP = 0.42, 0.34  # inches
SIZE = 7.0  # points
LOOK: dict[str, dict[str, Any]] = {
    "belief": {"facecolor": "#e8eef5", "edgecolor": "#004488", "linestyle": "-"},
    "derived": {"facecolor": "white", "edgecolor": INK, "linestyle": "-"},
    "seen": {"facecolor": "#fbecee", "edgecolor": "#bb5566", "linestyle": (0, (4, 2))},
}
Point = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """Where a box stands, inches from the top left; y grows downwards."""

    left: float
    top: float
    width: float
    height: float
    lane: int
    position: int

    @property
    def middle(self) -> float:
        """Its horizontal middle."""
        return self.left + self.width / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@house_style()
def draw_model_graph(graph: ModelGraph) -> Figure:
    """Draw the model: filled boxes are beliefs, white ones follow from them, dashed ones are seen.

    Parameters
    ----------
    graph : ModelGraph
        From `model_graph`.
    """
    figure = new_figure(1.0, 1.0)
    figure.set_layout_engine(None)
    widest = max(text_width(figure, _indented(line), SIZE) for box in graph.boxes for line in box.lines)
    places = _places(graph, widest + 2 * PADDING)
    width = max(place.left + place.width for place in places.values()) + MARGIN
    height = max(place.bottom for place in places.values()) + MARGIN
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(height, 0.0))
    axes.axis("off")
    for start, end in graph.arrows:
        _draw_arrow(axes, _route(places[start], places[end]), dashed=_look(graph, end) == "seen")
    for box in graph.boxes:
        _draw_box(axes, box, places[box.id])
    return figure


def _places(graph: ModelGraph, width: float) -> dict[str, Place]:
    places: dict[str, Place] = {}

    def put(box: Box, lane: int, top: float, position: int) -> float:
        left = MARGIN + LANE_GAP + lane * (width + LANE_GAP)
        places[box.id] = Place(left, top, width, 2 * PADDING + LINE * (1 + len(box.lines)), lane, position)
        return places[box.id].bottom + ROW_GAP

    below = []
    for lane, boxes in enumerate(graph.tops):
        top = MARGIN
        for position, box in enumerate(boxes):
            top = put(box, lane, top, position - len(boxes))
        below.append(top)
    top = max(below)
    middle = (len(graph.tops) - 1) // 2
    for position, row in enumerate(graph.rows):
        top = max(put(box, lane, top, position) for lane, box in enumerate(row))
    top = put(graph.ready, middle, top, len(graph.rows))
    lanes = len(graph.tops)
    for first in range(0, len(graph.seen), lanes):
        chosen = graph.seen[first : first + lanes]
        top = max(put(box, lane, top, len(graph.rows) + 1 + first // lanes) for lane, box in enumerate(chosen))
    return places


def _route(start: Place, end: Place) -> Sequence[Point]:
    """Corners of the way from one box to another, around those between."""
    if start.lane == end.lane and abs(end.position - start.position) == 1:
        return [(start.middle, start.bottom), (end.middle, end.top)]
    if start.lane == end.lane:
        side = start.left - LANE_GAP / 2
        return [
            (start.left, start.top + start.height / 2),
            (side, start.top + start.height / 2),
            (side, end.top + end.height / 2),
            (end.left, end.top + end.height / 2),
        ]
    between = end.top - ROW_GAP / 2
    if start.position == end.position:
        side = start.left + start.width + LANE_GAP / 4
        level = start.top + start.height / 2
        into = end.left + end.width / 6
        return [(start.left + start.width, level), (side, level), (side, between), (into, between), (into, end.top)]
    shift = (1 if start.lane > end.lane else -1) * end.width / 6
    into = end.middle + shift
    return [(start.middle, start.bottom), (start.middle, between), (into, between), (into, end.top)]


def _draw_arrow(axes: Axes, corners: Sequence[Point], *, dashed: bool) -> None:
    colour, line = ("#bb5566", (0, (4, 2))) if dashed else (MUTED, "-")
    axes.plot(*zip(*corners, strict=True), color=colour, linestyle=line, linewidth=1.0, zorder=1)
    (x, y), (end_x, end_y) = corners[-2:]
    near = (end_x - 0.01 * (end_x > x) + 0.01 * (end_x < x), end_y - 0.01 * (end_y > y) + 0.01 * (end_y < y))
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.0, "mutation_scale": 9.0}
    axes.annotate("", (end_x, end_y), near, arrowprops={**style, "shrinkA": 0.0, "shrinkB": 0.0}, zorder=1)


def _draw_box(axes: Axes, box: Box, place: Place) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (place.left, place.top),
            place.width,
            place.height,
            boxstyle="round,pad=0,rounding_size=0.05",
            linewidth=1.0,
            zorder=2,
            **LOOK[box.look],
        )
    )
    for position, line in enumerate((box.title, *box.lines)):
        axes.text(
            place.left + PADDING,
            place.top + PADDING + LINE * (position + 0.5),
            _indented(line),
            fontsize=SIZE,
            fontweight="bold" if position == 0 else "normal",
            color=INK,
            verticalalignment="center",
        )


def _indented(line: str) -> str:
    return line.replace("    ", "\N{EM SPACE}")


def _look(graph: ModelGraph, name: str) -> str:
    return next(box.look for box in graph.boxes if box.id == name)
