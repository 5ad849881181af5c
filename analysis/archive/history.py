"""The forecast through time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ...model.assumptions import load_assumptions
from ...priors.errors import unknown_name
from ..inference.silence import STALE
from ..studies.attribution_steps import CONFIRMED
from ..studies.reasons import changed_beside_model
from .manifest import BrokenRunError
from .reading import UNSOUND, Run, Shelf, read_runs, why_untrusted

MOVED = 0.5  # months from which what a confirmed silence did is named


@dataclass(frozen=True)
class Entry:
    """One run in the history.

    Attributes
    ----------
    run : Run
        The run.
    shift : mapping or None
        Shift of the median since the run before it, months with MCSE, as this run recorded it (no number where
        the median comes from never, or goes there); None where there is no such run, or where it was another one that
        this run was compared with.
    other_shift : mapping or None
        Where it was another one, as where a day between two runs was filled in later, or the run before is damaged:
        the shift since that one, with its name as ``since``.
    items_added, items_removed : tuple of str
        Items counted now and not by the run before, and the other way round; none where there is no such run.
    items_retracted : tuple of str
        Those of the removed that their source has taken back, as this run knows.
    before : Run or None
        The newest run shown before it that may be trusted; None where there is none.
    """

    run: Run
    shift: dict[str, Any] | None
    other_shift: dict[str, Any] | None
    items_added: tuple[str, ...]
    items_removed: tuple[str, ...]
    items_retracted: tuple[str, ...] = ()
    before: Run | None = None

    @cached_property
    def other_changes(self) -> tuple[str, ...]:
        """In words, what else moves the date than items that came or went: model, program, priors, items revised.

        Silence that is confirmed week by week is left out; it is named where nobody had looked for long before, where
        it moves the median by `MOVED` months, and where less of it is confirmed than was.
        """
        return () if self.before is None else tuple(_other_changes(self.before, self.run))


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
        Which event; all by default, each compared with the run before it about the same event that may be trusted.

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
    entries, faults = entries_of(one for one in shelf.runs if event is None or one.manifest.event == event)
    return History(tuple(entries), (*shelf.faults, *faults))


def entries_of(runs: Iterable[Run]) -> tuple[list[Entry], list[str]]:
    """Hold each of some runs, oldest first, against the one before it that may be trusted; and name those damaged.

    Each is held against a run about the same event.
    """
    entries, faults = list[Entry](), list[str]()
    last: dict[str, Run] = {}
    for one in runs:
        before = last.get(one.manifest.event)
        counted = set(one.manifest.evidence)
        earlier = set(before.manifest.evidence) if before else counted
        added, removed = tuple(sorted(counted - earlier)), tuple(sorted(earlier - counted))
        try:
            entries.append(Entry(one, *_shifts_of(one, before), added, removed, _retracted(one, removed), before))
        except BrokenRunError as error:
            faults.append(str(error))
            continue
        if not why_untrusted(one):  # what should not be trusted is told of, and nothing is told since it
            last[one.manifest.event] = one
    return entries, faults


def _other_changes(before: Run, after: Run) -> Iterator[str]:
    if before.manifest.model != after.manifest.model:
        yield f"model {after.manifest.model} in place of {before.manifest.model}"
    if before.manifest.priors_hash != after.manifest.priors_hash and _of_other_priors(before, after):
        yield "other priors"
    try:
        if before.code and after.code and before.code != after.code:
            yield "another state of the program"
        yield from (f"{name} revised" for name in _revised(before, after))
    except (*UNSOUND, AttributeError):
        pass  # what it keeps of its items is damaged, and nothing else needs it here
    looked, earlier = (_looked(run) for run in (after, before))
    if looked is None or earlier is None:
        return
    if looked > earlier and (before.manifest.as_of - earlier > STALE or _silence_moved(after)):
        yield f"silence confirmed through {looked}"
    elif looked < earlier:
        yield f"silence confirmed through {looked} only"


def _silence_moved(run: Run) -> bool:
    """Whether a day of silence moved the median far, as the run has taken its shift apart."""
    try:
        steps = [step for step in run.section("diff")["steps"] if step["title"].startswith(CONFIRMED)]
        moves = [step["shift"]["0.5"]["months"] for step in steps if not step["noise"]]
    except (KeyError, TypeError, AttributeError):  # there is none, or it is damaged, which is said elsewhere
        return False
    return any(months is None or abs(months) >= MOVED for months in moves)


def _of_other_priors(before: Run, after: Run) -> bool:
    """Whether priors differ that do not come with the model; as manifests say where an input is damaged."""
    same_model = before.manifest.model == after.manifest.model
    try:
        if same_model:
            return not before.inputs.same_priors(after.inputs)
        return bool(changed_beside_model(before.inputs.layers, after.inputs.layers))
    except (*UNSOUND, LookupError, ValueError, AttributeError):
        return same_model


def _revised(before: Run, after: Run) -> list[str]:
    """Items that both count, and that say something else in the later; a day of silence is told by itself."""
    old, new = ({item["id"]: item for item in run.known_items} for run in (before, after))
    both = set(before.manifest.evidence) & set(after.manifest.evidence) & set(old) & set(new)
    return sorted(name for name in both if _differ(_stated(old[name]), _stated(new[name])))


def _stated(item: dict[str, Any]) -> dict[str, Any]:
    return {**item["observed"], **item["likelihood"], "weight": item["weight"], "confirmed_through": None}


def _differ(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a figure that both have differs: another state of the program may say more of an item."""
    return any(old[key] != new[key] for key in old.keys() & new.keys())


def _looked(run: Run) -> date | None:
    said = run.forecast.get("silence_confirmed_through")
    return None if said is None else date.fromisoformat(said)


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
