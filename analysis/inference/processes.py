"""Work shared with other processes: copies of this one, made where that is safe and a processor has nothing to do.

A copy knows everything that its original knew, so that any function can be handed over; what it returns comes back
through memory. What a copy could not do is done here instead: no answer depends on how many there were, and an error is
raised where it would have been raised without them. Only Linux copies a process whose libraries do not mind, and only a
process of one thread may be copied: the command line is one, a notebook is not, and there all is done in turn.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import math
import mmap
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .estimates import Array
from .process_limit import LIMIT, most_processes
from .progress import show_progress

THREADS = Path("/proc/self/task")  # where Linux lists them
NUMBER = np.dtype(np.uint16)  # of a task, in a pipe
LINE = 64  # bytes of a cache line, at whose beginnings arrays lie
ENDING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl
_busy: list[_Copy] = []
"""Copies at work, as far as is known."""


class Pending[Result]:
    """Something that is being worked out elsewhere; or that has been worked out here, where there is no elsewhere.

    Parameters
    ----------
    task : callable
        Returns the result, which can be pickled. Changes nothing that anybody reads before it has been returned: it is
        done again where a copy was ended before it was done.

    Raises
    ------
    Exception
        What the task raises, if it is done here.
    """

    def __init__(self, task: Callable[[], Result]) -> None:
        self._task = task
        self._copy: _Copy | None = None
        if _at_work() + 1 < processes():
            with contextlib.suppress(OSError):  # neither memory nor process to be had: then here
                self._copy = _Copy(task)
        if self._copy is None:
            self._found = task()

    def result(self) -> Result:
        """What the task returns, or raises."""
        if self._copy is not None:
            written = self._copy.succeeded()
            if written:
                try:
                    self._found = _unpacked(self._copy.file)
                except OSError:  # there is no room for what it wrote
                    written = False
            if not written:
                self._found = self._task()
            self.end()
        return self._found

    def end(self) -> None:
        """Stop what is under way, and let go of the memory."""
        if self._copy is not None:
            self._copy.end()
            self._copy = None


@contextlib.contextmanager
def beside[Result](task: Callable[[], Result]) -> Iterator[Pending[Result]]:
    """Work something out while other things are done; see `Pending`.

    Examples
    --------
    >>> from catchup.analysis.inference.processes import beside
    >>> with beside(lambda: 6 * 7) as product:
    ...     total = 6 + 7
    ...     total, product.result()
    ...
    (13, 42)
    """
    pending = Pending(task)
    try:
        yield pending
    finally:
        pending.end()


def together[Result](tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Work several things out, the last of them here: it may take a little longer; see `Pending`.

    Examples
    --------
    >>> from catchup.analysis.inference.processes import together
    >>> together([lambda: 6 + 7, lambda: 6 * 7])
    [13, 42]
    """
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(beside(task)) for task in tasks[:-1]]
        own = [task() for task in tasks[-1:]]
        return [other.result() for other in others] + own


