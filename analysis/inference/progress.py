"""Progress shown to people on standard error: a bar for whatever takes more than a second, or a sign of life."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

PATIENCE = 1.0  # seconds before a bar appears
_shown: ContextVar[bool] = ContextVar("progress_shown", default=False)
_tracked: list[str] = []
"""What is being tracked, one thing at most: only one bar can be on the screen."""


def show_progress(shown: bool) -> None:
    """Say whether bars may appear: for people at a terminal, never for scripts."""
    _shown.set(shown and sys.stderr.isatty())


def track[Item](items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
    """Yield items, with a progress bar once they have taken more than a second; none inside what has one itself."""
    if not _shown.get() or _tracked:
        yield from items
        return
    started = time.monotonic()
    bar = None
    task = None
    _tracked.append(description)
    try:
        for done, item in enumerate(items, start=1):
            yield item
            if bar is None and time.monotonic() - started > PATIENCE and done < total:
                bar = _bar()
                bar.start()
                task = bar.add_task(description, total=total)
            if bar is not None and task is not None:
                bar.update(task, completed=done, refresh=True)
    finally:
        _tracked.remove(description)
        if bar is not None:
            bar.stop()


@contextmanager
def waiting(description: str) -> Iterator[None]:
    """Show that something is under way whose progress cannot be told."""
    if not _shown.get() or _tracked:
        yield
        return
    with _spinner(description):
        yield


def _spinner(description: str) -> Any:
    from rich.console import Console

    return Console(stderr=True).status(description)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # by a thread, beside which no work is shared with other processes
    )
