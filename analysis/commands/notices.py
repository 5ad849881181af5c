"""Lines for standard error that wait until a command has answered: beside an error they would be noise."""

from __future__ import annotations

_LINES: list[str] = []


def notice(message: str) -> None:
    """Remember a line; one that is remembered already is said once."""
    if message not in _LINES:
        _LINES.append(message)


def take_notices() -> list[str]:
    """Return the lines remembered, and forget them."""
    found = list(_LINES)
    _LINES.clear()
    return found
