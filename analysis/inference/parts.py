"""Parts of the draws, for as many processes as there can be, and what comes of them joined again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from ...model.forward import CHUNK
from .estimates import Array
from .processes import processes


def parts_of(draws: int) -> list[slice]:
    """Cut draws into as many parts as there can be processes, of whole chunks and as nearly alike as may be.

    Examples
    --------
    >>> from catchup.analysis.inference.parts import parts_of
    >>> parts_of(1_000)
    [slice(0, 1000, None)]
    """
    parts = max(min(processes(), -(-draws // CHUNK)), 1)
    bounds = [round(number * draws / parts / CHUNK) * CHUNK for number in range(parts)] + [draws]
    return [slice(*pair) for pair in itertools.pairwise(bounds)]


def joined(chunks: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Join the columns of chunks along the draws."""
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
