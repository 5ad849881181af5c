"""What has become of an item since it was known: figures revised, the whole retracted.

A file says how the item stands now, and each entry of ``revised`` what one key was before and why it was changed.
Undone from the last entry backwards, they give the item as it stood on any earlier day, so that a question asked as of
that day rests on what was known then. For each key the entries are a chain: what one leads to, the next one leads from,
and the last leads to what the file states.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pydantic import ValidationInfo, field_validator

from ..priors.errors import InputError, unknown_name
from ..priors.strict import StrictModel, describe
from .kinds.kind import Name

TABLES = ("observed", "likelihood")
KEYS = ("title", "role", "weight", "weight_reason", "shares", "notes")
CONFIRMED = "observed.confirmed_through"


class Revision(StrictModel):
    """One key of an item, changed.

    Attributes
    ----------
    day : datetime.date
        From which the new value holds.
    key : str
        Dotted: ``observed.value``, ``weight``.
    old, new : value of TOML or None
        What it was before, and is from then on; None where the key was not stated.
    why : str
        Who changed it, and for what reason.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import Revision
    >>> Revision(day=date(2026, 9, 1), key="observed.value", old=7.0, new=6.5, why="corrected by its author").new
    6.5
    """

    day: datetime.date
    key: Name
    old: Any = None
    new: Any = None
    why: Name

    def __str__(self) -> str:
        """What was changed, when and why."""
        return f"{self.key} {describe_value(self.old)} to {describe_value(self.new)} on {self.day} ({self.why})"

    @field_validator("key")
    @classmethod
    def _of_an_item(cls, key: str) -> str:
        first, _, rest = key.partition(".")
        if key == CONFIRMED:
            raise ValueError(f"{CONFIRMED} moves by `catchup evidence confirm`, and is no revision")
        if not (key in KEYS or (first in TABLES and rest)):
            known = [*KEYS, *(f"{table}.KEY" for table in TABLES)]
            raise ValueError(f"a key that can be revised was expected ({', '.join(known)}), not '{key}'")
        return key

    @field_validator("new")
    @classmethod
    def _something_changed(cls, new: Any, info: ValidationInfo) -> Any:
        if "old" in info.data and new == info.data["old"]:
            raise ValueError(f"is {describe(new)}, as old is: nothing was changed")
        return new


class Dated(Protocol):
    """Common fields of an item that its history is about."""

    @property
    def known_since(self) -> datetime.date:
        """Day on which it became known."""

    @property
    def revised(self) -> Sequence[Revision]:
        """What was changed since."""

    @property
    def retracted_on(self) -> datetime.date | None:
        """Day on which it was taken back."""

    def model_dump(self, *, exclude_none: bool = False) -> dict[str, Any]:
        """Its table."""


def as_it_stood(text: Dated, day: datetime.date) -> dict[str, Any] | None:
    """Return the table of an item as it stood on a day; None where nothing has become of it since."""
    later = [entry for entry in text.revised if entry.day > day]
    retracted_later = text.retracted_on is not None and text.retracted_on > day
    if not later and not retracted_later:
        return None
    table = copy.deepcopy(text.model_dump(exclude_none=True))
    if retracted_later:
        table = {key: value for key, value in table.items() if key not in ("retracted_on", "retracted_why")}
    if later:
        kept = table.pop("revised")[: len(text.revised) - len(later)]
        if kept:
            table["revised"] = kept
        for entry in reversed(later):
            _put(table, entry.key, entry.old)
    return table


def revisions_between(before: Dated, after: Dated) -> list[Revision]:
    """Return what was revised from one state of an item to another; nothing where more than that has changed."""
    new = [entry for entry in after.revised if entry not in before.revised]
    if not new:
        return []
    stood = as_it_stood(after, min(entry.day for entry in new) - datetime.timedelta(days=1))
    return new if stood == before.model_dump(exclude_none=True) else []


def check_history(text: Dated, table: Mapping[str, Any], file: str, read: Callable[..., object]) -> None:
    """Refuse revisions and a retraction that cannot have been.

    Parameters
    ----------
    text : ItemText
        The item's common fields.
    table : mapping
        The file's tables, as they stand.
    file : str
        Where they stand.
    read : callable
        Makes an item of a table: what an item was before must have been one.

    Raises
    ------
    InputError
        If a day is not after the item became known, out of order or after the retraction; if the values of a key do
        not lead from one to the next and to what the file states; or if what the item was before is no item.
    """
    _check_days(text, file)
    _check_chains(text, table, file)
    if text.revised:
        _check_before(text, text.revised[-1].day, file, read)


def _check_before(text: Dated, day: datetime.date, file: str, read: Callable[..., object]) -> None:
    """Read the item as it stood before its last revisions, which reads it as it stood before those, and so on."""
    first = next(place for place, entry in enumerate(text.revised) if entry.day == day)
    try:
        read(as_it_stood(text, day - datetime.timedelta(days=1)), file=file)
    except InputError as error:
        if error.key is not None and error.key.startswith("revised."):
            raise
        problem = f"{error.problem} (in {error.key}, as it stood before {day})"
        raise InputError(problem, file=file, key=f"revised.{first}.old") from None


def _check_days(text: Dated, file: str) -> None:
    latest = text.known_since
    for place, entry in enumerate(text.revised):
        key = f"revised.{place}.day"
        if entry.day <= text.known_since:
            raise InputError(f"{entry.day} is not after known_since ({text.known_since})", file=file, key=key)
        if entry.day < latest:
            raise InputError(f"{entry.day} is before {latest}, the day of the entry before it", file=file, key=key)
        if text.retracted_on is not None and entry.day > text.retracted_on:
            raise InputError(f"{entry.day} is after the retraction ({text.retracted_on})", file=file, key=key)
        latest = entry.day
    if text.retracted_on is not None and text.retracted_on <= text.known_since:
        problem = f"{text.retracted_on} is not after known_since ({text.known_since})"
        raise InputError(problem, file=file, key="retracted_on")


def _check_chains(text: Dated, table: Mapping[str, Any], file: str) -> None:
    last: dict[str, int] = {}
    for place, entry in enumerate(text.revised):
        before = last.get(entry.key)
        if before is not None and text.revised[before].new != entry.old:
            left = describe_value(text.revised[before].new)
            problem = f"is {describe_value(entry.old)}, but revised.{before} left {entry.key} at {left}"
            raise InputError(problem, file=file, key=f"revised.{place}.old")
        last[entry.key] = place
    for key, place in last.items():
        stated, reached = _get(table, key), text.revised[place].new
        if stated != reached:
            _refuse_unknown(table, key, file, place, reached)
            problem = f"is {describe_value(reached)}, but the file states {key} = {describe_value(stated)}"
            raise InputError(problem, file=file, key=f"revised.{place}.new")


def _refuse_unknown(table: Mapping[str, Any], key: str, file: str, place: int, reached: Any) -> None:
    """A key that the file does not have at all is more likely to be misspelt than to have been taken out."""
    first, _, rest = key.partition(".")
    inside = table.get(first)
    if reached is not None and rest and isinstance(inside, Mapping) and rest.split(".")[0] not in inside:
        names = [f"{first}.{name}" for name in inside]
        raise unknown_name("key", key, names, file=file, key=f"revised.{place}.key")


def describe_value(value: Any) -> str:
    """Write a value as a revision states it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(describe_value, value))}]"
    return "not stated" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _get(table: Mapping[str, Any], key: str) -> Any:
    place: Any = table
    for part in key.split("."):
        place = place.get(part) if isinstance(place, Mapping) else None
    return list(place) if isinstance(place, tuple) else place


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    *parents, name = key.split(".")
    place = table
    for part in parents:
        place = place.setdefault(part, {})
    if value is None:
        place.pop(name, None)
    else:
        place[name] = value
