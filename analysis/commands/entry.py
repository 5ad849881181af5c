"""Where the command begins: to be interrupted while the rest is still being loaded takes a line, too."""

from __future__ import annotations

import os
import signal
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT


def main() -> None:
    """Load the command line, and run it; see `main.main`."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # or else somebody wants it ignored
    if heard:
        signal.signal(signal.SIGINT, _end)
    from .main import main as run_and_exit

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run_and_exit()
    except KeyboardInterrupt:
        _end(signal.SIGINT, None)


def _end(number: int, _: FrameType | None) -> None:
    """End at once: nothing has been begun, and an exception in the middle of an import may be taken for another."""
    try:
        os.write(2, b"catchup: interrupted\n")
    finally:
        os._exit(INTERRUPTED)
