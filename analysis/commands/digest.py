"""``catchup digest``: a run in plain text, for a mail."""

from __future__ import annotations

import sys
from pathlib import Path


def digest(run: Path, /) -> int:
    """A run in fewer than 100 lines of plain text: its headline, what moved it, what to watch.

    Parameters
    ----------
    run
        Folder of the run.
    """
    from ..archive.manifest import BrokenRunError
    from ..archive.reading import read_run
    from ..presentation.digest import digest_text

    kept = read_run(run)
    try:
        text = digest_text(kept)
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenRunError(f"{run}: is damaged ({type(error).__name__})") from None
    sys.stdout.write(text)
    return 0
