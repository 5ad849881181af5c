"""How intermediates of the model get a name, or another value in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Naming = Callable[[str, Any], Any]
"""Takes an intermediate's name and value, and returns what stands for it from then on.

A value is one for all, or a mapping: by firm, by event, or by (event, firm).
"""


def unnamed(name: str, value: Any) -> Any:
    """Leave an intermediate as it is."""
    return value


def replacing(given: Mapping[str, Any]) -> Naming:
    """Put given values in place of intermediates, by name: over arrays, what ``pm.do`` does in the graph.

    Parameters
    ----------
    given : mapping
        By name, in the form that the naming is given (see `Naming`).
    """
    return lambda name, value: given.get(name, value)
