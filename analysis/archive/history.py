"""The forecast through time, and the past asked again without hindsight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ...priors.errors import InputError
from ..inference.answer import Request
from ..runs.run import run, today
from .reading import Run, Shelf, read_runs

DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True)
class Entry:
    """One run in the history.

    Attributes
    ----------
    run : Run
        The run.
    shift : mapping or None
        Shift of the median since the run before it, months with MCSE, as that run recorded it.
    items_added, items_removed : tuple of str
        Items counted now and not by the run before, and the other way round.
    """

    run: Run
    shift: dict[str, Any] | None
    items_added: tuple[str, ...]
    items_removed: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """Sound runs of one event, oldest first, and what else lies in their folder.

    Attributes
    ----------
    entries : tuple of Entry
    faults : tuple of str
        A line for each entry of the folder that is no sound run.
    """

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]


def history(runs: Path, event: str | None = None) -> History:
    """Read the history of a folder of runs.

    Parameters
    ----------
    runs : Path
        The runs folder.
    event : str, optional
        Which event; all by default, each compared with the run before it about the same event.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    shelf: Shelf = read_runs(runs)
    entries = []
    last: dict[str, Run] = {}
    for one in shelf.runs:
        if event is not None and one.manifest.event != event:
            continue
        before = last.get(one.manifest.event)
        counted = set(one.manifest.evidence)
        earlier = set(before.manifest.evidence) if before else set()
        diff = one.section("diff")
        shift = diff["shift"]["shift"]["0.5"] if diff else None
        entries.append(Entry(one, shift, tuple(sorted(counted - earlier)), tuple(sorted(earlier - counted))))
        last[one.manifest.event] = one
    return History(tuple(entries), shelf.faults)


def replay(request: Request, runs: Path, first: date, last: date, every: timedelta) -> Iterator[Run]:
    """Ask a question again on past days, each time with what was known then.

    Parameters
    ----------
    request : Request
        Question and evidence; its own day is not used.
    runs : Path
        The runs folder.
    first, last : date
        The days, both included where the steps meet them.
    every : timedelta
        Step between days.

    Yields
    ------
    Run
        A brief run a day: forecast, what moved, inputs and manifest.

    Raises
    ------
    InputError
        If the days are not in order, or not between t = 0 and today.
    """
    if last < first:
        raise InputError(f"a day from {first} on was expected, not {last}", key="--to")
    if last > today():
        raise InputError(f"a day up to today was expected, not {last}", key="--to")
    day = first
    while day <= last:
        asked = replace(request, question=replace(request.question, as_of=day))
        yield run(asked, runs, command="catchup replay", brief=True)
        day += every


def replay_days(first: date, last: date, every: timedelta) -> int:
    """How many days a replay asks about."""
    return (last - first) // every + 1


def parse_step(text: str) -> timedelta:
    """Read a step like 7d or 2w.

    Raises
    ------
    InputError
        If it is not a whole number of days or weeks above 0.
    """
    number, unit = text[:-1], text[-1:]
    if unit not in DAYS or not number.isdigit() or int(number) == 0:
        raise InputError(f"a step like 7d or 2w was expected, not '{text}'", key="--every")
    return timedelta(days=int(number) * DAYS[unit])
