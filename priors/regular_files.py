"""Reading files of others: regular ones only, and no more than was meant to be read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from .errors import InputError


def read_regular(path: str | Path, largest: int, wanted: str, *, file: str | Path | None = None) -> bytes:
    """Read a regular file of at most so many bytes; a pipe would be waited for, and a device may have no end.

    Parameters
    ----------
    path : str or Path
        The file.
    largest : int
        Most bytes it may have; of a larger one nothing is read.
    wanted : str
        What was expected, for messages.
    file : str or Path, optional
        How messages name it; the path by default.

    Raises
    ------
    InputError
        If it is a pipe or a device, or larger.
    OSError
        If it is missing, a directory, or cannot be read.
    """
    file = path if file is None else file
    # without this flag, opening a pipe that nobody writes to would wait forever
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise _irregular(file, wanted)
        content = b""
        if status.st_size <= largest:
            with open(handle, "rb", closefd=False) as stream:
                content = stream.read(largest + 1)  # it may grow meanwhile
        if max(status.st_size, len(content)) > largest:
            raise InputError(f"is larger than {largest:,} bytes; {wanted} was expected", file=file)
        return content
    finally:
        os.close(handle)


def check_regular(path: str | Path, wanted: str) -> None:
    """Refuse a pipe or a device, for readers that open a path themselves; what is missing is for them to say.

    Raises
    ------
    InputError
        If it is one.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _irregular(path, wanted)


def _irregular(path: str | Path, wanted: str) -> InputError:
    return InputError(f"is no regular file but a pipe or a device; {wanted} was expected", file=path)
