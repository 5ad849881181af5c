"""What an operator asks before a job runs by itself: program, folders, clock, silence, tables, runs and site."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from ...evidence.confirmation import confirms, latest_confirmed
from ...evidence.ledgers import Ledger, load_ledger
from ...evidence.schema import Item
from ...evidence.selection import select
from ...evidence.tables.store import TableStore
from ...model.assumptions import load_assumptions
from ...priors.errors import CatchupError, reason_of
from ..inference.silence import STALE, how_to_confirm
from .manifest import LOCK, library_versions, python_version
from .reading import UNSOUND, Run, Shelf, read_runs, why_untrusted
from .verification import verify

Verdict = Literal["pass", "warn", "fail"]
LOCKED = re.compile(r"(?m)^([a-z0-9-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
OLD_RUN = timedelta(days=8)  # a week, and a day for a machine that was off
OLD_TABLE = timedelta(days=90)  # public tables are brought up to date every few weeks
MISSING = {"runs-folder": "and so holds no runs", "site-folder": "and so nothing has been published"}
"""What follows for a folder that is not there, by option."""
AWAY = "restore it, or move it out of the folder"
LITTLE, TOO_LITTLE = 2_000_000_000, 100_000_000  # bytes free; a whole run takes some tens of millions


@dataclass(frozen=True)
class Finding:
    """What was found of one thing.

    Attributes
    ----------
    id : str
        What was looked at.
    verdict : str
        ``pass``; ``warn``, an answer will be older or poorer than it could be; ``fail``, the job will not end well.
    text, advice : str
        What was found, and what to do; advice is empty where nothing is to be done.
    """

    id: str
    verdict: Verdict
    text: str
    advice: str = ""


@dataclass(frozen=True)
class Doctor:
    """All that was found.

    Attributes
    ----------
    day : date
        Today, as this machine has it.
    findings : tuple of Finding
    """

    day: date
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing keeps a job from ending well."""
        return all(finding.verdict != "fail" for finding in self.findings)


def examine(runs: Path | None, site: Path | None, ledger: Path | None, data: Path, today: date) -> Doctor:
    """Look at everything that a job rests on.

    Parameters
    ----------
    runs, site : Path, optional
        Folders of runs and of the site; what is not named is not looked at.
    ledger : Path, optional
        Folder of items instead of the project's own.
    data : Path
        Folder of kept tables.
    today : date
        As this machine has it.
    """
    shelf: Shelf | None = None
    found = [_versions()]
    for option, folder in (("runs-folder", runs), ("site-folder", site)):
        if folder is not None:
            found.append(_folder(option, folder, missing=MISSING[option]))
    if runs is not None and runs.is_dir():
        shelf = read_runs(runs)
    found += [*_ledger(ledger, today, shelf), _tables(data, today)]
    if shelf is not None:
        found += _runs(shelf, today)
        if site is not None and shelf.runs:
            found.append(_site(site, shelf.runs))
    return Doctor(today, tuple(found))


def _versions() -> Finding:
    """Hold what is installed against the lock, where the project stands beside it."""
    installed = library_versions()
    said = f"Python {python_version()}; {', '.join(f'{name} {version}' for name, version in installed.items())}"
    try:
        locked = dict(LOCKED.findall(LOCK.read_text(encoding="utf-8")))
    except OSError:
        return Finding("versions", "pass", f"{said}; installed without its lock")
    differ = [name for name, version in installed.items() if locked.get(name, version) != version]
    other = [f"{name} is {installed[name]}, the lock has {locked[name]}" for name in differ]
    if other:
        return Finding("versions", "warn", f"{said}; {'; '.join(other)}", "make install brings what the lock has")
    return Finding("versions", "pass", said)


def _folder(name: str, folder: Path, missing: str) -> Finding:
    """Try to write: what a system says of permissions is not always so."""
    place = folder if folder.is_dir() else folder.parent
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"written by catchup doctor")
        free = shutil.disk_usage(place).free
    except OSError as error:
        return Finding(name, "fail", f"{folder}: cannot be written ({reason_of(error)})", "name a folder that can be")
    said = "can be written" if folder.is_dir() else f"does not exist yet, {missing}; can be made"
    size = f"{folder}: {said}, {free / 1e9:,.1f} GB free"
    if free < LITTLE:
        verdict: Verdict = "fail" if free < TOO_LITTLE else "warn"
        return Finding(name, verdict, size, "free some space: a run takes tens of megabytes")
    if not folder.is_dir():
        return Finding(name, "warn", size, "see whether its name is right; what first writes into it makes it")
    return Finding(name, "pass", size)


def _ledger(folder: Path | None, today: date, shelf: Shelf | None) -> Iterator[Finding]:
    try:
        ledger = load_ledger(folder)
    except CatchupError as error:
        yield Finding("ledger", "fail", error.on_command_line, "catchup evidence check says more")
        return
    latest = max(item.text.known_since for item in ledger.items.values())
    newest = max((run.manifest.as_of for run in shelf.runs), default=latest) if shelf is not None else latest
    if today < max(latest, newest):
        known = f"an item is known since {latest}" if latest >= newest else f"a run is of {newest}"
        yield Finding("clock", "fail", f"this machine says {today}, and {known}", "set its clock")
    else:
        yield Finding("clock", "pass", f"today is {today}")
    run = shelf.runs[-1] if folder is None and shelf is not None and shelf.runs else None
    yield from _silences(ledger, today, run)


