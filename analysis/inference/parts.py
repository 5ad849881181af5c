"""Parts of the draws, for as many processes as there can be, and what comes of them joined again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from ...model.draws import chunks_of
from ...model.forward import CHUNK
from .estimates import Array
from .processes import processes


def parts_of(draws: int) -> list[slice]:
    """Cut draws into as many parts as there can be processes, as nearly alike as whole chunks allow.

    Cut into chunks, the parts give those of the whole.

    Examples
    --------
    >>> from catchup.analysis.inference.parts import parts_of
    >>> parts_of(1_000)
    [slice(0, 1000, None)]
    """
    chunks = chunks_of(0, draws, CHUNK)
    parts = min(processes(), len(chunks))
    firsts = [chunks[round(number * len(chunks) / parts)].start for number in range(parts)]
    return [slice(*pair) for pair in itertools.pairwise([*firsts, draws])]


def joined(chunks: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Join the columns of chunks along the draws."""
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
