"""A folder of runs, published as a site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ...priors.errors import InputError
from ...priors.files import check_folder
from ..archive.asked_event import event_meant
from ..archive.history import entries_of, history
from ..archive.manifest import file_hash
from ..archive.reading import UNSOUND, UNTRUSTED, Run, fault_of, newest_with_inputs, why_untrusted
from ..archive.site_folder import OPTION, publish_files, stranger_in
from ..presentation.site.addresses import INDEX
from ..presentation.site.build import copied_files, is_ours, site_files, tell
from ..presentation.site.record import Record

ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?(/[\w.~%-]+)*/?")


@dataclass(frozen=True)
class Published:
    """What has been published.

    Attributes
    ----------
    page : Path
        The first page.
    runs : tuple of str
        Names of the runs that have a page, oldest first.
    written : tuple of str
        Addresses of the files that are new or hold something else than before.
    faults : tuple of str
        A line for each entry of the runs' folder that was left out.
    untrusted : tuple of str
        Those of the lines that say that a run should not be trusted, as it did itself when it was made.
    """

    page: Path
    runs: tuple[str, ...]
    written: tuple[str, ...]
    faults: tuple[str, ...]
    untrusted: tuple[str, ...] = ()


def publish(
    runs: Path, site: Path, *, event: str | None = None, address: str | None = None, record: Record | None = None
) -> Published:
    """Publish a folder of runs as a site that opens from the disk.

    Parameters
    ----------
    runs : Path
        The runs folder; nothing in it is changed.
    site : Path
        The site's folder, made if its parent is there. Pages that are there and would be the same are not touched;
        the page of a run that is no longer in the runs folder stays at its address.
    event : str, optional
        The event that the first page is about; by default the article's, or that of the newest run where no run is
        about that one.
    address : str, optional
        Where the site is served, for the feed and for cards: ``https://...``.
    record : Record, optional
        What the track record rests on; by default what the newest run counts says of the event.

    Raises
    ------
    InputError
        If there is no sound run, or the site's folder cannot be published into; then it is as it was.
    """
    check_apart(runs, site)
    check_folder(site, key=OPTION)
    root = checked_address(address)
    if not is_ours(site / INDEX):
        raise InputError(f"holds an {INDEX} that is none of ours; another folder was expected", file=site, key=OPTION)
    stranger = None if (site / INDEX).exists() else stranger_in(site)
    if stranger is not None:
        problem = f"holds '{stranger}', which is none of ours; a site, or an empty folder, was expected"
        raise InputError(problem, file=site, key=OPTION)
    found = history(runs)
    told, faults = {}, [*found.faults]
    for entry in found.entries:
        fault = why_unpublished(entry.run)
        if not fault:
            try:
                told[entry.run.name] = tell(entry.run)
                continue
            except (*UNSOUND, ValueError, AttributeError) as error:
                fault = fault_of(entry.run.folder, error)
        faults.append(fault)
    for run in _without_inputs([one.run for one in told.values()], event):
        faults.append(f"{run.folder}: its inputs are damaged")
        del told[run.name]
    if not told:
        raise InputError(
            "holds no sound run to publish" + (f" ({faults[0]})" if faults else ""), file=runs, key="--runs"
        )
    shown = [one.run for one in told.values()]
    entries, _ = entries_of(shown)  # a run that is left out is none that another was shown after
    files = site_files(told, entries, event_meant(shown, event), root, record or Record())
    untrusted = tuple(line for line in faults if line.endswith(UNTRUSTED))
    return Published(site / INDEX, tuple(told), tuple(publish_files(site, files)), tuple(faults), untrusted)


def _without_inputs(runs: list[Run], event: str | None) -> list[Run]:
    """Runs newer than the newest whose inputs can be read, which the site tells of; all, where none can be."""
    about = [run for run in runs if run.manifest.event == event_meant(runs, event)] if runs else []
    newest, _ = newest_with_inputs(about)
    return about[about.index(newest) + 1 :] if newest is not None else about


def why_unpublished(run: Run) -> str:
    """Say why a run is not published: it should not be trusted, or a file of it is not what its manifest says."""
    untrusted = why_untrusted(run)
    if untrusted:
        return untrusted
    for name in copied_files(run):
        try:
            if file_hash(run.folder / name) != run.manifest.files[name]:
                return f"{run.folder / name}: is not what the run's manifest says"
        except OSError:
            return f"{run.folder / name}: cannot be read"
    return ""


def check_apart(runs: Path, site: Path) -> None:
    """Make sure that no page would be written among the runs.

    Raises
    ------
    InputError
        If the site's folder is the runs' or inside it, or its pages of runs would be.
    """
    home, place = runs.resolve(), site.resolve()
    for inside in (place, place / "runs"):
        if inside == home or home in inside.parents:
            raise InputError(
                "its pages would be written among the runs; another folder was expected", file=site, key=OPTION
            )


def checked_address(address: str | None) -> str | None:
    """Return an address with a slash at its end.

    Raises
    ------
    InputError
        If it is none that pages are served at.
    """
    if address is None:
        return None
    if not ADDRESS.fullmatch(address):
        raise InputError(
            f"an address like https://example.org/forecast/ was expected, not '{address}'", key="--address"
        )
    return address.rstrip("/") + "/"
