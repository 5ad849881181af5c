"""Silence confirmed: an item of silence counted through another day, and its file with that day written in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from ..priors.errors import InputError
from ..priors.files import write_text
from .kinds.not_yet import NotYet
from .revisions import CONFIRMED
from .rumours import is_doubted
from .schema import Item, item_from_table, read_item

ENTRY = "confirmed_through"
TABLE = re.compile(r"^\s*\[")
OBSERVED = re.compile(r"^\s*\[\s*observed\s*\]")
STATED = re.compile(rf"^(\s*{ENTRY}\s*=\s*)[0-9-]+")


def confirms(item: Item, other: Item) -> bool:
    """Whether an item is another's silence, but for the day through which it was confirmed."""
    if not item.kind.is_silence or item.kind != other.kind:
        return False
    whole = (item.id, item.text.role, item.text.weight, item.text.shares, item.likelihood, _undated(item))
    return whole == (other.id, other.text.role, other.text.weight, other.text.shares, other.likelihood, _undated(other))


def latest_confirmed(first: Item, second: Item) -> Item:
    """Return the one of two that was confirmed through the later day; the second where both are alike."""
    days = [item.observed.confirmed_through or date.min for item in (first, second)]
    return first if days[0] > days[1] else second


def confirm(item: Item, through: date, today: date, path: Path, *, source: Path) -> Item:
    """Write an item's file with the day through which its silence is confirmed.

    Parameters
    ----------
    item : Item
        The silence.
    through : date
        Last day on which somebody looked and found nothing.
    today : date
        The latest day that can be.
    path : Path
        The file to write: whole, or not at all.
    source : Path
        The file that the item was read from; its comments are kept.

    Returns
    -------
    Item
        The item as written.

    Raises
    ------
    InputError
        If the item is no silence, was retracted or is a finding of a given day, or if the day is after `today`, before
        `known_since` or no later than what was confirmed already.
    """
    _refuse(item, through, today)
    text = confirmed_text(source.read_text(encoding="utf-8"), through)
    found = item_from_table(tomllib.loads(text), file=str(path))
    write_text(path, text)
    return found


def confirmed_text(text: str, through: date) -> str:
    """Return the text of an item's file with the day written in, and everything else as it stands."""
    wanted = tomllib.loads(text)
    wanted["observed"] = {**wanted.get("observed", {}), ENTRY: through}
    edited = "\n".join(_edited(text.splitlines(), through)) + "\n"
    try:
        kept = tomllib.loads(edited)
    except tomllib.TOMLDecodeError:
        kept = {}
    return edited if kept == wanted else tomli_w.dumps(wanted)  # a table written in an unusual way loses its comments


def _edited(lines: list[str], through: date) -> list[str]:
    """Put the day where it stands already, or first into the table, or into a table of its own before the others."""
    tables = [place for place, line in enumerate(lines) if TABLE.match(line)]
    head = next((place for place in tables if OBSERVED.match(lines[place])), None)
    entry = f"{ENTRY} = {through}"
    if head is None:
        place = tables[0] if tables else len(lines)
        return [*lines[:place], "[observed]", entry, "", *lines[place:]]
    end = next((place for place in tables if place > head), len(lines))
    for place in range(head + 1, end):
        if STATED.match(lines[place]):
            return [*lines[:place], STATED.sub(rf"\g<1>{through}", lines[place]), *lines[place + 1 :]]
    return [*lines[: head + 1], entry, *lines[head + 1 :]]


def refuse_reported(item: Item, through: date, counted: Iterable[Item]) -> None:
    """Refuse to confirm a silence through a day by which a report that is counted and believed says that it was over.

    Raises
    ------
    InputError
        Naming the silence's file and the report.
    """
    for other in counted:
        if not item.kind.is_silence or not other.kind.reports_event or other.event != item.event or is_doubted(other):
            continue
        day = other.observed.date
        if day <= through:
            problem = f"a day before {day} was expected, on which {other.id} says that it was over, not {through}"
            raise InputError(problem, file=item.file, key=CONFIRMED)


def refuse_future(item: Item, today: date) -> None:
    """Refuse an item that is said to be confirmed through, revised or retracted on a day after today.

    Raises
    ------
    InputError
        Naming its file.
    """
    through = getattr(item.observed, ENTRY, None)
    if through is not None:
        _refuse_future(through, today, item)
    changes = {f"revised.{place}.day": entry.day for place, entry in enumerate(item.text.revised)}
    if item.text.retracted_on is not None:
        changes["retracted_on"] = item.text.retracted_on
    for key, day in changes.items():
        if day > today:
            raise InputError(f"{day} is after {today}: nobody knows of it yet", file=item.file, key=key)


def _refuse_future(through: date, today: date, item: Item) -> None:
    if through > today:
        raise InputError(f"{through} is after {today}: nobody has looked yet", file=item.file, key=CONFIRMED)


def _refuse(item: Item, through: date, today: date) -> None:
    if not item.kind.is_silence:
        raise InputError(f"is {item.text.kind}; a silence ({NotYet.name}) was expected", file=item.file, key="kind")
    if item.retracted_by(through):
        raise InputError(f"was retracted on {item.text.retracted_on}", file=item.file, key="retracted_on")
    if item.observed.date is not None:
        problem = f"is a finding of {item.observed.date}, which is not confirmed again"
        raise InputError(problem, file=item.file, key="observed.date")
    _refuse_future(through, today, item)
    if through < item.text.known_since:
        problem = f"{through} is before known_since ({item.text.known_since})"
        raise InputError(problem, file=item.file, key=CONFIRMED)
    before = item.observed.confirmed_through
    if before is not None and through <= before:
        raise InputError(
            f"{through} says nothing new: it was confirmed through {before}", file=item.file, key=CONFIRMED
        )


def _undated(item: Item) -> dict[str, Any]:
    stated: dict[str, Any] = item.observed.model_dump(exclude={ENTRY})
    return stated


def own_file(path: Path, item: Item) -> Item:
    """Return the item in a file that an earlier confirmation wrote; the item itself where there is none.

    Raises
    ------
    InputError
        If something else stands there.
    """
    if not path.exists():
        return item
    found = read_item(path)
    if not confirms(found, item):
        raise InputError(f"is not {item.id} of {item.file}: say another file with --out", file=path, key="id")
    return found
