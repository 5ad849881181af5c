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
def article() -> Assumptions:
    """The published model, in which compute alone decides."""
    return load_assumptions(model="article")


@pytest.fixture(scope="session")
def values(assumptions: Assumptions, article: Assumptions) -> dict[str, np.ndarray]:
    """Prior draws of everything that any event or lever depends on, in either model."""
    names = [name for each in (assumptions, article) for name in each.needed(list(each.events), distillation=True)]
    return draw(assumptions, list(dict.fromkeys(names)), DRAWS, seed=1)
