"""The worlds: the date in each, beside the model that was asked."""

from __future__ import annotations

from matplotlib.figure import Figure

from ...studies.worlds import WorldResult, Worlds
from .date_intervals import Row, draw_rows
from .dates import span_of
from .style import WIDTH, house_style


@house_style()
def draw_worlds(result: Worlds, *, width: float = WIDTH) -> Figure:
    """Draw the date in every world that has an answer.

    Parameters
    ----------
    result : Worlds
        From `worlds`.
    width : float
        Inches.
    """
    first, *others = [(row, row.ready) for row in result.answered if row.ready is not None]
    rows = [Row(_name(first[0]), first[1])]
    rows += [Row(_name(row), ready, row) for row, ready in others]
    subtitle = "Shifts are against the first row. The last rows begin on the day of the question."
    return draw_rows(result, rows, _finding(result), subtitle, "asked on", width)


def _name(row: WorldResult) -> str:
    return f"Model {row.id}" if row.sort == "model" else row.title


def _finding(result: Worlds) -> str:
    calendar = result.question.assumptions.calendar
    medians = [row.ready.quantile_value(0.5) for row in result.answered if row.ready is not None]
    return f"In the sources' worlds the median lies {span_of(calendar, medians)}"
