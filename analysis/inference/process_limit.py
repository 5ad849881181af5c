"""How many processes whoever runs us lets us have; told apart from their use, so that it is checked before any work."""

from __future__ import annotations

import os
import re

from ...priors.errors import InputError

LIMIT = "CATCHUP_PROCESSES"  # environment variable: most processes at once, this one among them


def most_processes() -> int | None:
    """Most processes at once that the environment allows; None where it says nothing.

    Raises
    ------
    InputError
        If what it says is no number of processes.
    """
    most = os.environ.get(LIMIT, "").strip()
    if most and not (re.fullmatch("[0-9]{1,9}", most) and int(most)):
        raise InputError(f"a number of processes, 1 or more, was expected, not '{most[:20]}'", key=LIMIT)
    return int(most) if most else None
