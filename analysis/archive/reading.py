"""Reading runs back: the sound ones, and a line for each that is not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import starmap
from pathlib import Path
from typing import Any

from ...evidence.schema import Item
from ...evidence.selected import retraction
from ...priors.errors import CatchupError, MissingFileError
from ..inference.estimates import Estimate
from ..inference.inputs import Inputs
from ..inference.json_values import estimate_of
from ..inference.question import Question
from ..inference.snapshot import Snapshot
from .inputs import read_inputs
from .manifest import BrokenRunError, Manifest, read_json, read_manifest
from .store import RUN_NAME, list_runs

INPUTS = "inputs"
FORECAST = "forecast.json"
POSTERIOR = "posterior.nc"
REPORT = "report.html"
EXPLORER = "explore.html"
EVIDENCE = "evidence"  # its section with every item that the question knew of, counted or not
CHECKS = "checks"  # its section with whether the answer can be trusted
PROGRAM = "program"  # its section with the code's hash and the changelog as it stood
REFUSED = "refused"  # its section with why studies have no answer, by study; not there where all have
DIFF = "diff"  # its section with what moved since the run before, and the name of that study
TARGETS = ("ready", "pretrained")
UNTRUSTED = "should not be trusted; its report says which check failed"
UNSOUND = (CatchupError, KeyError, TypeError)  # what reading a run brings up that is missing in part or damaged


def fault_of(folder: Path, error: Exception) -> str:
    """Say in a line why a run cannot be read, of what reading it has brought up."""
    return error.on_command_line if isinstance(error, CatchupError) else f"{folder}: is damaged"


def why_untrusted(run: Run) -> str:
    """Say in a line why a run should not be trusted, as far as its checks say; empty where it may be."""
    try:
        return "" if run.trustworthy else f"{run.folder}: {UNTRUSTED}"
    except UNSOUND as error:
        return fault_of(run.folder, error)


@dataclass(frozen=True)
class Run:
    """A run on disk.

    Attributes
    ----------
    folder : Path
        Where it is.
    manifest : Manifest
        What made it.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, run
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     made = run(request, Path(folder) / "runs", brief=True)
    ...     sorted(made.forecast["ready"])[:2]
    ...
    ['mean', 'mean_mcse']
    """

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Name of its folder: its day, with a suffix from the second run of a day on."""
        return os.path.basename(os.path.abspath(self.folder))  # of "." as well

    @cached_property
    def forecast(self) -> dict[str, Any]:
        """Its forecast, as published."""
        content: dict[str, Any] = read_json(self.folder, FORECAST)
        return content

    def section(self, name: str) -> Any:
        """One of its other JSON files, or None where it was made without.

        Raises
        ------
        BrokenRunError
            If the file is damaged, or there no more.
        """
        return read_json(self.folder, f"{name}.json") if f"{name}.json" in self.manifest.files else None

    @property
    def trustworthy(self) -> bool:
        """Whether its checks passed; of one that was made without, nothing else is known."""
        checks = self.section(CHECKS)
        return checks is None or bool(checks["trustworthy"])

    @cached_property
    def inputs(self) -> Inputs:
        """What it was made of."""
        start = f"{INPUTS}/"
        files = [name.removeprefix(start) for name in self.manifest.files if name.startswith(start)]
        return read_inputs(self.folder / INPUTS, files)

    @cached_property
    def known_items(self) -> tuple[dict[str, Any], ...]:
        """Every item that its question knew of, counted or not, as `catchup evidence list --json` prints them.

        Nothing for the prior alone, and for a run made before this was kept.
        """
        content = self.section(EVIDENCE)
        return () if content is None else tuple(content["items"])

    @property
    def code(self) -> str:
        """Hash of the program that made it; empty where it was made before this was kept."""
        return str((self.section(PROGRAM) or {}).get("code", ""))

    @cached_property
    def snapshot(self) -> Snapshot:
        """Its question and items, to be worked out again.

        Raises
        ------
        InputError, BrokenRunError
            If what it was made of is missing in part, or damaged.
        """
        try:
            return self._snapshot()
        except CatchupError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            # each file holds what it may, and all of them together do not: one of them was emptied, say
            raise BrokenRunError(f"{self.folder / INPUTS}: is damaged") from None

    def _snapshot(self) -> Snapshot:
        manifest = self.manifest
        question = Question(
            assumptions=self.inputs.assumptions(),
            as_of=manifest.as_of,
            event=manifest.event,
            draws=manifest.draws,
            seed=manifest.seed,
            quasi_random=manifest.quasi_random,
            launch_grid=manifest.launch_grid,
        )
        items: dict[str, Item] = {item.id: item for item in self.inputs.evidence()}
        quantiles = self.forecast["ready"]["quantiles"]
        recorded = {float(p): estimate_of(entry) for p, entry in quantiles.items()}
        version = manifest.versions.get("catchup", "")
        gone = (item for item in self.known_items if item["retracted_on"] and item["id"] not in items)
        retracted = {item["id"]: retraction(item["retracted_on"], item["retracted_why"]) for item in gone}
        changes = tuple(map(str, (self.section(PROGRAM) or {}).get("changes", ())))
        days, errors = (self.forecast.get(name, {}) for name in ("probability_by", "probability_by_mcse"))
        chances = {date.fromisoformat(day): Estimate(float(days[day]), float(errors[day])) for day in errors}
        known = self.forecast.get("known")
        return Snapshot(
            question=question,
            items=items,
            inputs=self.inputs,
            version=version,
            recorded=recorded,
            engine=manifest.engine,
            retracted=retracted,
            code=self.code,
            changes=changes,
            probabilities=chances,
            known=None if known is None else estimate_of(known["quantiles"]["0.5"]),
        )


