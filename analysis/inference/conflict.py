"""Evidence that cannot all be true is refused by name, instead of being answered with confidence.

Prior and evidence conflict where hardly any prior draw counts. They also do where no draw predicts anything as far
out as what was observed: no draw of the prior (an item that every draw contradicts alike moves no weight), or none
of the posterior that the other items make (two sharp items that contradict each other meet in the middle).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ...evidence.likelihood import log_density, simulate
from ...evidence.schema import Item
from ...model.forward import CHUNK
from .adaptation import Pilot, pilot_uniforms, rounds_of
from .diagnostics import COLLAPSED, UntrustworthyError
from .draws import PriorDraws, Values, joined
from .estimates import Array
from .importance import effective_number
from .likelihoods import predictions_of, prior_for, total
from .question import Question
from .resampling import systematic

SCREENED_DRAWS = 3 * CHUNK  # prior draws whose predictions are looked at in every case
ESCALATED_DRAWS = 1_000_000  # prior draws tried before prior and evidence are said to conflict
RESAMPLED, REPEATED = 8_192, 16  # draws given the other items, and observations simulated from each
UNLIKELY = 1e-3  # probability of a reading as far out, from which an item is in conflict with nothing
ADVICE = "Leave items out with --evidence, lower their reliability or weight, or widen the prior"


def refuse_conflict(question: Question, items: Sequence[Item], prior: PriorDraws) -> Pilot:
    """Refuse evidence that the prior hardly allows, naming the items in conflict.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        What is counted: one at least.
    prior : PriorDraws
        Of everything that the question and the items depend on.

    Returns
    -------
    Pilot
        The prior's draws that were looked at: a proposal's fit begins with them.

    Raises
    ------
    UntrustworthyError
        If fewer than `COLLAPSED` effective draws are left even of a million; or if, of a million, none predicts
        anything as far out as an item, or none of those that agree with the other items does.
    """
    ranks = pilot_uniforms(prior.transform.names, SCREENED_DRAWS, rounds_of(question))
    chunks = [prior.transform(ranks[:, first : first + CHUNK]) for first in range(0, SCREENED_DRAWS, CHUNK)]
    few = _Predictions(question, items, lambda evaluate: joined([evaluate(values) for values in chunks]))
    pilot = Pilot(ranks, np.zeros(SCREENED_DRAWS), total(few.likelihoods))
    collapsed = effective_number(pilot.log_likelihoods) < COLLAPSED
    if collapsed or few.unpredicted(items) or few.contradicted(items):
        many_draws = prior_for(replace(question, draws=ESCALATED_DRAWS, quasi_random=False), items)
        many = _Predictions(question, items, many_draws.map)
        _refuse_unpredicted(many, items)
        if collapsed:
            _refuse_collapse(many, items)
    return pilot


class _Predictions:
    """What prior draws predict of items, and how likely they find what was observed.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        What is counted.
    evaluate_all : callable
        Evaluates a function of values on all draws.
    """

    def __init__(
        self, question: Question, items: Sequence[Item], evaluate_all: Callable[[Callable[[Values], Values]], Values]
    ) -> None:
        self._clock = question.clock
        self._rng = np.random.default_rng(question.seed)
        self._predicted = evaluate_all(lambda values: dict(predictions_of(question, values, items)[2]))
        self.likelihoods = {
            item.id: log_density(item, item.observation(self._clock), self._predicted[item.id], self._clock)
            for item in items
        }

    def unpredicted(self, items: Sequence[Item]) -> list[Item]:
        """Items whose observation lies beyond everything that the draws predict of it."""
        return [item for item in items if self._outside(item, self._predicted[item.id])]

    def contradicted(self, items: Sequence[Item]) -> list[Item]:
        """Items whose observation lies beyond everything predicted by the draws that agree with the others."""
        found = []
        for item in items if len(items) > 1 else ():
            others = total({name: column for name, column in self.likelihoods.items() if name != item.id})
            if effective_number(others) < COLLAPSED:
                continue
            positions = systematic(np.exp(others - others.max()), RESAMPLED, self._rng)
            if self._outside(item, np.repeat(self._predicted[item.id][positions], REPEATED)):
                found.append(item)
        return found

    def tail(self, item: Item) -> float:
        """Probability, on both sides, of a reading as far out as the item's."""
        predicted = self._predicted[item.id]
        simulated, observed = simulate(item, predicted, self._clock, self._rng), item.observation(self._clock)
        return float(2.0 * min((simulated <= observed).mean(), (simulated >= observed).mean(), 0.5))

    def _outside(self, item: Item, predicted: Array) -> bool:
        simulated, observed = simulate(item, predicted, self._clock, self._rng), item.observation(self._clock)
        return not simulated.min() <= observed <= simulated.max()


def _refuse_unpredicted(predictions: _Predictions, items: Sequence[Item]) -> None:
    unpredicted = predictions.unpredicted(items)
    if unpredicted:
        raise UntrustworthyError(
            f"evidence and prior conflict: none of {ESCALATED_DRAWS:,} prior draws predicts anything as far out. "
            f"{', '.join(item.id for item in unpredicted)}: hardly possible under the prior. {ADVICE}"
        )
    contradicted = predictions.contradicted(items)
    if contradicted:
        raise UntrustworthyError(
            f"items conflict: of {RESAMPLED * REPEATED:,} observations predicted from the other items, none is as far "
            f"out. {_quarrel([item.id for item in contradicted])}. {ADVICE}"
        )


def _refuse_collapse(predictions: _Predictions, items: Sequence[Item]) -> None:
    likelihoods = predictions.likelihoods
    effective = effective_number(total(likelihoods))
    if effective >= COLLAPSED:
        return
    alone = {name: effective_number(column) for name, column in likelihoods.items()}
    impossible = [name for name, left in alone.items() if left < COLLAPSED]
    without = {
        name: effective_number(total({other: column for other, column in likelihoods.items() if other != name}))
        for name in (likelihoods if not impossible else ())
    }
    worst = sorted(without, key=lambda name: -without[name])[:2]
    plausible = {name: predictions.tail(item) for item in items if (name := item.id) in impossible}
    if plausible and min(plausible.values()) >= UNLIKELY:
        sharp = ", ".join(f"{name} (p = {p:.2g})" for name, p in plausible.items())
        raise UntrustworthyError(
            f"too sharp for the draws: of {ESCALATED_DRAWS:,} prior draws only {effective:.1f} count. {sharp}: as "
            "likely under the prior as other readings, but with a spread that leaves hardly any draw. Give it a wider "
            "sd; or, if it is known so well, leave it out with --evidence and fix what it measures with --set"
        )
    culprits = f"{', '.join(impossible)}: hardly possible under the prior" if impossible else _quarrel(worst)
    raise UntrustworthyError(
        f"evidence and prior conflict: of {ESCALATED_DRAWS:,} prior draws only {effective:.1f} count. "
        f"{culprits}. {ADVICE}"
    )


def _quarrel(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} contradicts the rest"
    return f"{', '.join(names[:-1])} and {names[-1]} contradict each other or the rest"
