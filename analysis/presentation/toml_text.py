"""How a row is written as TOML, for whoever copies it into a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LARGEST_GROUPED = 1e9  # numbers from which on are written with an exponent


def toml_text(value: Any) -> str:
    """Write a number, a text or a table of them, as TOML does, to every digit; large ones in groups.

    Examples
    --------
    >>> toml_text({"of": "normal", "low": [250_000.0, 0.0001, 5.1e26]})
    '{of = "normal", low = [250_000, 0.0001, 5.1e+26]}'
    """
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {toml_text(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:_.0f}" if float(value).is_integer() and abs(value) < LARGEST_GROUPED else repr(float(value))
