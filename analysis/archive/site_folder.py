"""A published folder: a whole set of files or the one before, whoever else is publishing.

Files are made aside, inside the folder itself, and brought to the disk before the first of them gets its name; what a
full disk or a wrong file can stop is over by then. Files get their names in the order given, so that a page which leads
to others comes after them. What stands there already with the same content is not touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...priors.errors import InputError, reason_of
from ...priors.files import make_folder, remove, sync

OPTION = "--site"
ASIDE = ".publishing"

MADE = ".made.json"  # what stands there that is made anew only when its key changes, by address


@dataclass(frozen=True)
class Made:
    """Content that costs something: made only where none with the same key stands there.

    Attributes
    ----------
    key : str
        What it is made from, in short.
    make : callable
        Makes it.
    """

    key: str
    make: Callable[[], bytes]


Content = bytes | Path | Made


def publish_files(site: Path, files: Mapping[str, Content]) -> list[str]:
    """Bring a folder to a set of files; others in it stay.

    Parameters
    ----------
    site : Path
        The folder, made if its parent is there.
    files : mapping of str to bytes, Path or Made
        By relative address, what each file is to hold, the file that it is a copy of, or how it is made where it is not
        there; in the order in which they get their names.

    Returns
    -------
    list of str
        Addresses of the files that were not there, or held something else.

    Raises
    ------
    InputError
        If the folder cannot be written, or another publisher is at work on it.
    """
    make_folder(site, key=OPTION)
    try:
        with _alone(site):
            return _bring(site, files)
    except OSError as error:
        raise InputError(f"cannot be published: {reason_of(error)}", file=site, key=OPTION) from error


@contextlib.contextmanager
def _alone(site: Path) -> Iterator[None]:
    handle = os.open(site, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError("another publisher is at work on it; try again", file=site, key=OPTION) from None
        yield
    finally:
        os.close(handle)


def _bring(site: Path, files: Mapping[str, Content]) -> list[str]:
    aside = site / ASIDE
    remove(aside)  # of a publisher that died
    keys = {name: content.key for name, content in files.items() if isinstance(content, Made)}
    before = _keys_of(site)
    kept = {name for name, key in keys.items() if before.get(name) == key and (site / name).is_file()}
    whole = {name: content for name, content in files.items() if name not in kept}
    if keys:
        whole[MADE] = (json.dumps(dict(sorted(keys.items())), indent=1) + "\n").encode()
    changed = [
        name for name, content in whole.items() if isinstance(content, Made) or not _is_there(site / name, content)
    ]
    if not changed:
        return []
    os.mkdir(aside)
    try:
        for name in changed:
            _write(aside / name, whole[name])
        sync(aside)
        for name in changed:
            os.makedirs((site / name).parent, exist_ok=True)
            os.replace(aside / name, site / name)
    finally:
        remove(aside)
    return [name for name in changed if name != MADE]


def _keys_of(site: Path) -> dict[str, str]:
    """Keys of what has been made; none where the file is missing or damaged, so that all is made anew."""
    try:
        content = json.loads((site / MADE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_there(path: Path, content: bytes | Path) -> bool:
    try:
        if isinstance(content, Path):
            return filecmp.cmp(path, content, shallow=False)
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write(path: Path, content: Content) -> None:
    os.makedirs(path.parent, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
        return
    if isinstance(content, Made):
        content = content.make()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, closefd=True, mode="wb") as file:
        file.write(content)
