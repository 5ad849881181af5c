"""Items that the prior finds surprising: how seldom it predicts anything as far out as what was observed.

The probability is that of the prior predictive distribution beyond the observation, on both sides; of two outcomes,
that of the one observed. An item of so small a one may be a misprint, a figure in another currency or of another firm,
or right and worth knowing: look at it. So may one that a common mistake explains better, surprising or not: see
`misreading`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...evidence.latents import with_latents
from ...evidence.schema import Item
from ..inference.draws import Values
from ..inference.likelihoods import predictions_of, prior_for, races_of, unheard_of
from ..inference.misreading import SURPRISING, likelier_if
from ..inference.question import Question
from ..inference.tails import predictive_tail, probability_text, resolution

DRAWS = 8_192


@dataclass(frozen=True)
class Surprise:
    """An item that the prior finds surprising, or that a common mistake explains better.

    Attributes
    ----------
    item : str
        Its id.
    probability : float
        Of a reading as far out, under the prior; of two outcomes, of this one.
    likelier_if : str
        Which mistakes would explain it, and how much better; empty where none does.
    resolution : float
        Smallest probability that can be told.
    two_outcomes : bool
        Whether it is one of two outcomes.
    """

    item: str
    probability: float
    likelier_if: str = ""
    resolution: float = 2.0 / DRAWS
    two_outcomes: bool = False

    @property
    def text(self) -> str:
        """What is said of it, in a line."""
        look = "Look at its unit, currency, year and firm, or doubt it (reliability)"
        if self.probability >= SURPRISING:
            return f"{self.item} would be {self.likelier_if}. {look}"
        tail = probability_text(self.probability, self.resolution)
        what = "this outcome" if self.two_outcomes else "a reading as far out"
        mistake = f", and would be {self.likelier_if}" if self.likelier_if else ""
        return f"{self.item} surprises the prior ({tail} for {what}){mistake}. {look}"


def surprises(question: Question, items: Sequence[Item]) -> tuple[Surprise, ...]:
    """Find the items that the prior finds surprising, or that a common mistake explains better.

    Parameters
    ----------
    question : Question
        What is asked; its day and assumptions are used.
    items : sequence of Item
        Which items are looked at.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question
    >>> from catchup.analysis.studies.surprise import surprises
    >>> from catchup.evidence import load_ledger
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21))
    >>> surprises(question, [load_ledger().items["eci-lag"]])
    ()
    """
    items = [item for item in items if item.kind.countable and item.kind.lever(item.observed) is None]  # a fact fits
    if not items:
        return ()
    assumptions = with_latents(question.assumptions, items)
    asked = replace(question, assumptions=assumptions, draws=DRAWS, quasi_random=False)

    def alone(values: Values) -> Values:
        raced = races_of(asked, values, items)
        return {**predictions_of(asked, values, items, raced)[2], **unheard_of(asked, values, items, raced)}

    predicted = prior_for(asked, items).map(alone)
    rng, found = np.random.default_rng(question.seed), []
    for item in items:
        probability = predictive_tail(item, predicted[item.id], asked.clock, rng)
        mistake = likelier_if(item, predicted[item.id], asked.clock, rng)
        if probability < SURPRISING or mistake:
            least, two_outcomes = resolution(item, DRAWS), item.kind.two_outcomes(item.observed)
            found.append(Surprise(item.id, probability, mistake, least, two_outcomes))
    return tuple(found)
