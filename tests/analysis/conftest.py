"""What the tests of the analysis share."""

import pytest

from catchup.analysis.question import Question
from catchup.model.assumptions import Assumptions, load_assumptions


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def question(assumptions: Assumptions) -> Question:
    """The article's own question, in continuous time."""
    return Question(assumptions, assumptions.table.day("article_day"), draws=20_000)
