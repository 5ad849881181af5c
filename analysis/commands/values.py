"""What is written behind an option, read strictly: what it is not is refused in words, and never rounded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cyclopts import CoercionError, convert

from ...priors.errors import InputError

EXPECTED: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    date: "a day such as 2026-02-24",
    Path: "a file or folder",
}


def read_value(hint: Any, tokens: Sequence[Any]) -> Any:
    """Turn what was written into what an option takes.

    Parameters
    ----------
    hint : type
        What the option takes.
    tokens : sequence
        The words, as Cyclopts has them.

    Raises
    ------
    CoercionError
        If they are nothing of the kind.
    """
    return convert(hint, tokens, converter=_read_word)


def refusal(error: CoercionError) -> InputError | None:
    """Say what was expected in place of a word; None where Cyclopts names the choices itself."""
    expected = EXPECTED.get(error.target_type)
    if expected is None or error.token is None:
        return None
    named = "" if error.argument is None else error.argument.name.lstrip("-").upper()
    return InputError(f"{expected} was expected, not '{error.token.value}'", key=error.token.keyword or named)


def _read_word(kind: Any, word: str) -> Any:
    if kind is Path and not word:
        raise CoercionError(target_type=Path)  # it would be the current folder
    if kind is date:
        return date.fromisoformat(word)
    # Cyclopts would round what has a decimal point
    return kind(word) if kind in EXPECTED else convert(kind, [word])
