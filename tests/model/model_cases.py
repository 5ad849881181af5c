"""Draws for the tests of the model."""

from __future__ import annotations

import numpy as np

from catchup.model.assumptions import Assumptions
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.model.forward import simulate


def draw(assumptions: Assumptions, names: list[str], draws: int, seed: int) -> dict[str, np.ndarray]:
    """Draw quantities from their priors; each of shape (draw,)."""
    transform = QuantileTransform(assumptions.beliefs, names)
    streams = UniformStreams(np.random.default_rng(seed))
    return transform(next(iter(streams.chunks(transform.names, 0, draws, draws))))


def drawn(
    assumptions: Assumptions, draws: int, replicates: int = 0, names: list[str] | None = None
) -> dict[str, np.ndarray]:
    """Draw as a forecast does, chunk by chunk; each of shape (draw,)."""
    chunks = list(
        simulate(assumptions, lambda v: v, draws, np.random.default_rng(5), names=names, replicates=replicates)
    )
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
