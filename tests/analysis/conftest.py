"""What the tests of the analysis share."""

import pytest

from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.model.assumptions import Assumptions, load_assumptions
from item_cases import DAY


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def question() -> Question:
    """The article's own question, in continuous time."""
    assumptions = load_assumptions(model="article")
    return Question(assumptions, assumptions.table.day("article_day"), draws=20_000)


@pytest.fixture(scope="session")
def sampled() -> Posterior:
    """The article's posterior on the default ledger by NUTS; the one compilation of the quick tests of the analysis."""
    return posterior(Request(Question(load_assumptions(model="article"), DAY, draws=8_000), engine="nuts"))


@pytest.fixture(scope="session")
def sampled_current(assumptions: Assumptions) -> Posterior:
    """The default model's, which takes far longer to compile: for slow tests."""
    return posterior(Request(Question(assumptions, DAY, draws=8_000), engine="nuts"))


@pytest.fixture(scope="session")
def reweighted(assumptions: Assumptions) -> Posterior:
    """The default ledger's posterior by importance."""
    return posterior(Request(Question(assumptions, DAY, draws=100_000), engine="importance"))
