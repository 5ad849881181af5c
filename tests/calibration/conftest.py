"""What the tests of calibration share."""

import dataclasses
import datetime

import pytest

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.calibration import make_plan
from catchup.analysis.studies.calibration.plan import Plan
from catchup.evidence.schema import Item
from catchup.model.assumptions import Assumptions, load_assumptions

DAY = datetime.date(2026, 11, 21)  # every item of the default ledger is known


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def question(assumptions: Assumptions) -> Question:
    return Question(assumptions, DAY, draws=5_000)


@pytest.fixture(scope="session")
def items(question: Question) -> tuple[Item, ...]:
    return choose_evidence(question, "default", None, ()).counted


@pytest.fixture(scope="session")
def plan(question: Question, items: tuple[Item, ...]) -> Plan:
    """A small plan, for what does not depend on how many draws there are."""
    return make_plan(question, items)


@pytest.fixture(scope="session")
def full_plan(question: Question, items: tuple[Item, ...]) -> Plan:
    """A plan on as many draws as a forecast has."""
    return make_plan(dataclasses.replace(question, draws=100_000), items)
