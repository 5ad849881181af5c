"""The bridge: the published date, and the date after every step that leads from it to this one's."""

from __future__ import annotations

from matplotlib.figure import Figure

from ...studies.bridge import Bridge
from ..text import brief_shift, day_text
from .date_intervals import Row, draw_rows
from .style import WIDTH, house_style


@house_style()
def draw_bridge(result: Bridge, *, width: float = WIDTH) -> Figure:
    """Draw the date after every step.

    Parameters
    ----------
    result : Bridge
        From `bridge`.
    width : float
        Inches.
    """
    rows = [Row("As published", result.published), *(Row(step.title, step.ready, step) for step in result.steps)]
    subtitle = "Each row keeps what the rows above changed; its shifts are against the row above."
    return draw_rows(result, rows, _finding(result), subtitle, "asked on", width)


def _finding(result: Bridge) -> str:
    first, last = (day_text(result.question, ready.quantile_value(0.5)) for ready in (result.published, result.ready))
    moving = [step for step in result.steps if not step.shift(0.5).noise and step.shift(0.5).meaningful]
    if not moving:
        return f"From {first} as published to {last}, within noise"
    most = max(moving, key=lambda step: abs(step.shift(0.5).value))
    title = most.title[:1].lower() + most.title[1:]
    return f"From {first} as published to {last}; most is moved by {title}, {brief_shift(most.shift(0.5))} months"
