"""The project's rooms: folders of modules, and the package as which each is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FRONT = "front"  # whose modules stand in `catchup` itself
ROOMS = ("priors", "model", "evidence", "analysis", FRONT)  # each imports from those before it only


def package_of(room: str) -> str:
    """Name by which a room is imported."""
    return "catchup" if room == FRONT else f"catchup.{room}"


def places_in_package(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield what the package `catchup` is made of: names in it, and where they stand."""
    yield from ((room, root / room) for room in ROOMS if room != FRONT)
    yield from ((path.name, path) for path in sorted((root / FRONT).iterdir()) if path.is_file())
