"""Finished fits in a file, so that a calibration that was stopped goes on where it was.

The file holds one JSON object a line: the settings first, then a fit each, in the order in which they were finished. A
line is appended whole; should the machine fail in the middle of one, the torn end is cut off when the file is opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ....priors.errors import InputError
from ....priors.strict import StrictModel
from .fits import Fit

OPTION = "--out"


class _Row(StrictModel):
    """A fit's line, as it must be."""

    fit: int
    ranks: list[int]
    ess: float
    khat: float | None = None
    smoothed: float | None = None
    own_share: float | None = None
    divergences: int | None = None
    draws: int | None = None


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
        try:
            content = path.read_bytes() if path.exists() else b""
            whole = content[: content.rfind(b"\n") + 1]
            if content and not whole:
                raise InputError("is no file of finished fits: another file was expected", file=path, key=OPTION)
            self._read(whole, settings)
            if len(whole) < len(content):
                self.torn = True
                os.truncate(path, len(whole))
            if not whole:
                path.write_text(_line(settings), encoding="utf-8")
            with path.open("ab"):
                pass  # tells now, and not after an hour's work, whether the file can be written
        except OSError as error:
            raise InputError(
                f"cannot be used: {(error.strerror or str(error)).lower()}", file=path, key=OPTION
            ) from None

    def add(self, fits: Iterable[Fit]) -> None:
        """Append finished fits.

        Raises
        ------
        InputError
            If the file cannot be written: a full disk, for instance.
        """
        fits = list(fits)
        self.fits.update({fit.fit: fit for fit in fits})
        try:
            with self.path.open("ab", buffering=0) as file:
                file.write("".join(_line(fit.as_json()) for fit in fits).encode())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(f"cannot be written: {reason}", file=self.path, key=OPTION) from None

    def _read(self, content: bytes, settings: Mapping[str, Any]) -> None:
        lines = content.splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                if number == 1:
                    self._check(row, settings)
                else:
                    fit = _Row.model_validate(row)
                    if len(fit.ranks) != len(settings["tracked"]):
                        raise ValueError
                    self.fits[fit.fit] = Fit(**{**fit.model_dump(), "ranks": tuple(fit.ranks)})
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
                brief = isinstance(wanted, (str, int, float)) and name not in ("priors", "simulated", "analysed")
                text = f"other {name} ({found.get(name)}, not {wanted})" if brief else f"other {name}"
                raise InputError(
                    f"holds fits of {text}: give another file, or the options it was made with",
                    file=self.path,
                    key=OPTION,
                )


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n"
