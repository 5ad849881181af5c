"""Lags between records, as a table tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from ....evidence.lag_records import lag_records
from ....evidence.ledgers import item_path
from ....evidence.tables.episodes import Episode, lag_episodes, of_both_countries, same_day_episodes
from ....evidence.tables.table import Table
from ....model.calendar import Calendar
from ....priors.errors import InputError
from ....priors.strict import read_toml
from .chosen import last_day
from .written_items import item_text

SHIPPED = "epoch-lag-records"  # the ledger's own item of the kind: what was believed before any lag was measured
ERROR_DIGITS = 4


@dataclass(frozen=True)
class Lags:
    """Every American record of a table, and the first Chinese model that met it.

    Attributes
    ----------
    table : Table
        Which.
    until : date
        Day to which open episodes last.
    days_per_month : float
        Length of a month.
    episodes : tuple of Episode
        By day of the record.
    same_day : tuple of Episode
        Of models that beat all earlier days, but not the best of their own: no records, and shown beside them.
    left_out : tuple of str
        Models of both countries, which count for neither side.
    """

    table: Table
    until: date
    days_per_month: float
    episodes: tuple[Episode, ...]
    same_day: tuple[Episode, ...]
    left_out: tuple[str, ...]

    def months(self, episode: Episode) -> float:
        """Length of an episode: so far, where it is open."""
        return episode.days / self.days_per_month

    @property
    def closed(self) -> tuple[Episode, ...]:
        """Episodes whose record has been met."""
        return tuple(episode for episode in self.episodes if not episode.open)

    @property
    def median_closed(self) -> float | None:
        """Median length of closed episodes (months), which open ones will lengthen; None without any."""
        return median(map(self.months, self.closed)) if self.closed else None


def lags(table: Table, days_per_month: float) -> Lags:
    """Find a table's lags.

    Parameters
    ----------
    table : Table
        With models, scores, days and countries.
    days_per_month : float
        Length of a month.

    Raises
    ------
    InputError
        If the table lacks a column.
    """
    until = last_day(table)
    return Lags(
        table,
        until,
        days_per_month,
        episodes=lag_episodes(table, until),
        same_day=same_day_episodes(table, until),
        left_out=of_both_countries(table),
    )


def lag_item_text(found: Lags, item_id: str, calendar: Calendar) -> dict[str, Any]:
    """Write a table's episodes as an item's file, in place of the records that come with the project.

    Parameters
    ----------
    found : Lags
        From `lags`.
    item_id : str
        The item's id.
    calendar : Calendar
        Turns days into months.

    Raises
    ------
    InputError
        If no record has been met.
    """
    if not found.closed:
        raise InputError("no record has been met: there is no lag to count", file=found.table.file)
    table, episodes = found.table, found.episodes
    taken = lag_records(table, episodes, calendar)
    rows = []
    for episode, record in zip(episodes, taken, strict=True):
        row = {"reference": episode.reference.model, "months": round(record.months, ERROR_DIGITS)}
        row["error"] = round(record.error, ERROR_DIGITS)
        if episode.follower is not None:
            row |= {"follower": episode.follower.model, "follower_date": episode.follower.day}
        rows.append(row)
    return item_text(
        item_id,
        f"Lags of the records of {table.shape.title}",
        "lag_records",
        (table,),
        by="catchup data lags",
        observed={"organisation": table.shape.publisher, "episodes": rows},
        likelihood=dict(read_toml(item_path(SHIPPED))["likelihood"]),
        replaces=["eci-lag", SHIPPED],
    )
