"""What the tests of the model share."""

from __future__ import annotations

import numpy as np
import pytest

from catchup.model.assumptions import Assumptions, load_assumptions
from model_cases import draw

DRAWS = 4_000


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def values(assumptions: Assumptions) -> dict[str, np.ndarray]:
    """Prior draws of everything that any event or lever depends on."""
    names = assumptions.needed(list(assumptions.events), distillation=True)
    return draw(assumptions, names, DRAWS, seed=1)
