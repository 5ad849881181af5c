"""Evidence that cannot all be true is refused by name, instead of being answered with confidence.

Prior and evidence conflict where hardly any prior draw counts; and where what was observed of an item is so far out
that next to nothing predicts it, neither the prior by itself nor those of its draws that agree with the other items.
Such an item moves the answer by a margin that rests on the outermost tail of what the model holds, or pulls it to the
middle between two sharp items that contradict each other; a heavy sd hides either from all diagnostics of the draws.
An item that is merely surprising is refused only where a common mistake explains it: see `misreading`.

An item that allows for not being about what it says is no part of this: its background predicts it, and where others
exclude it, it gives way to them (see `genuineness`). Silence is judged by `contradiction`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...evidence.schema import Item
from ...model.draws import uniform_numbers
from ...model.forward import CHUNK
from ...priors.errors import and_text
from ...priors.normal_quantile import normal_quantile
from .adaptation import Pilot, rounds_of
from .diagnostics import COLLAPSED, UNLIKELY, UntrustworthyError
from .draws import Evaluate, PriorDraws
from .estimates import Array
from .importance import effective_number
from .likelihoods import prior_for, total
from .misreading import misreading
from .nuisances import Nuisances
from .question import Question
from .resampling import systematic
from .screened import Screened
from .tails import expectation, predictive_tail, probability_text, resolution
from .terms import Terms, terms_in
from .widening import widenings

SCREENED_DRAWS = CHUNK  # prior draws whose predictions are looked at in every case: too few to share out
ESCALATED_DRAWS = 1_000_000  # prior draws tried before prior and evidence are said to conflict
RESAMPLED, REPEATED = 8_192, 16  # draws given the other items, and observations simulated from each
SUSPICIOUS = 5.0 * UNLIKELY  # below which that probability is worked out on many draws
ADVICE = "Leave items out with --evidence, lower their reliability or weight, or widen the prior"


class Screening:
    """A look at what some draws of the prior predict of items: whether anything about them is suspicious.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        What is counted: one at least.
    prior : PriorDraws
        Of everything that the question and the items depend on.

    Attributes
    ----------
    collapsed : bool
        Whether hardly any of them count.
    """

    def __init__(self, question: Question, items: Sequence[Item], prior: PriorDraws) -> None:
        self._question, self._items = question, items
        numbers = rounds_of(question).spawn(1)[0]  # of its own: the rounds of a fit take theirs from the rest
        self._ranks = uniform_numbers(len(prior.transform.names), SCREENED_DRAWS, numbers)
        self._few = _Predictions(question, items, lambda evaluate: evaluate(prior.transform(self._ranks)))
        self._joint = total(self._few.terms.likelihoods)
        self.collapsed = effective_number(self._joint) < COLLAPSED

    def pilot(self, nuisances: Nuisances | None) -> Pilot:
        """Draws that were looked at, for a proposal's fit to begin with."""
        log_likelihoods = self._joint
        if nuisances is not None:
            scores = np.stack([normal_quantile(self._ranks[row]) for row in nuisances.places])  # a row stays in a cache
            log_likelihoods = self._few.integrated(nuisances, scores)
        return Pilot(self._ranks, np.zeros(SCREENED_DRAWS), log_likelihoods)

    @property
    def draws(self) -> Screened:
        """The draws that were looked at."""
        return Screened(self._few.terms)

    def suspicious(self) -> bool:
        """Whether there may be a conflict: then `refuse_conflict` tells."""
        few, items = self._few, self._items
        misread = [few.misread(item) for item in items]  # of all: each takes its random numbers
        unlikely = (few.unpredicted(items, SUSPICIOUS), few.contradicted(items, SUSPICIOUS))
        return any(misread) or self.collapsed or any(unlikely)

    def refuse_conflict(self) -> None:
        """Refuse evidence that the prior hardly allows, naming the items in conflict.

        Raises
        ------
        UntrustworthyError
            If fewer than `COLLAPSED` effective draws are left even of a million; if an observation as far out as an
            item's has a probability below `UNLIKELY`, under the prior or given the other items; or if an item surprises
            the prior and a common mistake explains it.
        """
        for item in self._items:
            if said := self._few.misread(item):
                raise UntrustworthyError(f"{said}: {self._few.expectation(item)}. {ADVICE}")
        many_draws = prior_for(replace(self._question, draws=ESCALATED_DRAWS, quasi_random=False), self._items)
        many = _Predictions(self._question, self._items, many_draws.map)
        _refuse_unlikely(self._question, many, self._items)
        if self.collapsed:
            _refuse_collapse(many, self._items)


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
        self, question: Question, items: Sequence[Item], evaluate_all: Callable[[Evaluate], Mapping[str, Array]]
    ) -> None:
        self._clock = question.clock
        self._tails: dict[str, float] = {}
        self._given_others: dict[str, Array] = {}
        self._seed, self._rng = question.seed, np.random.default_rng(question.seed)

        columns = evaluate_all(lambda values: terms_in(question, values, items))
        self.terms = Terms.of(question, items, dict(columns))
        self._predicted = self.terms.predicted

    def integrated(self, nuisances: Nuisances, scores: Array) -> Array:
        """Log likelihood of all items, nuisances that had some scores integrated out; up to a constant."""
        others = {name: column for name, column in self.terms.likelihoods.items() if name not in nuisances.items}
        return nuisances.log_marginal(self._predicted, scores) + (total(others) if others else 0.0)

    def unpredicted(self, items: Sequence[Item], unlikely: float = UNLIKELY) -> dict[str, float]:
        """Items so far out under the prior, and how probable that is."""
        return _below(unlikely, {item.id: self.tail(item) for item in items if not item.kind.is_silence})

    def contradicted(self, items: Sequence[Item], unlikely: float = UNLIKELY) -> dict[str, float]:
        """Items as far out, given all others that cannot give way, and how probable that is."""
        found, firm = {}, [item for item in items if item.stated_reliability(self._clock) in (None, 1.0)]
        for item in firm if len(firm) > 1 else ():
            others = self.terms.joint([other.id for other in firm if other is not item])
            if not item.kind.is_silence and effective_number(others) >= COLLAPSED:
                positions = systematic(np.exp(others - others.max()), RESAMPLED, self._rng)
                predicted = np.repeat(self._predicted[item.id][positions], REPEATED)
                found[item.id] = predictive_tail(item, predicted, self._clock, self._rng)
                self._given_others[item.id] = predicted
        return _below(unlikely, found)

    def tail(self, item: Item) -> float:
        """Probability, on both sides, of a reading as far out as the item's."""
        if item.id not in self._tails:
            self._tails[item.id] = predictive_tail(item, self._predicted[item.id], self._clock, self._rng)
        return self._tails[item.id]

    def expectation(self, item: Item) -> str:
        """What the prior leads one to expect of an item, in words."""
        return expectation(item, self._predicted[item.id], self._clock, self._of_its_own())

    def expectation_given_others(self, item: Item) -> str:
        """What the other items lead one to expect of one that they contradict, in words."""
        return expectation(item, self._given_others[item.id], self._clock, self._of_its_own())

    def misread(self, item: Item) -> str | None:
        """Which mistake explains an item, where it surprises; see `misreading`."""
        return misreading(item, self._predicted[item.id], self._clock, self.tail(item), self._of_its_own())

    def _of_its_own(self) -> np.random.Generator:
        """Random numbers that leave all others as they are, and do not depend on what has been asked before."""
        return np.random.default_rng(self._seed)


