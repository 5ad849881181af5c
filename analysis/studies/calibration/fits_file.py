"""Finished fits in a file, so that a calibration that was stopped goes on where it was.

The file holds one JSON object a line: the settings first, then a fit each, in the order in which they were finished. A
line is appended whole; should the machine fail in the middle of one, the torn end is cut off when the file is opened.
Whoever reads or writes it holds its lock, so that a line which another calibration is writing is not taken for torn.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ....priors.errors import InputError, reason_of
from ....priors.regular_files import check_regular
from .fits import Fit

OPTION = "--out"
FIT = TypeAdapter(Fit)  # what a line holds


class KeptFits:
    """A file of finished fits.

    Parameters
    ----------
    path : Path
        The file; made if it is missing or empty.
    settings : mapping
        What fits must share to stand in one file.

    Attributes
    ----------
    fits : dict of int to Fit
        By place in the sequence.
    torn : bool
        Whether the end of the file was torn, and has been cut off.

    Raises
    ------
    InputError
        If the file cannot be read or written, is something else, was made with other settings, or is damaged.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path = path
        self.fits: dict[int, Fit] = {}
        self.torn = False
        check_regular(path, "a file of finished fits")
        with self._opened("used", os.O_CREAT) as file:
            file.seek(0)
            content = file.readall()
            whole = content[: content.rfind(b"\n") + 1]
            if content and not whole:
                raise InputError("is no file of finished fits: another file was expected", file=path, key=OPTION)
            self._read(whole, settings)
            if len(whole) < len(content):
                self.torn = True
                file.truncate(len(whole))
            if not whole:
                _append(file, _line(settings))
            self._head = whole[: whole.find(b"\n") + 1] or _line(settings).encode()

    def add(self, fits: Iterable[Fit]) -> None:
        """Append finished fits.

        Raises
        ------
        InputError
            If the file cannot be written: a full disk, for instance, or because it is there no more.
        """
        fits = list(fits)
        self.fits.update({fit.fit: fit for fit in fits})
        with self._opened("written") as file:
            file.seek(0)
            if file.read(len(self._head)) != self._head:
                raise InputError("another file has taken its place since the work began", file=self.path, key=OPTION)
            _append(file, "".join(_line(fit.as_json()) for fit in fits))

    @contextmanager
    def _opened(self, purpose: str, flags: int = 0) -> Iterator[FileIO]:
        """Open the file with its lock held."""
        try:
            with FileIO(os.open(self.path, os.O_RDWR | os.O_APPEND | flags, 0o666), "a+") as file:
                with suppress(OSError):  # some disks have no locks
                    fcntl.flock(file, fcntl.LOCK_EX)
                yield file
        except OSError as error:
            raise InputError(f"cannot be {purpose}: {reason_of(error)}", file=self.path, key=OPTION) from None

    def _read(self, content: bytes, settings: Mapping[str, Any]) -> None:
        lines = content.splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                if number == 1:
                    self._check(json.loads(line), settings)
                else:
                    fit = FIT.validate_json(line)
                    if len(fit.ranks) != len(settings["tracked"]):
                        raise ValueError
                    self.fits[fit.fit] = fit
            except InputError:
                raise
            except (ValueError, TypeError):
                raise InputError(
                    "is damaged: a finished fit was expected; delete the line and its fit is done again"
                    if number > 1
                    else "is no file of finished fits: another file was expected",
                    file=self.path,
                    key=f"line {number}",
                ) from None

    def _check(self, found: Any, settings: Mapping[str, Any]) -> None:
        if not isinstance(found, dict) or "ranked_draws" not in found:
            raise ValueError
        for name, wanted in settings.items():
            if found.get(name) != wanted:
                brief = isinstance(wanted, (str, int, float)) and name not in (
                    "code",
                    "priors",
                    "simulated",
                    "analysed",
                )
                text = f"other {name} ({found.get(name)}, not {wanted})" if brief else f"other {name}"
                raise InputError(
                    f"holds fits of {text}: give another file, or the options it was made with",
                    file=self.path,
                    key=OPTION,
                )


def _append(file: FileIO, text: str) -> None:
    """Write all of a text at the end, or nothing of it."""
    content, end = text.encode(), file.seek(0, os.SEEK_END)
    try:
        while content:
            content = content[file.write(content) :]
    except OSError:
        with suppress(OSError):
            file.truncate(end)
        raise


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n"
