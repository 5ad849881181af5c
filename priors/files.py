"""Files and folders written whole or not at all, whoever else is writing.

What is written takes shape under a name of its own beside its place, is brought to the disk, and gets its name in one
step. Nothing here looks first and then acts on what it saw: the act is tried, and its error says what to do. The
`check_...` functions give a user early notice, before any work is done; nothing relies on them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InputError, reason_of

ATTEMPTS = 100  # against others who write to the same place; each of theirs that came between costs one
IN_THE_WAY = (errno.ENOTEMPTY, errno.EEXIST)  # what renaming a folder onto one with something in it says
NOWHERE = (FileNotFoundError, NotADirectoryError)
AT_FDCWD, RENAME_NOREPLACE = -100, 1  # of Linux's renameat2
NO_SUCH_CALL = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)  # of a system, disk or cage that has none
NO_SYNC = (errno.EINVAL, errno.ENOTSUP)  # some file systems cannot do it to folders


def as_text(name: object) -> str:
    """A path, or what holds one, as text that any file can hold: bytes that are no UTF-8 are written as escapes."""
    return str(name).encode("utf-8", "backslashreplace").decode()


def write_text(path: str | Path, text: str, *, key: str | None = None) -> Path:
    """Write a text file in UTF-8; what was there is replaced when the new one is complete.

    Parameters
    ----------
    path : str or Path
        The file.
    text : str
        What it is to hold. Parts of file names that are no text are written as escapes.
    key : str, optional
        The option that named the path, for messages.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(f"{folder}/answer.txt", "January 2027").read_text()
    'January 2027'
    """
    return write_bytes(path, text.encode(errors="backslashreplace"), key=key)


def write_bytes(path: str | Path, content: bytes, *, key: str | None = None) -> Path:
    """Write a file; what was there is replaced when the new one is complete.

    Parameters
    ----------
    path : str or Path
        The file.
    content : bytes
        What it is to hold.
    key : str, optional
        The option that named the path, for messages.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with replacing(path, key=key) as unfinished, unfinished.open("xb") as file:
        file.write(content)
    return Path(path)


@contextmanager
def replacing(path: str | Path, *, key: str | None = None) -> Iterator[Path]:
    """Put what the block makes, a file or a folder, in place of what is at a path; for writers that need a path.

    Parameters
    ----------
    path : str or Path
        Where the file or folder is to be; of a link, where it leads to.
    key : str, optional
        The option that named the path, for messages.

    Yields
    ------
    Path
        A name beside it that is nobody else's, with nothing there yet. Whatever stands there is removed again if the
        block raises.

    Raises
    ------
    InputError
        If the block raises an `OSError`, or what it has made cannot be put in place.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/made") as unfinished:
    ...         unfinished.mkdir()
    ...     os.listdir(folder)
    ['made']
    """
    target = Path(os.path.realpath(path))
    unfinished = _beside(target)
    try:
        yield unfinished
        sync(unfinished)
        _rename_onto(unfinished, target)
    except OSError as error:
        gone = isinstance(error, NOWHERE) and not target.parent.is_dir()
        reason = f"there is no folder '{target.parent}'" if gone else reason_of(error)
        raise InputError(f"cannot be written: {reason}", file=path, key=key) from None
    finally:
        remove(unfinished)


def check_file(path: str | Path, *, folder: bool = False, key: str | None = None) -> Path:
    """Check, before any work is done, that a file could be written to a path.

    Parameters
    ----------
    path : str or Path
        The file.
    folder : bool
        Whether a folder of this name is to be written in place of a file.
    key : str, optional
        The option that named the path, for messages.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    InputError
        If something else is there, what is there is protected, or its folder is missing or cannot be written into.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except NOWHERE:
        pass
    except OSError as error:
        raise InputError(f"cannot be written: {reason_of(error)}", file=path, key=key) from None
    else:
        if not (stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode)):
            found = "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "device or pipe"
            wanted = "folder" if folder else "file"
            raise InputError(f"is a {found}; a {wanted}, or nothing, was expected", file=path, key=key)
        if not folder:
            _check_unprotected(path, key)
    _check_writable(path.parent, path, key)
    return path


def check_folder(path: str | Path, *, key: str | None = None) -> Path:
    """Check, before any work is done, that files could be written into a folder, made if need be.

    Raises
    ------
    InputError
        If it is a file, cannot be written into, or would have to be made inside a folder that is missing.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except NOWHERE:
        _check_writable(path.parent, path, key)
    except OSError as error:
        raise InputError(f"cannot be made: {reason_of(error)}", file=path, key=key) from None
    else:
        if not stat.S_ISDIR(mode):
            raise InputError("is a file; a folder was expected", file=path, key=key)
        _check_writable(path, path, key)
    return path


