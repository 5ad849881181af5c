"""What the tests of the analysis share."""

import pytest

from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.model.assumptions import Assumptions, load_assumptions
from item_cases import DAY


@pytest.fixture(scope="module")
def assumptions(request: pytest.FixtureRequest) -> Assumptions:
    """The published model, quicker by far; another where a module says so by `MODEL`."""
    return load_assumptions(model=getattr(request.module, "MODEL", "article"))


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
def sampled_current() -> Posterior:
    """The default model's, which takes far longer to compile: for slow tests."""
    return posterior(Request(Question(load_assumptions(), DAY, draws=8_000), engine="nuts"))


@pytest.fixture(scope="session")
def reweighted() -> Posterior:
    """The article's posterior on the default ledger by importance."""
    return posterior(Request(Question(load_assumptions(model="article"), DAY, draws=100_000), engine="importance"))


@pytest.fixture(scope="session")
def named() -> Posterior:
    """The default model's, of firms by name, from fewer draws."""
    return posterior(Request(Question(load_assumptions(), DAY, draws=20_000), engine="importance"))
