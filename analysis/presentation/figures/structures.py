"""The structures: every model shape's date, and the pools of them."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from ...inference.estimates import Distribution, Estimate
from ...studies.pools import shift_against
from ...studies.structure_registry import COMPUTE
from ...studies.structures import Structures
from ..text import between_text
from .date_intervals import Row, draw_rows
from .dates import span_of
from .style import WIDTH, house_style


@dataclass(frozen=True)
class Against:
    """A structure or pool beside the first structure."""

    ready: Distribution
    baseline: Distribution

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the first structure's, months."""
        return shift_against(self.ready, self.baseline, p)


@house_style()
def draw_structures(result: Structures, *, width: float = WIDTH) -> Figure:
    """Draw every structure's date and their pools.

    Parameters
    ----------
    result : Structures
        From `structures`.
    width : float
        Inches.
    """
    first = result.structures[0]
    rows = [Row(first.title, first.ready)]
    rows += [Row(row.title, row.ready, Against(row.ready, first.ready)) for row in result.structures[1:]]
    rows += [Row(row.title, row.ready, Against(row.ready, first.ready)) for row in result.ensembles]
    others = [row for row in result.structures if COMPUTE not in (row.id, row.duplicate_of)]
    medians = [row.ready.quantile_value(0.5) for row in others]
    title = f"Models of other shapes put the median {span_of(result.question.assumptions.calendar, medians)}"
    between = between_text(result.between, "the pooled variance lies between structures")
    contradicted = ", ".join(row.title for row in result.refused if row.error is not None)
    refused = f" Left out, as the evidence contradicts it: {contradicted}." if contradicted else ""
    lacking = ", ".join(row.title for row in result.refused if row.error is None)
    refused += f" Left out, as the model lacks a quantity of it: {lacking}." if lacking else ""
    subtitle = f"{between} Shifts against the first row.{refused}"
    return draw_rows(result, rows, title, subtitle, "asked on", width)