def make_folder(path: str | Path, *, key: str | None = None) -> Path:
    """Make a folder inside an existing one, if it is not there yet, to write into.

    Raises
    ------
    InputError
        As `check_folder`, or if it cannot be made.
    """
    path = Path(path)
    for _ in range(ATTEMPTS):
        try:
            os.mkdir(path)
        except FileExistsError:
            pass
        except NOWHERE:
            raise InputError(f"cannot be made: there is no folder '{path.parent}'", file=path, key=key) from None
        except OSError as error:
            raise InputError(f"cannot be made: {reason_of(error)}", file=path, key=key) from None
        writable = os.access(path, os.W_OK | os.X_OK)
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:  # another has removed it meanwhile
            continue
        except OSError as error:
            raise InputError(f"cannot be made: {reason_of(error)}", file=path, key=key) from None
        if not stat.S_ISDIR(mode):
            raise InputError("is a file; a folder was expected", file=path, key=key)
        if not writable:
            raise InputError("cannot be written into", file=path, key=key)
        return path
    raise InputError("cannot be made: a link of that name leads nowhere", file=path, key=key)


def rename_to_free_name(source: Path, target: Path) -> None:
    """Rename a folder, unless something has the new name already.

    Where the system cannot rename so, an empty folder of that name is still replaced: it holds nothing to lose.

    Raises
    ------
    FileExistsError
        If the name is taken.
    OSError
        If the folder cannot be renamed for another reason.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        if call(AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target), RENAME_NOREPLACE) == 0:
            return
        number = ctypes.get_errno()
        if number not in NO_SUCH_CALL:
            raise OSError(number, os.strerror(number), str(target))
    try:
        os.rename(source, target)
    except OSError as error:
        # onto a file it says the same as inside one
        inside_file = error.errno == errno.ENOTDIR and not os.path.isdir(target.parent)
        if error.errno in (*IN_THE_WAY, errno.ENOTDIR) and not inside_file:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        raise


def sync(path: Path, *, contents: bool = True) -> None:
    """Bring a file, or a folder and everything in it, to the disk; without its contents, only what names it holds.

    Raises
    ------
    OSError
        If the disk cannot take it, or something in the folder is there no more.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if contents and stat.S_ISDIR(os.fstat(handle).st_mode):
            for name in os.listdir(path):
                sync(path / name)
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file, or a folder and everything in it, as far as it is there and can be removed."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def _beside(path: Path) -> Path:
    """A hidden name in the same folder, of a call's own; cut so that it is not too long wherever `path` is not."""
    return path.with_name(f".{path.name[:50]}.{os.getpid()}.{os.urandom(8).hex()}.part")


def _rename_onto(unfinished: Path, target: Path) -> None:
    """Rename; a folder in the way is moved aside first, and back again should the new one not come in its place."""
    for _ in range(ATTEMPTS):
        try:
            os.rename(unfinished, target)
            return
        except OSError as error:
            if error.errno not in IN_THE_WAY:
                raise
        aside = _beside(target)
        with suppress(FileNotFoundError):  # another writer moves it aside just now
            os.rename(target, aside)
        try:
            os.rename(unfinished, target)
        except OSError as error:
            if error.errno not in IN_THE_WAY:
                os.rename(aside, target)
                raise
            remove(aside)  # another writer's stands in its place: that one is in the way next
        else:
            remove(aside)
            return
    raise OSError(errno.EBUSY, "others write to it all the time")


def _check_unprotected(path: Path, key: str | None) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:  # what else there may be, the writing itself finds out
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise InputError("cannot be written: it is protected", file=path, key=key) from None


def _check_writable(folder: Path, path: Path, key: str | None) -> None:
    writable = os.access(folder, os.W_OK | os.X_OK)
    if not os.path.isdir(folder):
        raise InputError(f"there is no folder '{folder}'", file=path, key=key)
    if not writable:
        raise InputError(f"folder '{folder}' cannot be written into", file=path, key=key)
