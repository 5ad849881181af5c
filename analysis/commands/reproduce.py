"""``catchup reproduce``: the published forecast's claims beside this model's figures."""

from __future__ import annotations

from pathlib import Path

from .output import warn


def reproduce(file: Path, /, *, draws: int = 100_000, seed: int = 1) -> int:
    """Write a page that sets every published claim beside this model's figure.

    Parameters
    ----------
    file
        Where to write it (Markdown).
    draws
        Number of draws.
    seed
        Seed of the random numbers.
    """
    from ..presentation.pages.reproduction import write_reproduction

    write_reproduction(file, draws=draws, seed=seed)
    warn(f"wrote {file}")
    return 0
