r"""A structure of scores alone: the Chinese frontier's own line, carried to the score of Mythos's public model.

The best Chinese scores lie about a line, :math:`y_i \sim N(a + b\,t_i, s)`, and the score x of Claude Fable 5, with its
own error, is met when the line and one such scatter come to it, :math:`t_n + (x - a - e) / b`, the n-th record being
the last. The model was ready as long before as Chinese models take to be released. What is believed of a and b is the
line of least squares through the records of the last two years that come with the project.

On the last record's day the line's height and its pace hang together; on the mean day of the records they do not, so
that height is stated there. Two fewer than the records are the degrees of freedom by which Student's t stands for what
is believed of height, pace and scatter, each by itself: that one unknown standard deviation is behind all three is left
out, which widens what nine of ten dates lie in by some hundredths of a month.

That no model had met the score by the day of the table is not counted, since a structure is what it believes: by itself
a few in a hundred of its dates are earlier. Evidence that nobody has seen such a model takes those out, where counted.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np

from ....evidence.lag_records import score_sd
from ....evidence.tables.episodes import Release, chinese_records, lag_episodes
from ....evidence.tables.records import shipped_records
from ....evidence.tables.table import Table
from ....model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions
from ....model.calendar import Calendar, months_later
from ....model.models import ARTICLE
from ....priors.errors import InputError
from ....priors.families import Normal, StudentT, Truncated
from ..structure_registry import Structure

RELEASE = "chinese_release_delay"
MYTHOS = "Claude Fable 5"  # the public model of Mythos's class
RECENT_MONTHS = 24  # of the calendar, before the last record: earlier ones rose faster, and lie on another line
FEWEST = 5  # records, below which a line's errors are anybody's guess


@dataclass(frozen=True)
class FrontierLine:
    """The line of least squares through the best scores of a country.

    Attributes
    ----------
    last : date
        Day of the last record, on which `level` is stated.
    level, level_sd : float
        Height of the line then (points), and its standard error.
    pace, pace_sd : float
        Points a month, and their standard error.
    scatter : float
        Standard deviation of records about it (points).
    middle : float
        Months from that day to the records' mean day, not above 0.
    records : int
        How many there are.
    """

    last: datetime.date
    level: float
    level_sd: float
    pace: float
    pace_sd: float
    scatter: float
    middle: float
    records: int

    @property
    def height(self) -> float:
        """Height of the line on the records' mean day (points): its error is independent of the pace's."""
        return self.level + self.pace * self.middle

    @property
    def height_sd(self) -> float:
        """Standard error of that."""
        return self.scatter / math.sqrt(self.records)

    @property
    def degrees_of_freedom(self) -> int:
        """Of the scatter, and of both errors: records beyond those that a line asks for."""
        return self.records - 2


def frontier_line(records: Sequence[Release], calendar: Calendar) -> FrontierLine:
    """Lay the line of least squares through records.

    Parameters
    ----------
    records : sequence of Release
        By day.
    calendar : Calendar
        Turns days into months.

    Raises
    ------
    InputError
        If they are too few, or do not rise.
    """
    if len(records) < FEWEST:
        raise InputError(f"{len(records)} Chinese records; at least {FEWEST} were expected")
    last = records[-1].day
    months = np.array([(record.day - last).days / calendar.days_per_month for record in records])
    scores = np.array([record.score for record in records])
    design = np.stack([np.ones_like(months), months], axis=1)
    found, _, _, _ = np.linalg.lstsq(design, scores, rcond=None)
    variance = float(((scores - design @ found) ** 2).sum() / (len(records) - 2))
    errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
    if found[1] <= 0.0:
        raise InputError("Chinese records do not rise: no line comes to a higher score")
    return FrontierLine(
        last,
        level=float(found[0]),
        level_sd=float(errors[0]),
        pace=float(found[1]),
        pace_sd=float(errors[1]),
        scatter=math.sqrt(variance),
        middle=float(months.mean()),
        records=len(records),
    )


@lru_cache(maxsize=64)
def shipped_line(calendar: Calendar) -> FrontierLine:
    """The line through the latest of the records that come with the project."""
    records = chinese_records(shipped_records())
    first = months_later(records[-1].day, -RECENT_MONTHS)
    return frontier_line([each for each in records if each.day >= first], calendar)


@cache
def own_calendar() -> Calendar:
    """The project's, for a structure that no question has been asked of."""
    return load_assumptions(model=ARTICLE).calendar