def read_run(folder: str | Path) -> Run:
    """Read a run.

    Raises
    ------
    BrokenRunError
        If the folder is missing, or what makes it a run is missing or damaged.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, read_run, run
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     made = run(request, Path(folder) / "runs", brief=True)
    ...     read_run(made.folder).manifest == made.manifest
    ...
    True
    """
    folder = Path(folder)
    run = Run(folder, read_manifest(folder))
    missing = [name for name in run.manifest.files if not os.path.isfile(folder / name)]
    if missing:
        raise BrokenRunError(f"{folder}: lacks {missing[0]}" + (f" and {len(missing) - 1} more" if missing[1:] else ""))
    _check_forecast(run)
    return run


def _check_forecast(run: Run) -> None:
    """Refuse a forecast that lacks what its readers read, or holds something else there."""
    path = run.folder / FORECAST
    content = run.forecast
    if not isinstance(content, dict):
        raise BrokenRunError(f"{path}: is damaged")
    for target in (*TARGETS, *(["known"] if content.get("known") is not None else [])):
        table = content.get(target)
        quantiles = table.get("quantiles") if isinstance(table, dict) else None
        sound = isinstance(quantiles, dict) and "0.5" in quantiles and all(starmap(_is_quantile, quantiles.items()))
        if not sound:
            raise BrokenRunError(f"{path}: is damaged ({target}.quantiles)")


def _is_quantile(level: str, entry: object) -> bool:
    """Whether something is a level, with months, their day and their Monte Carlo error; None where there is none."""
    if not isinstance(entry, dict):
        return False
    kinds = {"months": int | float | None, "mcse": int | float | None, "date": str | None}
    if not all(name in entry and isinstance(entry[name], kind) for name, kind in kinds.items()):
        return False
    day = entry["date"]
    try:
        return 0.0 < float(level) < 1.0 and (day is None or date.fromisoformat(day).isoformat() == day)
    except ValueError:
        return False


@dataclass(frozen=True)
class Shelf:
    """All runs of a folder.

    Attributes
    ----------
    runs : tuple of Run
        The sound ones, oldest first.
    faults : tuple of str
        A line for each entry that is no sound run.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import read_runs
    >>> with TemporaryDirectory() as folder:
    ...     (Path(folder) / "notes").mkdir()
    ...     shelf = read_runs(Path(folder))
    ...
    >>> shelf.runs, len(shelf.faults)
    ((), 1)
    """

    runs: tuple[Run, ...]
    faults: tuple[str, ...]


def read_runs(runs: Path) -> Shelf:
    """Read every run of a folder; nothing in it is changed.

    Raises
    ------
    InputError
        If there is no such folder.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from catchup.analysis import Question, Request, read_runs, run
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")
    >>> with TemporaryDirectory() as folder:
    ...     runs = Path(folder) / "runs"
    ...     made = run(request, runs, brief=True)
    ...     [each.name for each in read_runs(runs).runs]
    ...
    ['2026-11-21']
    """
    listing = list_runs(runs)
    sound: dict[str, Run] = {}  # by manifest: the seconds in it are of one run alone
    faults = [f"{entry}: is no run" for entry in listing.others if not entry.name.startswith(".")]
    for folder in listing.runs:
        try:
            run = _read_in_place(folder)
            first = sound.setdefault(run.manifest.dump(), run)
            if first is not run:
                faults.append(f"{folder}: is a copy of the run {first.name}: counted once")
        except UNSOUND as error:
            if os.path.lexists(folder):  # or else it was removed since the folder was listed
                faults.append(fault_of(folder, error))
    return Shelf(tuple(sound.values()), tuple(faults))


def _read_in_place(folder: Path) -> Run:
    """Read a run of a folder of runs, where its own name says its day: one that was copied would count twice."""
    run = read_run(folder)
    day = run.manifest.as_of.isoformat()
    named = RUN_NAME.match(folder.name)
    if named and named[1] != day:
        raise BrokenRunError(f"{folder}: is the run of another day, {day}: not counted under this one")
    return run


def newest_before(runs: Path, event: str, day: date) -> Run | None:
    """The newest sound run about an event that was asked on a day or before, to compare a new one of that day with.

    What it was made of has been read: whatever becomes of its folder, the comparison can be made. One that should not
    be trusted is passed over: it has no page, and what moved since it would be told of an answer that nobody may use.
    """
    try:
        shelf = read_runs(runs)
    except MissingFileError:
        return None
    about = [run for run in shelf.runs if run.manifest.event == event and run.manifest.as_of <= day]
    return newest_with_inputs([run for run in about if not why_untrusted(run)])[0]


def newest_with_inputs(runs: Sequence[Run]) -> tuple[Run | None, tuple[str, ...]]:
    """The newest run whose inputs can be read, or None; and a line for each newer one, whose inputs cannot be."""
    faults: list[str] = []
    for run in reversed(runs):
        try:
            _ = run.snapshot  # reads them
        except UNSOUND as error:
            faults.append(fault_of(run.folder, error))
        else:
            return run, tuple(faults)
    return None, tuple(faults)