def _silences(ledger: Ledger, today: date, run: Run | None) -> Iterator[Finding]:
    """How long ago somebody last looked for what is counted: of a silence that is set aside nobody need."""
    counted, aside = _counted_silences(ledger, today)
    if run is not None and (told := _silences_of(run)) is not None:
        aside |= {item.id: "the newest run does not count it" for item in counted}
        counted = [_confirmed_since(item, counted) for item in told]
        aside = {name: reason for name, reason in aside.items() if name not in {item.id for item in told}}
    confirmed = {item.id: getattr(item.observed, "confirmed_through", None) for item in counted}
    old = {name: day for name, day in confirmed.items() if day is not None and today - day > STALE}
    for name, day in old.items():
        found = f"{name} was last confirmed through {day}, {(today - day).days} days ago"
        yield Finding("silence", "warn", found, f"{how_to_confirm(name)}, by whoever has looked")
    if not old:
        fresh = ", ".join(f"{name} through {day}" for name, day in confirmed.items() if day is not None)
        left = "".join(f"; {name} is not counted: {reason}" for name, reason in aside.items())
        yield Finding("silence", "pass", (f"confirmed: {fresh}" if fresh else "none is to be confirmed") + left)


def _counted_silences(ledger: Ledger, today: date) -> tuple[list[Item], dict[str, str]]:
    """Silences that a question of today counts, and why not each of the others."""
    try:
        selection = select(ledger, "default", today, load_assumptions())
    except CatchupError:  # of a ledger for priors that are not named here: what it says for itself has to do
        standing = [item for item in ledger.items.values() if not item.retracted_by(today)]
        return [item for item in standing if item.kind.is_silence], {}
    aside = {each.item.id: each.reason for each in selection.set_aside if each.item.kind.is_silence}
    return [item for item in selection.counted if item.kind.is_silence], aside


def _silences_of(run: Run) -> list[Item] | None:
    """Silences that a run counted, which may be of another ledger, or added to this one; None where it cannot say."""
    try:
        return [item for item in run.inputs.evidence() if item.kind.is_silence]
    except UNSOUND:  # which is said of the run
        return None


def _confirmed_since(item: Item, own: Sequence[Item]) -> Item:
    """A silence that a run counted, as the ledger has it by now where that was confirmed through a later day."""
    return next((latest_confirmed(other, item) for other in own if other.id == item.id and confirms(other, item)), item)


def _tables(folder: Path, today: date) -> Finding:
    try:
        store = TableStore(folder)
        held = store.vintages()
        for one in held:
            store.content(one)
    except CatchupError as error:
        how = "restore it, or move it away; score and data read it, no run does"
        return Finding("tables", "warn", error.on_command_line, how)
    newest = {one.manifest.name: one.manifest.vintage for one in held}  # by name, the oldest first
    if not newest:
        return Finding("tables", "pass", "none is kept")
    old = {name: day for name, day in newest.items() if today - day > OLD_TABLE}
    said = ", ".join(f"{name} of {day}" for name, day in newest.items())
    if old:
        said = f"{said}: {', '.join(old)} older than {OLD_TABLE.days} days"
        return Finding("tables", "warn", said, "catchup data update")
    return Finding("tables", "pass", said)


def _runs(shelf: Shelf, today: date) -> Iterator[Finding]:
    for fault in shelf.faults:
        yield Finding("runs", "warn", fault, AWAY)
    if not shelf.runs:
        yield Finding("last-run", "warn", "there is no run yet", "catchup run --runs RUNS")
        return
    newest = shelf.runs[-1]
    age = today - newest.manifest.as_of
    try:
        departures = verify(newest.folder).departures
        trusted = newest.trustworthy
    except UNSOUND as error:
        why = error.on_command_line if isinstance(error, CatchupError) else error
        yield Finding("last-run", "warn", f"{newest.folder}: cannot be read ({why})", AWAY)
        return
    if departures:
        changed = ", ".join(f"{one.file} {one.state}" for one in departures[:3])
        # whatever has become of one run, the next is made all the same
        advice = "" if all(one.state == "added" for one in departures) else f": {AWAY}"
        told = f"{newest.name} is not as it was made: {changed}"
        yield Finding("last-run", "warn", told, f"catchup verify RUN says more{advice}")
    elif not trusted:
        yield Finding("last-run", "warn", f"{newest.name} should not be trusted", "its report says which check failed")
    elif age > OLD_RUN:
        yield Finding("last-run", "warn", f"{newest.name} is {_age_text(age)}", "see what the scheduler said")
    else:
        yield Finding("last-run", "pass", f"{newest.name}, whole, {_age_text(age)}")


def _age_text(age: timedelta) -> str:
    """An age in words; negative where the clock was set back."""
    if not age.days:
        return "of today"
    days = f"{abs(age.days)} {'day' if abs(age.days) == 1 else 'days'}"
    return f"{days} old" if age.days > 0 else f"{days} ahead of today"


def _site(site: Path, runs: Sequence[Run]) -> Finding:
    try:
        latest = json.loads((site / "latest.json").read_text(encoding="utf-8"))
        published, event = str(latest["run"]), str(latest["event"])
    except OSError:
        return Finding("site", "warn", f"{site}: nothing has been published", "catchup publish --runs RUNS --site SITE")
    except (ValueError, KeyError, TypeError):
        return Finding("site", "warn", f"{site}: its latest.json is damaged", "catchup publish --runs RUNS --site SITE")
    newest = next((run for run in reversed(runs) if run.manifest.event == event and not why_untrusted(run)), runs[-1])
    if published != newest.name:
        said = f"{site}: has {published}, the newest run is {newest.name}"
        return Finding("site", "warn", said, "catchup publish --runs RUNS --site SITE")
    return Finding("site", "pass", f"{site}: has {published}")
