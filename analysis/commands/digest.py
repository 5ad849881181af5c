"""``catchup digest``: a run in few lines, for a mail."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from .options import OUTPUT
from .output import warn


def digest(
    run: Path,
    /,
    *,
    format: Annotated[Literal["text", "html"], Parameter(group=OUTPUT, help="Plain text, or a page.")] = "text",
) -> int:
    """A run in fewer than 100 lines, as plain text or as a page: its headline, what moved it, what to watch.

    Parameters
    ----------
    run
        Folder of the run.
    """
    from ..archive.manifest import BrokenRunError
    from ..archive.reading import read_run
    from ..archive.verification import altered_sections
    from ..presentation.digest import digest_html, digest_text

    kept = read_run(run)
    try:
        text = digest_html(kept) if format == "html" else digest_text(kept)
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenRunError(f"{run}: is damaged ({type(error).__name__})") from None
    warn(*altered_sections(kept))
    sys.stdout.write(text)
    return 0
