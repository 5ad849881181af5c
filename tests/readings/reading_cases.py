"""What the tests of the readings share."""

from datetime import date
from statistics import NormalDist

import pytest
from false_alarms import FALSE_ALARM

from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.model.assumptions import load_assumptions
from catchup.model.models import DEFAULT_MODEL
from catchup.priors.layers import Layer

STANDARD_ERRORS = NormalDist().inv_cdf(1.0 - FALSE_ALARM / 2.0)
AS_OF = date(2026, 11, 21)


def ask(draws: int = 20_000, *, tables: dict | None = None, fixed: dict[str, float] | None = None, **rest) -> Question:
    """Ask a question, with rows laid over the project's own."""
    model = rest.pop("model", DEFAULT_MODEL)
    overlays = [*rest.pop("overlays", []), *([Layer.of(tables, file="overlay.toml")] if tables else [])]
    return Question(load_assumptions(overlays, fixed, model=model), rest.pop("as_of", AS_OF), draws=draws, **rest)


def prior(question: Question) -> Posterior:
    """Return the prior of a question."""
    return prior_of(question)


def assert_estimates(estimate: Estimate, exact: float, *, known_to: float = 0.0) -> None:
    """Hold an estimate against what it should be, itself known to within a margin."""
    tolerance = STANDARD_ERRORS * estimate.mcse + known_to
    assert estimate.value == pytest.approx(exact, abs=tolerance, rel=0.0)
