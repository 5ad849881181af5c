"""Silence that contradicts all else that the model holds is refused, instead of being answered with confidence.

What is asked is the silence's own leave-one-out: its probability given everything else that is counted. Where that is
next to nothing, the posterior is what the least unlikely of the model's explanations makes of it, however unlikely.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .diagnostics import UNLIKELY, UntrustworthyError
from .question import Question
from .silence import silences_in
from .subsets import SharedDraws

if TYPE_CHECKING:
    from ...evidence.schema import Item

FITTED_BELOW = 0.05  # from which down that probability is worked out on draws fitted to everything else


def refuse_contradicted(question: Question, items: Sequence[Item], shared: SharedDraws) -> None:
    """Refuse silence that nothing in the model makes likely.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        What is counted.
    shared : SharedDraws
        Draws that stand for the prior, with the likelihood of every item.

    Raises
    ------
    UntrustworthyError
        Naming the silence, how likely it is, and what the model has to explain it.
    """
    for silence in silences_in(question, items):
        chance = silence_given_others(silence.item, items, shared)
        if chance < UNLIKELY:
            raise UntrustworthyError(
                f"silence contradicts all else that the model holds: {silence.item}, through {silence.counted}, has a "
                f"probability of {chance:.1g} given everything else ({UNLIKELY:g} at least is wanted). "
                f"{_explanations(question)}"
            )


def silence_given_others(name: str, items: Sequence[Item], shared: SharedDraws) -> float:
    """Probability of an item's silence given all other items; of a weight below 1, of what is counted of it."""
    whole, others = [item.id for item in items], [item.id for item in items if item.id != name]
    everything, rest = shared.subset(whole), shared.subset(others)
    chance = everything.log_ratio(rest).value
    if np.exp(chance) < FITTED_BELOW:
        chance = everything.log_ratio(shared.best_subset(others)).value
    return float(np.exp(chance))


def _explanations(question: Question) -> str:
    assumptions = question.assumptions
    if assumptions.obstacles or assumptions.reporting:
        stands = ["what stands in the way besides compute"] if assumptions.obstacles else []
        conceal = ["labs that conceal"] if assumptions.reporting else []
        explained = f"Neither a lab that is ready and says nothing nor {' nor '.join([*stands, *conceal])} explains it"
        return f"{explained}: widen the priors, or leave items out with --evidence"
    return (
        f"Model {assumptions.model} has one explanation, a lab that is ready and says nothing, and that one is as "
        "unlikely: ask --model current, which holds what else stands in the way"
    )
