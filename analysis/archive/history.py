"""The forecast through time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.assumptions import load_assumptions
from ...priors.errors import unknown_name
from .manifest import BrokenRunError
from .reading import Run, Shelf, read_runs


@dataclass(frozen=True)
class Entry:
    """One run in the history.

    Attributes
    ----------
    run : Run
        The run.
    shift : mapping or None
        Shift of the median since the run shown before it, months with MCSE, as this run recorded it (no number where
        the median comes from never, or goes there); None where there is no such run, or where it was another one that
        this run was compared with.
    other_shift : mapping or None
        Where it was another one, as where a day between two runs was filled in later, or the run before is damaged:
        the shift since that one, with its name as ``since``.
    items_added, items_removed : tuple of str
        Items counted now and not by the run shown before, and the other way round; none where there is no such run.
    items_retracted : tuple of str
        Those of the removed that their source has taken back, as this run knows.
    """

    run: Run
    shift: dict[str, Any] | None
    other_shift: dict[str, Any] | None
    items_added: tuple[str, ...]
    items_removed: tuple[str, ...]
    items_retracted: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """Sound runs of one event, oldest first, and what else lies in their folder.

    Attributes
    ----------
    entries : tuple of Entry
    faults : tuple of str
        A line for each entry of the folder that is no sound run.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import history
    >>> with TemporaryDirectory() as folder:
    ...     found = history(Path(folder))
    ...
    >>> found.entries, found.faults
    ((), ())
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
        If there is no such folder, or no such event among its runs and in the model.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, history, run
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     runs = Path(folder) / "runs"
    ...     made = run(request, runs, brief=True)
    ...     [entry.run.name for entry in history(runs).entries]
    ...
    ['2026-11-21']
    """
    shelf: Shelf = read_runs(runs)
    asked_of = {one.manifest.event for one in shelf.runs}
    if event is not None and event not in asked_of:
        known = {*asked_of, *load_assumptions().events}  # runs may ask of events that an overlay brought
        if event not in known:
            raise unknown_name("event", event, sorted(known), key="--event")
    entries, faults = [], [*shelf.faults]
    last: dict[str, Run] = {}
    for one in shelf.runs:
        if event is not None and one.manifest.event != event:
            continue
        before = last.get(one.manifest.event)
        counted = set(one.manifest.evidence)
        earlier = set(before.manifest.evidence) if before else counted
        added, removed = tuple(sorted(counted - earlier)), tuple(sorted(earlier - counted))
        try:
            entries.append(Entry(one, *_shifts_of(one, before), added, removed, _retracted(one, removed)))
        except BrokenRunError as error:
            faults.append(str(error))
            continue
        last[one.manifest.event] = one
    return History(tuple(entries), tuple(faults))


def _retracted(run: Run, removed: tuple[str, ...]) -> tuple[str, ...]:
    """Items no longer counted that their source has taken back, by what the run keeps of every item it knew of."""
    if not removed:
        return ()
    try:
        gone = {item["id"] for item in run.known_items if item["retracted_on"]}
    except (KeyError, TypeError):
        raise BrokenRunError(f"{run.folder / 'evidence.json'}: is damaged") from None
    return tuple(name for name in removed if name in gone)


def _shifts_of(run: Run, before: Run | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Shift of the median since the run shown before it, or else since the one that it was compared with, and which."""
    diff = run.section("diff")
    if not diff:
        return None, None
    try:
        shift: dict[str, Any] = diff["shift"]["shift"]["0.5"]
        months, mcse, against = shift["months"], shift["mcse"], diff["against"]
    except (KeyError, TypeError):
        raise BrokenRunError(f"{run.folder / 'diff.json'}: is damaged") from None
    numbers = isinstance(months, int | float | None) and isinstance(mcse, int | float | None)
    if not numbers or not isinstance(against, str):
        raise BrokenRunError(f"{run.folder / 'diff.json'}: is damaged")
    if before is not None and against == before.name:
        return shift, None
    return None, {"since": against, **shift}
