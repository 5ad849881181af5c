"""Work shared among threads, for fits that leave Python's lock to others."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor


def in_order[Kept](work: Callable[[int], Kept], jobs: Sequence[int], workers: int | None = None) -> Iterator[Kept]:
    """Run jobs in threads and yield their results in order, never holding more than a few at once."""
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(jobs) == 1:
        yield from map(work, jobs)
        return
    with ThreadPoolExecutor(workers) as executor:
        pending: deque[Future[Kept]] = deque()
        try:
            for job in jobs:
                pending.append(executor.submit(work, job))
                if len(pending) > workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
