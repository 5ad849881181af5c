"""What moved the median from day to day, summed by kind: time passing, evidence, corrections, chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ..studies.news import Cause, cause_of
from .moved import Moved


class Shifted(NamedTuple):
    """A run by its name, its day, and what it says has moved; None where it was compared with no other."""

    name: str
    day: date
    moved: Moved | None


@dataclass(frozen=True)
class Contributions:
    """How far each kind of change moved the median up to the last run of a day.

    Attributes
    ----------
    day : date
        Of that run.
    months : mapping of str to float
        By cause, signed; causes of which there is no change are left out.
    total : float
        The whole shift, months.
    since : str
        Name of the run that it is counted from.
    elsewhere : bool
        Whether that is another run than the last one of the day before it.
    """

    day: date
    months: dict[Cause, float]
    total: float
    since: str
    elsewhere: bool = False


def contributions(told: Iterable[Shifted]) -> tuple[Contributions, ...]:
    """Sum up what moved the last run of each day, by way of those runs of that day that it was compared with.

    Two runs of a day that were both compared with the same earlier one have moved once, not twice.

    Parameters
    ----------
    told : iterable of Shifted
        Runs, oldest first.

    Examples
    --------
    >>> from datetime import date
    >>> contributions([Shifted("2026-11-16", date(2026, 11, 16), None)])
    ()
    """
    runs = {one.name: one for one in told}
    last_of_days = {one.day: one for one in runs.values()}
    found, before = [], ""
    for day, last in last_of_days.items():
        steps = _way_into(day, last, runs)
        if steps:
            months: dict[Cause, float] = {}
            for moved in steps:
                for step in moved.attribution.steps:
                    cause = cause_of(step)
                    months[cause] = months.get(cause, 0.0) + step.shifts[0.5].value
            total = sum(moved.attribution.total.shifts[0.5].value for moved in steps)
            since = steps[-1].against
            found.append(Contributions(day, months, total, since, elsewhere=since != before))
        before = last.name
    return tuple(found)


def _way_into(day: date, last: Shifted, runs: dict[str, Shifted]) -> list[Moved]:
    """What moved a run and, for as long as it was compared with another of its day, that one: latest first."""
    steps: list[Moved] = []
    met, at = set[str](), last
    while at.day == day and at.name not in met and at.moved is not None:
        met.add(at.name)
        steps.append(at.moved)
        if at.moved.against not in runs:
            break
        at = runs[at.moved.against]
    return steps
