"""What the tests of the model share."""

from __future__ import annotations

import numpy as np
import pytest

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.draws import QuantileTransform, UniformStreams

DRAWS = 4_000


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def values(assumptions: Assumptions) -> dict[str, np.ndarray]:
    """Prior draws of everything that any event or lever depends on."""
    names = assumptions.needed(list(assumptions.events), distillation=True)
    return draw(assumptions, names, DRAWS, seed=1)


def draw(assumptions: Assumptions, names: list[str], draws: int, seed: int) -> dict[str, np.ndarray]:
    transform = QuantileTransform(assumptions.beliefs, names)
    streams = UniformStreams(np.random.default_rng(seed))
    return transform(next(iter(streams.chunks(transform.names, 0, draws, draws))))