def shared_out[Result](tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Work out many things, each by whichever process is free; see `Pending`.

    The longest should come first.

    Examples
    --------
    >>> from catchup.analysis.inference.processes import shared_out
    >>> shared_out([lambda: 6 + 7, lambda: 6 * 7, lambda: 6 - 7])
    [13, 42, -1]
    """
    hands = min(processes(), len(tasks))
    if hands < 2:
        return [task() for task in tasks]
    # A pipe is what processes take the numbers of the tasks from: no two of them get the same.
    taking, giving = os.pipe()
    os.write(giving, np.arange(len(tasks), dtype=NUMBER).tobytes())
    os.close(giving)

    def hand() -> dict[int, Result]:
        done = {}
        while taken := os.read(taking, NUMBER.itemsize):
            number = int(np.frombuffer(taken, NUMBER)[0])
            done[number] = tasks[number]()
        return done

    try:
        done = {number: result for each in together([hand] * hands) for number, result in each.items()}
    finally:
        os.close(taking)
    return [done[number] if number in done else task() for number, task in enumerate(tasks)]


def shared_array(shape: tuple[int, ...]) -> Array:
    """Return an array, to be filled, that copies made from now on share: what one writes into it the others read."""
    size = math.prod(shape)
    try:  # whether or not copies can be made now: they could when they are
        memory = mmap.mmap(-1, max(size, 1) * 8)
    except OSError as error:
        raise MemoryError from error
    return np.frombuffer(memory, count=size).reshape(shape)


def processes() -> int:
    """Number of processes that may be at work at once, this one among them.

    Raises
    ------
    InputError
        If the environment limits them to what is no number of processes.
    """
    most = most_processes()
    if not _can_be_copied():
        return 1
    return min(len(os.sched_getaffinity(0)), most or sys.maxsize)


def _can_be_copied() -> bool:
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError):
        return sum(1 for _ in THREADS.iterdir()) == 1
    return False


def _at_work() -> int:
    """Number of copies that have not ended."""
    for copy in tuple(_busy):
        copy.wait(os.WNOHANG)
    return len(_busy)


class _Copy:
    """A copy of this process at work on a task.

    Attributes
    ----------
    file : int
        Descriptor of the memory that it writes its result into.
    """

    def __init__(self, task: Callable[[], object]) -> None:
        self.file = os.memfd_create("result")
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # lest a copy clears away what its original has begun
        try:
            original = os.getpid()
            self._process = os.fork()
            if self._process == 0:
                _work(task, self.file, original)
            self._status: int | None = None
            _busy.append(self)
        except OSError:
            os.close(self.file)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def succeeded(self) -> bool:
        """Wait for it, and tell whether it has written its result."""
        self.wait()
        return self._status == 0

    def end(self) -> None:
        """End it, if it has not ended."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            self.wait()
        os.close(self.file)

    def wait(self, options: int = 0) -> None:
        """Wait until it has ended; or see whether it has."""
        if self._status is not None:
            return
        try:
            process, status = os.waitpid(self._process, options)
        except ChildProcessError:  # somebody else has waited for it
            process, status = self._process, -1
        if process:  # where a signal has ended the wait we do not come here: it is ended by `end`
            self._status = status
            _busy.remove(self)


def _work(task: Callable[[], object], file: int, original: int) -> None:
    """Be the copy: write what a task returns, and end without a word, whatever happens."""
    status = 1
    try:
        _end_with(original)
        os.environ[LIMIT] = "1"  # a copy makes no copies
        gc.disable()  # collecting would write all over memory that is shared as long as nobody does
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        show_progress(False)
        _pack(task(), file)
        status = 0
    finally:
        os._exit(status)


def _end_with(original: int) -> None:
    """Have this copy killed when its original ends, however that does."""
    import ctypes

    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != original:  # it has ended in the meantime
        os._exit(1)


@atexit.register
def _end_all() -> None:
    """End the copies that nobody waits for: a signal may have come before somebody could."""
    for copy in tuple(_busy):
        copy.end()


def _pack(result: object, file: int) -> None:
    """Write something into memory: its arrays as they are, one after the other, behind where each of them ends."""
    arrays: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=arrays.append)
    parts = [memoryview(pickled), *(array.raw() for array in arrays)]
    sizes = np.array([len(parts), *(part.nbytes for part in parts)])
    with os.fdopen(os.dup(file), "wb") as out:
        for part in (memoryview(sizes.tobytes()), *parts):
            out.write(part)
            out.write(bytes(-part.nbytes % LINE))


def _unpacked(file: int) -> Any:
    """Read what was written; its arrays stay where they are in memory, and may be written to."""
    memory = memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_COPY))
    (parts,) = np.frombuffer(memory, dtype=int, count=1)
    sizes = np.frombuffer(memory, dtype=int, count=parts + 1)
    ends = np.cumsum(-(-np.concatenate([[sizes.nbytes], sizes[1:]]) // LINE) * LINE)
    pickled, *arrays = (memory[start : start + size] for start, size in zip(ends, sizes[1:], strict=False))
    return pickle.loads(pickled, buffers=arrays)