def _below(unlikely: float, tails: dict[str, float]) -> dict[str, float]:
    return {name: tail for name, tail in tails.items() if tail < unlikely}


def _refuse_unlikely(question: Question, predictions: _Predictions, items: Sequence[Item]) -> None:
    by_id = {item.id: item for item in items}
    unpredicted = predictions.unpredicted(items)
    if unpredicted:
        said = [
            f"{name}: hardly possible under the prior "
            f"({probability_text(tail, resolution(by_id[name], ESCALATED_DRAWS))}; "
            f"{predictions.expectation(by_id[name])})"
            for name, tail in unpredicted.items()
        ]
        wider = [each.text for name in unpredicted for each in widenings(question, by_id[name])[:2]]
        how = _how(wider, [by_id[name] for name in unpredicted])
        raise UntrustworthyError(
            f"evidence and prior conflict: a reading as far out has a probability below {UNLIKELY:g}. "
            f"{'. '.join(said)}. {how}"
        )
    contradicted = predictions.contradicted(items)
    if contradicted:
        name, tail = min(contradicted.items(), key=lambda each: each[1])
        least = probability_text(tail, resolution(by_id[name], RESAMPLED * REPEATED))
        beside = "; ".join(f"{name}: {predictions.expectation_given_others(by_id[name])}" for name in contradicted)
        wider = [each.text for name in contradicted for each in widenings(question, by_id[name])[:1]]
        how = _how(dict.fromkeys(wider), [by_id[name] for name in contradicted])
        raise UntrustworthyError(
            f"items conflict: among observations predicted from the other items, one as far out has a probability "
            f"below {UNLIKELY:g} ({least}). {_quarrel(list(contradicted))} ({beside}). {how}"
        )


def _how(wider: Iterable[str], items: Sequence[Item]) -> str:
    """Say what to do about items in conflict: in general, about the prior, and about what their own files say."""
    priors = " or ".join(wider)
    files = {item.id: item.kind.file_could_say(item.observed, item.likelihood) for item in items}
    return ". ".join(
        [
            f"{ADVICE}: for instance of {priors}" if priors else ADVICE,
            *(f"Of {name}: {said}" for name, said in files.items() if said),
        ]
    )


def _refuse_collapse(predictions: _Predictions, items: Sequence[Item]) -> None:
    terms = predictions.terms
    effective = effective_number(terms.joint(terms.names))
    if effective >= COLLAPSED:
        return
    alone = {name: effective_number(terms.joint([name])) for name in terms.names}
    impossible = [name for name, left in alone.items() if left < COLLAPSED]
    without = {
        name: effective_number(terms.joint([other for other in terms.names if other != name]))
        for name in (terms.names if not impossible else ())
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
    return f"{and_text(names)} contradict each other or the rest"
