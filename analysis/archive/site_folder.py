"""A published folder: a whole set of files or the one before, whoever else is publishing.

Files are made aside, inside the folder itself, and brought to the disk before the first of them gets its name; what a
full disk or a wrong file can stop is over by then, and should a name be refused all the same, those given before are
taken back. Files get their names in the order given, so that a page which leads to others comes after them. What stands
there already with the same content is not touched.
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
ASIDE, BEFORE = ".publishing", ".published"

NOT_OURS = ("CNAME",)  # beside hidden files, what hosts of sites want in a folder before anything is published there

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


def stranger_in(site: Path) -> str | None:
    """Name a file or folder that shows that a folder is for something else; None in a site, or where nothing is."""
    try:
        names = os.listdir(site)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if MADE in names or ASIDE in names:  # a site, or one whose publisher has died
        return None
    return min((name for name in names if not name.startswith(".") and name not in NOT_OURS), default=None)


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
    """Make all that is new or different, then name it; or take back what has been named."""
    aside, before = site / ASIDE, site / BEFORE
    for left in (aside, before):  # of a publisher that died
        remove(left)
    whole = _to_be_there(site, files)
    changed = [
        name for name, content in whole.items() if isinstance(content, Made) or not _is_there(site / name, content)
    ]
    if not changed:
        return []
    named: list[str] = []
    try:
        os.mkdir(aside)
        for name in changed:
            _write(aside / name, whole[name])
            _keep(site / name, before / name)
        sync(aside)
        for name in changed:
            os.makedirs((site / name).parent, exist_ok=True)
            os.replace(aside / name, site / name)
            named.append(name)
    except BaseException:  # ended from outside, too
        for name in reversed(named):
            _restore(before / name, site / name)
        raise
    finally:
        for left in (aside, before):
            remove(left)
    return [name for name in changed if name != MADE]


def _to_be_there(site: Path, files: Mapping[str, Content]) -> dict[str, Content]:
    """All but what stands there, made of the same; and the keys of all that is made."""
    keys = {name: content.key for name, content in files.items() if isinstance(content, Made)}
    known = _keys_of(site)
    kept = {name for name, key in keys.items() if known.get(name) == key and (site / name).is_file()}
    whole = {name: content for name, content in files.items() if name not in kept}
    if keys:
        whole[MADE] = (json.dumps(dict(sorted(keys.items())), indent=1) + "\n").encode()
    return whole


def _keys_of(site: Path) -> dict[str, str]:
    """Keys of what has been made; none where the file is missing or damaged, so that all is made anew."""
    try:
        content = json.loads((site / MADE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _keep(path: Path, kept: Path) -> None:
    """Give what is at a path, if anything is, a second name, by which it can be put back."""
    if not os.path.lexists(path):
        return
    os.makedirs(kept.parent, exist_ok=True)
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError:  # some file systems give no second names
        shutil.copyfile(path, kept)


def _restore(kept: Path, path: Path) -> None:
    """Put back what was kept, as far as the disk lets us; where nothing was, leave nothing."""
    with contextlib.suppress(OSError):
        if os.path.lexists(kept):
            os.replace(kept, path)
            return
        os.unlink(path)
        os.removedirs(path.parent)  # those that are empty


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
