"""New vintages of public tables, fetched from where they are published when somebody asks."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ...priors.clock import today
from ...priors.errors import InputError, MissingFileError, reason_of, unknown_name
from ...priors.strict import StrictModel, check_section, read_toml, validate
from .download import DownloadError, Limits, check_address, download
from .shapes import laid_over
from .store import TableStore
from .vintages import Held

PACKAGED = Path(__file__).parents[1] / "data" / "sources.toml"
OWN = "evidence/data/sources.toml"  # how messages name it
OVERLAY = "sources.toml"  # in a data folder, laid over the project's own
MOST_ATTEMPTS = 20


class LimitsText(StrictModel):
    """How a download is bounded; see `download.Limits`, and the share of rows below which it is taken for a part."""

    wait_seconds: Annotated[float, Field(gt=0)]
    total_seconds: Annotated[float, Field(gt=0)]
    attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)]
    smallest_share: Annotated[float, Field(ge=0, le=1)]


class SourceText(StrictModel):
    """Where a table is published.

    Attributes
    ----------
    address : str
        Of the file itself.
    opened : bool
        Whether somebody of the project has seen it answer with the table.
    """

    address: str
    opened: bool = False


@dataclass(frozen=True)
class Sources:
    """Addresses by table, and the limits of every download."""

    limits: LimitsText
    sources: Mapping[str, SourceText]


@dataclass(frozen=True)
class Outcome:
    """What became of one table.

    Attributes
    ----------
    name, address : str
        Which table, and where it was asked for.
    status : str
        ``added``, ``unchanged`` (a vintage that is held has the same content), ``failed`` (not fetched) or ``refused``
        (fetched, and not what was expected).
    vintage : str or None
        Newest vintage held now.
    reason : str or None
        Why it failed or was refused.
    """

    name: str
    address: str
    status: Literal["added", "unchanged", "failed", "refused"]
    vintage: str | None
    reason: str | None = None


def load_sources(store: TableStore) -> Sources:
    """Load the addresses, a data folder's own rows laid over the project's.

    Raises
    ------
    InputError
        At the first fault, naming file and key.
    """
    tables: dict[str, Any] = read_toml(PACKAGED)
    file = OWN
    own = store.folder / OVERLAY
    with contextlib.suppress(MissingFileError):
        tables = laid_over(tables, read_toml(own))
        file = str(own)
    for section, rows in tables.items():
        check_section(section, rows, ("limits", "source"), file, named=section != "limits")
    sources = {
        name: validate(SourceText, row, file=file, key=f"source.{name}") for name, row in tables["source"].items()
    }
    for name, source in sources.items():
        if name not in store.shapes.shapes:
            raise unknown_name("table", name, store.shapes.shapes, file=file, key=f"source.{name}")
        check_address(source.address, file=file, key=f"source.{name}.address")
    return Sources(validate(LimitsText, tables["limits"], file=file, key="limits"), sources)


def update(store: TableStore, names: Iterable[str] = ()) -> list[Outcome]:
    """Fetch tables and keep what is new, each under today's vintage.

    Parameters
    ----------
    store : TableStore
        Where they are kept.
    names : iterable of str
        Which tables; all that have an address by default.

    Returns
    -------
    list of Outcome
        One a table. Whatever becomes of it, vintages that are held stay as they are.

    Raises
    ------
    InputError
        If a table is unknown, or an address makes no sense.
    """
    known = load_sources(store)
    for name in (names := list(dict.fromkeys(names))):
        if name not in known.sources:
            raise unknown_name("table", name, known.sources)
    return [_update(store, name, known.sources[name].address, known.limits) for name in names or known.sources]


def _update(store: TableStore, name: str, address: str, text: LimitsText) -> Outcome:
    held = store.vintages(name)
    newest = held[-1] if held else None
    day = newest.manifest.vintage.isoformat() if newest else None
    downloads = store.folder / "downloads"
    try:
        with _alone(downloads, name):
            limits = Limits(text.wait_seconds, text.total_seconds, text.attempts)
            added = _keep(store, name, address, download(address, downloads, name, limits), newest, text.smallest_share)
    except DownloadError as error:
        return Outcome(name, address, "failed", day, str(error))
    except InputError as error:
        return Outcome(name, address, "refused", day, str(error))
    except OSError as error:
        return Outcome(name, address, "failed", day, f"{downloads}: cannot be written: {reason_of(error)}")
    return Outcome(name, address, "added", added.isoformat()) if added else Outcome(name, address, "unchanged", day)


def _keep(
    store: TableStore, name: str, address: str, part: Path, newest: Held | None, smallest_share: float
) -> datetime.date | None:
    """Keep what has been fetched under today's vintage; None where one that is held is the same."""
    ending = ".yaml" if store.shapes.shape(name).format == "yaml" else ".csv"
    whole = part.rename(part.with_suffix(ending))
    part.with_suffix(".json").unlink(missing_ok=True)
    try:
        if newest and hashlib.sha256(whole.read_bytes()).hexdigest() == newest.manifest.sha256:
            return None
        fewest = math.ceil(smallest_share * len(store.read(newest))) if newest else 0
        added = store.add(whole, today(), origin=address, expected=name, fewest_rows=fewest)
        return added.held.manifest.vintage if added.new else None
    finally:
        whole.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(downloads: Path, name: str) -> Iterator[None]:
    """Keep two processes from fetching one table into one file."""
    try:
        downloads.mkdir(parents=True, exist_ok=True)
        lock = os.open(downloads / f"{name}.lock", os.O_CREAT | os.O_RDWR)
    except OSError as error:
        raise InputError(f"cannot be written into ({reason_of(error)})", file=downloads) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DownloadError(f"{name}: another process is fetching it") from None
    finally:
        os.close(lock)
