"""Lags between records: every American record of a table, and the first Chinese model that met it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .table import Table


@dataclass(frozen=True)
class Release:
    """A model on the day it came out.

    Attributes
    ----------
    model, organisation : str
        Which, and whose.
    day : date
        Of its release.
    score : float
        In the table's points.
    interval : tuple of float or None
        Ends of the score's interval, where the table states one.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import Release
    >>> record = Release("First", "American lab", date(2026, 1, 10), 150.0, (147.0, 153.0))
    >>> record.day.isoformat(), record.score
    ('2026-01-10', 150.0)
    """

    model: str
    organisation: str
    day: datetime.date
    score: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Episode:
    """A record, and what came of it.

    Attributes
    ----------
    reference : Release
        The record.
    follower : Release or None
        The first model of the other country that scored as much; None while the episode is open.
    days : int
        From the record to the follower; of an open episode to the last day the table speaks of. Negative where the
        other country had been there first.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import Episode, Release
    >>> record = Release("First", "American lab", date(2026, 1, 10), 150.0, (147.0, 153.0))
    >>> met = Episode(record, Release("Second", "Chinese lab", date(2026, 8, 8), 151.0, None), 210)
    >>> met.open, Episode(record, None, 320).open
    (False, True)
    """

    reference: Release
    follower: Release | None
    days: int

    @property
    def open(self) -> bool:
        """Whether nobody has met the record yet."""
        return self.follower is None


def lag_episodes(table: Table, until: datetime.date) -> tuple[Episode, ...]:
    r"""Find every American record and the first Chinese model that met it.

    A record is the best American score of its day, if it beats those of all earlier days: days are all that a table
    tells of the order in which models came. Models that name both countries count for neither. Scores are compared as
    they stand, intervals aside.

    Parameters
    ----------
    table : Table
        With columns ``model``, ``score``, ``date``, ``organisation`` and ``country``.
    until : date
        Last day the table speaks of, to which open episodes last.

    Returns
    -------
    tuple of Episode
        By day of the record.

    Raises
    ------
    InputError
        If the table lacks one of the columns.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from catchup.evidence import lag_episodes, read_table
    >>> rows = "First,150,2026-01-10,A,USA", "Second,148,2026-03-01,B,China", "Third,151,2026-08-08,B,China"
    >>> size = Path("eci.csv").write_text("\n".join(["Model,eci,date,Organization,Country", *rows]))
    >>> episodes = lag_episodes(read_table("eci.csv", vintage=date(2026, 11, 26)), until=date(2026, 11, 26))
    >>> [(each.reference.model, each.follower.model, each.days) for each in episodes]
    [('First', 'Third', 210)]
    """
    return _episodes(table, until, best_of_their_day=True)


def same_day_episodes(table: Table, until: datetime.date) -> tuple[Episode, ...]:
    """Find the American models that beat all earlier days, but not the best of their own day, and who met them.

    A model that has a row for every level of effort is one model: its best row counts.

    They are no records: a lab that releases a model in two sizes on one day would count twice. Whoever sorts a table by
    day alone, and takes each model that beats those before it, counts some of them, depending on how the sort leaves
    models of one day.

    Parameters
    ----------
    table, until
        As for `lag_episodes`.

    Returns
    -------
    tuple of Episode
        By day, the best of a day first.
    """
    return _episodes(table, until, best_of_their_day=False)


def _episodes(table: Table, until: datetime.date, *, best_of_their_day: bool) -> tuple[Episode, ...]:
    scores, days = table["score"], table["date"]
    american, chinese = table.from_countries("american"), table.from_countries("chinese")
    followers = _releases(table, chinese & ~american)
    episodes: list[Episode] = []
    best = of_day = -np.inf
    day, seen = None, set[str]()
    for place in _releases(table, american & ~chinese):
        if days[place] != day:
            best, day, seen = max(best, of_day), days[place], set()
            of_day, first = scores[place], True
        else:
            first = False
        name = str(table["model"][place])
        if name in seen:
            continue
        seen.add(name)
        if scores[place] <= best or first != best_of_their_day:
            continue
        met = next((other for other in followers if scores[other] >= scores[place]), None)
        reference = _release(table, place)
        follower = None if met is None else _release(table, met)
        last = until if follower is None else follower.day
        episodes.append(Episode(reference, follower, (last - reference.day).days))
    return tuple(episodes)


def chinese_records(table: Table) -> tuple[Release, ...]:
    """Chinese models that scored more than every earlier one, the best of a day alone, by day.

    Raises
    ------
    InputError
        If the table lacks a column that `lag_episodes` needs.
    """
    scores, chinese = table["score"], table.from_countries("chinese") & ~table.from_countries("american")
    records, best = [], -np.inf
    for place in _releases(table, chinese):
        if scores[place] > best:
            best = scores[place]
            records.append(_release(table, place))
    return tuple(records)


def of_both_countries(table: Table) -> tuple[str, ...]:
    """Models that name an American and a Chinese organisation, and count for neither side."""
    both = table.from_countries("american") & table.from_countries("chinese")
    return tuple(dict.fromkeys(table["model"][both]))


def _releases(table: Table, rows: Sequence[bool] | np.ndarray) -> list[int]:
    """Positions of some rows by day, the best score of a day first."""
    chosen = np.flatnonzero(rows)
    order = np.lexsort((-table["score"][chosen], table["date"][chosen]))
    return [int(place) for place in chosen[order]]


def _release(table: Table, row: int) -> Release:
    low, high = (float(end) for end in table.interval("score")[row])
    return Release(
        str(table["model"][row]),
        str(table["organisation"][row]),
        table["date"][row].item(),
        float(table["score"][row]),
        None if np.isnan(low + high) else (low, high),
    )
