"""A rare reading, and the posterior by draws fitted to it."""

from __future__ import annotations

from catchup.analysis.inference.adaptation import drawn_from_fit
from catchup.analysis.inference.importance import ReweightedPrior
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.question import Question
from catchup.evidence import Item
from item_cases import reading, reweighted

RARE = [reading("rare-one", 5.4, 0.05), reading("rare-two", 5.1, 0.06)]  # three prior sds out, narrow


def fitted_posterior(question: Question, items: list[Item]) -> ReweightedPrior:
    source = drawn_from_fit(prior_for(question, items), question, items)
    assert source is not None
    return reweighted(source, question, items)
