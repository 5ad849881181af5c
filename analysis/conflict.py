"""Evidence that the prior hardly allows is refused by name, instead of being answered with confidence.

Prior and evidence conflict where hardly any prior draw counts, or where no prior draw predicts anything as far
out as what was observed. The second also catches an item that every draw contradicts alike, which moves no weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..evidence.kinds.kind import Clock
from ..evidence.likelihood import simulate
from ..evidence.schema import Item
from .estimates import Array
from .importance import SmoothedWeights, total
from .likelihoods import likelihoods, predictions_of, prior_for
from .question import Question, Values
from .trust import COLLAPSED, UntrustworthyError

SCREENED_DRAWS = 8_192  # prior draws whose predictions are looked at in every case
ESCALATED_DRAWS = 1_000_000  # prior draws tried before prior and evidence are said to conflict
ADVICE = "Leave items out with --evidence, lower their reliability or weight, or widen the prior"


def refuse_conflict(question: Question, items: Sequence[Item], smoothed: SmoothedWeights) -> None:
    """Refuse evidence that the prior hardly allows, naming the items in conflict.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        What is counted.
    smoothed : SmoothedWeights
        Weights that they give to the prior's draws.

    Raises
    ------
    UntrustworthyError
        If fewer than `COLLAPSED` effective draws are left even of a million, or none of a million predicts
        anything as far out as an item.
    """
    if not items:
        return
    many = replace(question, draws=max(question.draws, ESCALATED_DRAWS), quasi_random=False)
    unexpected = _unpredicted(replace(many, draws=SCREENED_DRAWS), items)
    unexpected = _unpredicted(many, unexpected) if unexpected else []
    if unexpected:
        names = ", ".join(item.id for item in unexpected)
        raise UntrustworthyError(
            f"evidence and prior conflict: none of {many.draws:,} prior draws predicts anything as far out. "
            f"{names}: hardly possible under the prior. {ADVICE}"
        )
    if smoothed.effective_draws < COLLAPSED:
        _refuse_collapse(many, items)


def _unpredicted(question: Question, items: Sequence[Item]) -> list[Item]:
    """Items whose observation lies beyond everything that the prior's draws predict of it."""
    clock = Clock(question.assumptions.calendar, question.as_of)

    def evaluate(values: Values) -> Values:
        return dict(predictions_of(question, values, items)[2])

    columns = prior_for(question, items).map(evaluate)
    outside = []
    for item, rng in zip(items, np.random.default_rng(question.seed).spawn(len(items)), strict=True):
        predicted, observed = simulate(item, columns[item.id], clock, rng), item.observation(clock)
        if not predicted.min() <= observed <= predicted.max():
            outside.append(item)
    return outside


def _refuse_collapse(question: Question, items: Sequence[Item]) -> None:
    columns = likelihoods(question, prior_for(question, items), items)
    effective = _effective(total(columns))
    if effective >= COLLAPSED:
        return
    alone = {name: _effective(column) for name, column in columns.items()}
    impossible = [name for name, left in alone.items() if left < COLLAPSED]
    if impossible:
        culprits = f"{', '.join(impossible)}: hardly possible under the prior"
    else:
        without = {
            name: _effective(total({other: column for other, column in columns.items() if other != name}))
            for name in columns
        }
        worst = sorted(without, key=lambda name: -without[name])[:2]
        culprits = f"{' and '.join(worst)} contradict each other or the rest"
    raise UntrustworthyError(
        f"evidence and prior conflict: of {question.draws:,} prior draws only {effective:.1f} count. "
        f"{culprits}. {ADVICE}"
    )


def _effective(log_ratios: Array) -> float:
    largest = log_ratios.max()
    if not np.isfinite(largest):
        return 0.0
    raw = np.exp(log_ratios - largest)
    return float(raw.sum() ** 2 / (raw**2).sum())
