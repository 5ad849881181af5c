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
def values() -> dict[str, np.ndarray]:
    """Prior draws of everything that any event or lever depends on, in either model, as `current` believes of it."""
    return drawn_of_either(load_assumptions())


@pytest.fixture(scope="session")
def article_values(article: Assumptions) -> dict[str, np.ndarray]:
    """Prior draws of the published model."""
    return draw(article, article.needed(list(article.events), distillation=True), DRAWS, seed=1)


def drawn_of_either(assumptions: Assumptions) -> dict[str, np.ndarray]:
    """Draws of what either model depends on."""
    both = (assumptions, load_assumptions(model="article"))
    names = [name for each in both for name in each.needed(list(each.events), distillation=True)]
    return draw(assumptions, list(dict.fromkeys(names)), DRAWS, seed=1)
