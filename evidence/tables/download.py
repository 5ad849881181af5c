"""One file fetched over HTTP: bounded in time and size, and taken up again where it broke off.

What has come so far stands in ``NAME.part``, with the address and the server's mark of that content beside it in
``NAME.json``; a server that no longer has that content sends all of it anew.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...priors.errors import CatchupError, InputError
from .files import LARGEST_TABLE, too_large

CHUNK = 65_536  # bytes read at once
SCHEMES = ("https", "http")


class DownloadError(CatchupError):
    """A table that could not be fetched: no mistake of the user's, and nothing that is held has changed."""


@dataclass(frozen=True)
class Limits:
    """How long a download may take.

    Attributes
    ----------
    wait_seconds : float
        For the next part of an answer.
    total_seconds : float
        For all of it.
    attempts : int
        Times that it is taken up again after it broke off, the first among them.
    """

    wait_seconds: float
    total_seconds: float
    attempts: int


def check_address(address: str, *, file: str, key: str) -> str:
    """Return an address that can be fetched.

    Raises
    ------
    InputError
        If it is none of the web.
    """
    try:
        parts = urlsplit(address)
        fine = parts.scheme in SCHEMES and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise InputError(
            f"an address such as https://example.org/table.csv was expected, not '{address}'", file=file, key=key
        )
    return address


def download(address: str, folder: Path, name: str, limits: Limits) -> Path:
    """Fetch a file.

    Parameters
    ----------
    address : str
        Where from.
    folder : Path
        Where to; what has been fetched so far is kept there.
    name : str
        What to call it.
    limits : Limits
        How long it may take.

    Returns
    -------
    Path
        The whole file.

    Raises
    ------
    DownloadError
        If the server cannot be reached, refuses, or breaks off every time.
    InputError
        If the answer is larger than any table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    partial = _Partial(folder / f"{name}.part", folder / f"{name}.json", address)
    deadline = time.monotonic() + limits.total_seconds
    reason = ""
    for _ in range(limits.attempts):
        try:
            if _fetch(partial, limits.wait_seconds, deadline):
                return partial.path
            reason = f"the answer broke off after {partial.size:,} bytes, which are kept"
        except InputError:
            partial.forget()
            raise
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    partial.forget()
                    reason = "the server no longer has what was fetched in part"
                    continue
                raise DownloadError(f"{address}: the server answers {error.code} {error.reason}") from None
        except urllib.error.URLError as error:
            reason = _why(error.reason)
        except TimeoutError:
            reason = f"no answer within {limits.wait_seconds:g} seconds"
        except (OSError, http.client.HTTPException) as error:
            reason = _why(error)
        if time.monotonic() >= deadline:
            raise DownloadError(f"{address}: not complete within {limits.total_seconds:g} seconds ({reason})")
    raise DownloadError(f"{address}: {reason}")


def _why(reason: Any) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, socket.gaierror):
        return "the server's name is not known: no network?"
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__).lower()


@dataclass(frozen=True)
class _Partial:
    """What has been fetched so far."""

    path: Path
    about: Path
    address: str

    @property
    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def mark(self) -> str | None:
        """The server's mark of the content fetched so far; None where there is nothing to go on from."""
        with contextlib.suppress(OSError, ValueError):
            about = json.loads(self.about.read_text(encoding="utf-8"))
            if self.size and isinstance(about, dict) and about.get("address") == self.address:
                return about.get("mark") or None
        return None

    def begin(self, mark: str | None) -> None:
        self.path.write_bytes(b"")
        self.about.write_text(json.dumps({"address": self.address, "mark": mark}), encoding="utf-8")

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self.about.unlink(missing_ok=True)


def _fetch(partial: _Partial, wait: float, deadline: float) -> bool:
    """Fetch what is lacking; False if the answer breaks off."""
    mark = partial.mark()
    headers = {"User-Agent": "catchup", "Accept-Encoding": "identity"}
    if mark:
        headers |= {"Range": f"bytes={partial.size}-", "If-Range": mark}
    request = urllib.request.Request(partial.address, headers=headers)
    with urllib.request.urlopen(request, timeout=wait) as answer:
        whole = _whole_length(answer)
        if whole is not None and whole > LARGEST_TABLE:
            raise too_large(partial.address, whole)
        if not _goes_on(answer, partial.size):
            strong = answer.headers.get("ETag")
            partial.begin(strong if strong and not strong.startswith("W/") else answer.headers.get("Last-Modified"))
        with partial.path.open("ab") as stream:
            while chunk := answer.read1(CHUNK):
                stream.write(chunk)
                if stream.tell() > LARGEST_TABLE:
                    raise too_large(partial.address, stream.tell())
                if time.monotonic() > deadline:
                    return False
    return whole is None or partial.size == whole


def _goes_on(answer: Any, size: int) -> bool:
    """Whether an answer begins where the part ends."""
    span = answer.headers.get("Content-Range", "")
    return bool(answer.status == http.HTTPStatus.PARTIAL_CONTENT and span.startswith(f"bytes {size}-"))


def _whole_length(answer: Any) -> int | None:
    """Length of the whole file, as far as the server says."""
    if answer.status == http.HTTPStatus.PARTIAL_CONTENT:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        return int(total) if total.isdecimal() else None
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None
