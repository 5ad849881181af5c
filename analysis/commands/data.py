"""``catchup data``: public tables, kept as they are published, and what they say by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cyclopts import Parameter

from ...evidence.tables.places import data_folder, named_vintage
from ...evidence.tables.store import TableStore
from ...evidence.tables.table import read_table
from ...priors.clock import today
from ...priors.errors import InputError
from ..presentation.tables.public_tables import (
    KeptTables,
    content_layout,
    layout,
    outcome_layout,
    rows_text,
    unread_lines,
    vintage_as_json,
)
from .data_studies import efficiency_data, lags_data
from .options import AsJson, DataFolder
from .output import print_json, say, show, warn
from .unused import refuse_unused

__all__ = [
    "add_data",
    "check_data",
    "efficiency_data",
    "lags_data",
    "list_data",
    "show_data",
    "update_data",
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the commands on kept tables take."""

    data: DataFolder = None
    json: AsJson = False

    def store(self) -> TableStore:
        """Return the data folder."""
        return TableStore(data_folder(self.data))


def add_data(file: Path, /, *, vintage: date | None = None, kept: Kept | None = None) -> int:
    """Check a public table and keep it beside its other vintages; content that is held already is not added again.

    Parameters
    ----------
    file
        The table as it was published: CSV or, of METR, YAML.
    vintage
        Day it was published or taken. By default the day in the file's name, or else today. A vintage older than one
        held is kept only where its day is said.
    """
    kept = kept or Kept()
    day = vintage or named_vintage(file) or today()
    added = kept.store().add(file, day, older=vintage is not None)
    name, held_day = added.table.name, added.held.manifest.vintage
    if added.new and added.older:
        warn(f"{name} of {day} is older than the newest held ({added.newest}): kept beside it")
    if vintage is not None and vintage != held_day:
        warn(f"{name} of {held_day} is the same content: none of {day} is added; remove its folder to date it anew")
    if kept.json:
        print_json({"schema": 1, **vintage_as_json(added.table), "new": added.new, "folder": str(added.held.folder)})
        return 0
    what = "added" if added.new else "held already"
    say(
        f"{what}: {name} of {held_day}, {rows_text(added.table)}   [{added.held.folder}]",
        *unread_lines(added.table.unread),
    )
    return 0


def check_data(*files: Path, vintage: date | None = None, kept: Kept | None = None) -> int:
    """Check public tables without keeping them; without any, those that are kept.

    Parameters
    ----------
    files
        Tables as they were published.
    vintage
        Day they were published or taken. By default the day in each file's name, or else today.
    """
    kept = kept or Kept()
    store = kept.store()
    if not files:
        refuse_unused({"--vintage": vintage}, "is the day of FILE, and none was given")
    read = [
        read_table(file, vintage=vintage or named_vintage(file), shapes=store.shapes) for file in dict.fromkeys(files)
    ] or [store.read(held) for held in store.vintages()]
    if not read:
        raise InputError(
            "holds no table to check: a FILE was expected, or a table kept by catchup data add", file=store.folder
        )
    if kept.json:
        tables = [{"file": each.file, **vintage_as_json(each)} for each in read]
        print_json({"schema": 1, "valid": True, "tables": tables})
        return 0
    say(f"valid: {len(read)} table{'s' if len(read) != 1 else ''}")
    for each in read:
        say(f"  {each.file}: {each.name}, {rows_text(each)}", *unread_lines(each.unread, indent="    "))
    return 0


def list_data(*, kept: Kept | None = None) -> int:
    """Every vintage that is kept."""
    kept = kept or Kept()
    store = kept.store()
    read, faults = [], []
    for held in store.vintages():
        try:
            read.append(store.read(held))
        except InputError as error:
            faults.append(error.on_command_line)
    warn(*faults)
    show(layout(KeptTables(store.folder, read, faults)), as_json=kept.json)
    return 0


def show_data(name: str, /, *, vintage: date | None = None, kept: Kept | None = None) -> int:
    """One table that is kept: its columns, and what could not be read.

    Parameters
    ----------
    name
        The table's name.
    vintage
        Which vintage; the newest by default.
    """
    kept = kept or Kept()
    store = kept.store()
    show(content_layout(store.read(store.get(name, vintage))), as_json=kept.json)
    return 0


def update_data(*names: str, kept: Kept | None = None) -> int:
    """Fetch public tables from where they are published, and keep what is new as today's vintage.

    Parameters
    ----------
    names
        Which tables; all that have an address by default.
    """
    from ...evidence.tables.update import update

    kept = kept or Kept()
    outcomes = update(kept.store(), names)
    for outcome in outcomes:
        if outcome.reason:
            warn(f"{outcome.name}: {outcome.reason}; what is kept has not changed")
    show(outcome_layout(outcomes), as_json=kept.json)
    if any(each.status == "refused" for each in outcomes):
        return 2
    return 1 if any(each.status == "failed" for each in outcomes) else 0