def mythos_release(table: Table) -> Release:
    """Release of Mythos's public model in a table.

    Raises
    ------
    InputError
        If it is no record there.
    """
    assert table.vintage is not None
    for episode in lag_episodes(table, table.vintage):
        if episode.reference.model == MYTHOS:
            return episode.reference
    raise InputError(f"has no record of {MYTHOS}", file=table.file)


class CapabilityFrontier(Structure):
    """The Chinese frontier's line, carried to the score of Mythos's public model.

    Parameters
    ----------
    calendar : Calendar, optional
        Turns days of records into months since t = 0; the project's own by default. Registered, the structure takes
        that of each question.

    Attributes
    ----------
    name, title : str
        Its id, and what it is called in tables.
    quantities : tuple of str
        That it draws on: a score in the index's points, the line's level on the records' mean day and points a month,
        the scatter of records about it in points, and months from ready to release.
    events : tuple of str
        That it speaks of.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import CapabilityFrontier
    >>> structure = CapabilityFrontier()
    >>> values = {**structure.example, "frontier_scatter_points": 0.0}
    >>> round(float(structure.ready(np, values, "compute-equivalent")), 1)  # months since t = 0
    9.8
    """

    name: ClassVar[str] = "capability-frontier"
    title: ClassVar[str] = "Chinese scores, carried to Mythos's"
    quantities: ClassVar[tuple[str, ...]] = (
        "mythos_score",
        "frontier_score_level",
        "frontier_score_pace",
        "frontier_scatter_points",
        RELEASE,
    )
    events: ClassVar[tuple[str, ...]] = (DEFAULT_EVENT,)

    def __init__(self, calendar: Calendar | None = None) -> None:
        self._calendar = calendar or own_calendar()

    def under(self, assumptions: Assumptions) -> CapabilityFrontier:
        """Return the same structure by the calendar of some assumptions."""
        return CapabilityFrontier(assumptions.calendar)

    @property
    def line(self) -> FrontierLine:
        """The line that it carries on."""
        return shipped_line(self._calendar)

    @property
    def families(self) -> dict[str, Any]:
        line, table = self.line, shipped_records()
        release = mythos_release(table)

        def errors_about(found: float, sd: float) -> StudentT:
            return StudentT(location=found, scale=sd, degrees_of_freedom=line.degrees_of_freedom)

        return {
            "mythos_score": Normal(mean=release.score, sd=score_sd(table, release)),
            "frontier_score_level": errors_about(line.height, line.height_sd),
            "frontier_score_pace": Truncated(of=errors_about(line.pace, line.pace_sd), low=0.0),
            "frontier_scatter_points": errors_about(0.0, line.scatter),
        }

    @property
    def example(self) -> Mapping[str, float]:  # type: ignore[override]  # worked out of a table
        line = self.line
        values = (mythos_release(shipped_records()).score, line.height, line.pace, 0.5, 0.75)
        return dict(zip(self.quantities, values, strict=True))

    def ready(self, xp: Any, values: Mapping[str, Any], event: str) -> Any:
        """Return when a model was ready that the line and one scatter release there; see `Structure.ready`."""
        missing = values["mythos_score"] - values["frontier_score_level"] - values["frontier_scatter_points"]
        return self._middle + missing / values["frontier_score_pace"] - values[RELEASE]

    def score_on(self, values: Mapping[str, Any], month: float) -> Any:
        """Score of a model on the line at a month since t = 0, its scatter included (points)."""
        along = values["frontier_score_pace"] * (month - self._middle)
        return values["frontier_score_level"] + along + values["frontier_scatter_points"]

    @property
    def _middle(self) -> float:
        """The records' mean day, months since t = 0."""
        return self._calendar.months(self.line.last) + self.line.middle
