"""What another process does, put by force between two steps of a call: before each step in turn, by no luck.

A step is whatever asks something of the file system. The other's act is done right before the chosen one, in this
process, and its own steps are not counted.
"""

from __future__ import annotations

import builtins
import fcntl
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from catchup.priors.errors import CatchupError

ON_DISK = (
    *((os, name) for name in ("open", "stat", "listdir", "scandir", "access", "fsync", "truncate")),
    *((os, name) for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "sendfile", "link")),
    (io, "open"),
    (builtins, "open"),
    (fcntl, "flock"),
)

Step = tuple[object, str]


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes
    ----------
    before : str
        The step before which the other acted.
    result : object
        What the call returned, or None if it was refused.
    refusal : CatchupError or None
        What it was refused with; every other exception goes through.
    """

    before: str
    result: Any
    refusal: CatchupError | None


def every_moment(
    prepare: Callable[[], Any],
    call: Callable[[], Any],
    act: Callable[[], Any],
    more: Sequence[Step] = (),
    on_disk: Sequence[Step] = ON_DISK,
    within: Path | None = None,
    *,
    thinned: bool = False,
) -> Iterator[Ended]:
    """Make a call again and again, with the other's act before its first step, its second, and so to its last.

    Parameters
    ----------
    prepare : callable
        Sets everything up anew, before each call.
    call : callable
        What is interfered with.
    act : callable
        What the other does. Where it cannot (`OSError`), the other had no chance. An error that it returns is what the
        step ends with: a fault of the disk in place of an act.
    more : sequence of (object, str)
        Owners and names of further steps, for what a shim around `os` does not see.
    on_disk : sequence of (object, str)
        Those that are always steps.
    within : Path, optional
        Where given, steps are those alone that ask of this folder and what is in it; and writing to a file that was
        opened there, and closing it, are steps too.
    thinned : bool, default False
        Of each kind of step the first and the last alone.
    """
    steps = (*on_disk, *more)
    came = False
    for moment in _ends(prepare, call, steps, within) if thinned else count():
        prepare()
        _, ended = _with_act_before(moment, call, act, steps, within)
        if ended is None:
            break
        came = True
        assert "\n" not in str(ended.refusal or "")
        yield ended
    assert came, "the call has asked nothing of the file system"


def _ends(prepare: Callable[[], Any], call: Callable[[], Any], steps: Sequence[Step], within: Path | None) -> list[int]:
    """First and last moments of every kind of step, of a call that is left alone and says nothing."""
    prepare()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        reached, _ = _with_act_before(None, call, lambda: None, steps, within)
    moments: dict[str, list[int]] = {}
    for moment, name in enumerate(reached):
        moments.setdefault(name, []).append(moment)
    return sorted({moment for each in moments.values() for moment in (each[0], each[-1])})


def _with_act_before(
    moment: int | None, call: Callable[[], Any], act: Callable[[], Any], steps: Sequence[Step], within: Path | None
) -> tuple[list[str], Ended | None]:
    """Call once: the steps that it came to, and how it ended if it came to that one."""
    reached: list[str] = []
    acting = False

    def reach(name: str) -> None:
        nonlocal acting
        reached.append(name)
        if moment is not None and len(reached) == moment + 1:
            acting = True
            fault = None
            with suppress(OSError):
                fault = act()
            acting = False
            if isinstance(fault, OSError):
                raise fault

    def shim(owner: object, name: str) -> Callable[..., Any]:
        original = getattr(owner, name)

        def step(*arguments: Any, **options: Any) -> Any:
            if acting or (within is not None and not _is_within(arguments[:1], within)):
                return original(*arguments, **options)
            try:
                reach(name)
            except OSError:
                if name == "access":  # which has no errors of its own
                    return False
                raise
            result = original(*arguments, **options)
            return _Watched(result, reach) if within is not None and _is_written(result) else result

        return step

    with ExitStack() as patched:
        for owner, name in steps:
            patched.enter_context(mock.patch.object(owner, name, shim(owner, name)))
        try:
            result, refusal = call(), None
        except CatchupError as error:
            result, refusal = None, error
    came = moment is not None and len(reached) > moment
    return reached, Ended(reached[moment], result, refusal) if came else None


def _is_within(first: Sequence[object], folder: Path) -> bool:
    """Whether a step's first argument, a path or the number of an open file, leads into a folder."""
    place = first[0] if first else ""
    if isinstance(place, int):
        with suppress(OSError):
            place = os.readlink(f"/proc/self/fd/{place}")
    return isinstance(place, str | os.PathLike) and os.path.abspath(place).startswith(str(folder))


def _is_written(result: object) -> bool:
    return isinstance(result, io.IOBase) and result.writable()


class _Watched:
    """A file open for writing, whose writes are steps, and its closing, which is when a disk says what it kept back."""

    def __init__(self, file: io.IOBase, reach: Callable[[str], None]) -> None:
        self._file, self._reach = file, reach

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: Any) -> Any:
        self._reach("write")
        return self._file.write(content)  # type: ignore[attr-defined]

    def close(self) -> None:
        self._file.close()  # closed it is, whatever it answers
        self._reach("close")

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
