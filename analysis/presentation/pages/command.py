"""How a page is made from the command line: what it is given, and what is said where it cannot be made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ....priors.errors import CatchupError, InputError, reason_of


def page_command(page: str, place: str, write: Callable[[list[Path]], None]) -> Callable[[Sequence[str]], int]:
    """Return the command that makes a page.

    Parameters
    ----------
    page : str
        The module that makes it, by its name in this folder.
    place : str
        What the command is given, as its usage writes it: ``"FILE"``, or ``"FOLDER ..."`` for one or more.
    write : callable
        Makes the page, in the places given.

    Returns
    -------
    callable
        Takes the arguments and returns the exit status: 2 where they are not as many as they should be, else that of
        the error, which is said in a line on standard error.
    """

    def main(arguments: Sequence[str]) -> int:
        if not arguments or (len(arguments) > 1 and not place.endswith("...")):
            print(f"usage: python -m catchup.analysis.presentation.pages.{page} {place}", file=sys.stderr)
            return 2
        try:
            write([Path(argument) for argument in arguments])
        except OSError as error:
            print(f"catchup: {error.filename}: cannot be read: {reason_of(error)}", file=sys.stderr)
            return InputError.exit_code
        except CatchupError as error:
            print(f"catchup: {error.on_command_line}", file=sys.stderr)
            return error.exit_code
        return 0

    return main
