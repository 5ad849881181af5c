"""Where tables are kept and what day they are of, as far as a command does not say."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from ...model.calendar import month_end
from ...priors.clock import today
from ...priors.errors import InputError

VARIABLE = "CATCHUP_DATA"
NAMED_DAY = re.compile(r"(?<!\d)(20\d{2})-(\d{2})(?:-(\d{2}))?(?![\d-])")


def data_folder(given: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that tables are kept in: the one given, CATCHUP_DATA, or the platform's place for user data.

    Parameters
    ----------
    given : Path, optional
        From the command line.
    environment : mapping of str to str
        Environment variables.
    """
    if given is not None:
        return given
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    if environment.get("XDG_DATA_HOME"):
        return Path(environment["XDG_DATA_HOME"]) / "catchup"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "catchup"
    return Path.home() / ".local" / "share" / "catchup"


def named_vintage(path: Path) -> datetime.date | None:
    """Day that a file's name holds, the last of the month where it holds a month; None if it holds neither.

    Examples
    --------
    >>> named_vintage(Path("epoch-eci-2026-08-16.csv"))
    datetime.date(2026, 8, 16)
    """
    found = NAMED_DAY.search(path.stem)
    if found is None:
        return None
    year, month, of_month = found.groups()
    with contextlib.suppress(ValueError):
        if of_month:
            return datetime.date(int(year), int(month), int(of_month))
        return month_end(datetime.date(int(year), int(month), 1))
    return None


def refuse_future(path: Path, vintage: datetime.date | None) -> None:
    """Refuse a vintage that has not come: nobody can have taken a table then.

    Parameters
    ----------
    path : Path
        The table's file: the message names it where the day stands in its name.
    vintage : date or None
        Day that the table is said to be of.

    Raises
    ------
    InputError
        If it lies in the future.
    """
    if vintage is None or vintage <= today():
        return
    expected = "lies in the future; the day the table was taken was expected"
    if vintage == named_vintage(path):
        raise InputError(f"is of {vintage} by its name, which {expected}", file=path)
    raise InputError(f"{vintage} {expected}", key="--vintage")
