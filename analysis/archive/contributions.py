"""What moved the median from run to run, summed by kind: time passing, evidence, corrections, chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..studies.news import Cause, cause_of
from .moved import Moved


@dataclass(frozen=True)
class Contributions:
    """How far each kind of change moved the median between two runs.

    Attributes
    ----------
    day : date
        Of the later run.
    months : mapping of str to float
        By cause, signed; causes of which there is no change are left out.
    total : float
        The whole shift, months.
    """

    day: date
    months: dict[Cause, float]
    total: float


def contributions(told: Iterable[tuple[date, Moved | None]]) -> tuple[Contributions, ...]:
    """Sum up what moved each run; of several runs of a day, together.

    Parameters
    ----------
    told : iterable of tuple of date and Moved or None
        Days of runs, oldest first, and what moved since the run before each.
    """
    found: dict[date, Contributions] = {}
    for day, moved in told:
        if moved is None:
            continue
        before = found.get(day, Contributions(day, {}, 0.0))
        months = dict(before.months)
        for step in moved.attribution.steps:
            cause = cause_of(step)
            months[cause] = months.get(cause, 0.0) + step.shifts[0.5].value
        found[day] = Contributions(day, months, before.total + moved.attribution.total.shifts[0.5].value)
    return tuple(found.values())
