"""The site of some runs: what every one of its files holds, in the order in which they may appear."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ....priors.errors import InputError, reason_of
from ....priors.regular_files import read_regular
from ...archive.history import Entry, History
from ...archive.reading import EXPLORER, FORECAST, REPORT, Run
from ...archive.site_folder import Content
from ...archive.tabular import as_csv, as_parquet
from ...inference.words import QUESTION
from ..tables.builders import as_json
from . import addresses, pages
from .cards import CARD, card_of
from .feed import Told, feed_text
from .headline import headline_of
from .latest import latest_of, latest_text, schema_text
from .moved import story_of
from .record import Record, known_outcome

COPIED = (REPORT, EXPLORER, FORECAST, "diff.json")
"""Files of a run that stand beside its page, as they are."""


MARK = '<meta name="generator" content="catchup">'
"""What every page of the site says of itself to programs."""
LARGEST_PAGE = 100_000_000  # bytes


def tell(run: Run) -> Told:
    """Read of a run what its page says.

    Raises
    ------
    CatchupError, KeyError, TypeError, ValueError
        If the run is damaged.
    """
    told = Told(run, headline_of(run), story_of(run))
    latest_of(run, told.story)  # whichever run is the newest one day, its figures can be published
    return told


def copied_files(run: Run) -> list[str]:
    """Name the files of a run that stand beside its page."""
    return [name for name in COPIED if name in run.manifest.files]


def site_files(
    told: Mapping[str, Told], entries: Sequence[Entry], event: str, address: str | None, record: Record
) -> dict[str, Content]:
    """Work out what every file of the site holds.

    Parameters
    ----------
    told : mapping of str to Told
        By name, every run to be published, oldest first.
    entries : sequence of Entry
        The same runs, as the history has them.
    event : str
        The event that the first page is about; runs about others have their pages and stand in the archive.
    address : str, optional
        Where the site is served, ending in a slash.
    record : Record
        What the track record rests on.

    Returns
    -------
    dict of str to bytes or Path
        By relative address; whatever leads to a file comes after it.
    """
    files: dict[str, Content] = {}
    for name, one in told.items():
        copies, place = copied_files(one.run), addresses.run_folder(name)
        files |= {f"{place}/{copy}": one.run.folder / copy for copy in copies}
        files[f"{place}/forecast.csv"] = as_csv([one.run]).encode()
        files[f"{place}/forecast.parquet"] = as_parquet([one.run])
        files[f"{place}/{CARD}"] = card_of(one)
        files[addresses.run_page(name)] = pages.run_page(one, copies, told, address).encode()
    newest_first = [*told.values()][::-1]
    about = [one for one in newest_first if one.run.manifest.event == event]
    everything = History(tuple(entries), ())
    of_event = History(tuple(entry for entry in entries if entry.run.manifest.event == event), ())
    newest, of_newest = about[0], copied_files(about[0].run)
    runs = [one.run for one in told.values()]
    files[addresses.WHOLE_PARQUET] = as_parquet(runs)
    explored = next((one.run for one in about if EXPLORER in one.run.manifest.files), None)
    if explored is not None:
        files[addresses.EXPLORE] = _explorer_from_afar(explored)
    site, fan = pages.Site(address, None if explored is None else explored.name), pages.fan_of(of_event, about)
    texts = {
        addresses.WHOLE_JSON: _whole_json(everything),
        addresses.WHOLE_CSV: as_csv(runs),
        addresses.LATEST_SCHEMA: schema_text(),
        addresses.EVIDENCE: pages.evidence_page([one.run for one in about]),
        addresses.PRIORS: pages.priors_page(newest.run),
        addresses.LEAVES_OUT: pages.leaves_out_page(),
        addresses.METHOD: pages.method_page(newest.run),
        addresses.DATA: pages.data_page(newest_first, site),
        addresses.ARCHIVE: pages.archive_page(everything),
        addresses.RECORD: pages.record_page([one.run for one in reversed(about)], record),
        addresses.EMBED_SVG: fan.alone,
        addresses.EMBED: pages.embed_page(about, fan),
        addresses.INDEX: pages.index_page(about, of_event, of_newest, fan, site),
        addresses.LATEST: latest_text(latest_of(newest.run, newest.story, known_outcome(newest.run))),
        addresses.FEED: feed_text(about, QUESTION, address),
    }
    return files | {name: text.encode() for name, text in texts.items()}


def _explorer_from_afar(run: Run) -> bytes:
    """A run's explorer to stand at the site's root, from where its report has another address."""
    page = read_regular(run.folder / EXPLORER, LARGEST_PAGE, "an explorer")
    beside, afar = (f'<a href="{place}">'.encode() for place in (REPORT, f"{addresses.run_folder(run.name)}/{REPORT}"))
    return page.replace(beside, afar)


def is_ours(page: Path) -> bool:
    """Whether a first page is one that this has made, or there is none.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return MARK.encode() in read_regular(page, LARGEST_PAGE, "a first page")
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        raise InputError(f"cannot be read: {reason_of(error)}", file=page) from None


def _whole_json(history: History) -> str:
    content = {key: value for key, value in as_json(history).items() if key != "faults"}
    return json.dumps(content, indent=2, allow_nan=False) + "\n"
