"""Draws that answer a question, of the prior or a posterior: evaluated as often as a study asks, always the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol

import numpy as np

from ...model.draws import QuantileTransform, SobolStreams, Transform, UniformStreams
from ...model.forward import CHUNK, simulate, sobol_layout
from ...priors.copula import INDEPENDENT, Copula
from ...priors.errors import InputError
from ...priors.families import Family
from .estimates import Array, Weighting
from .progress import track
from .proposal import LOG_RATIO, Proposal, ProposedTransform
from .question import Question

MOST_STORED_DRAWS = 10_000_000
MOST_KEPT = 2**24  # numbers, 128 MiB of them: beyond it draws are made anew rather than kept

Values = dict[str, Array]
Evaluate = Callable[[Values], Mapping[str, Array]]


class DrawSource(Protocol):
    """Draws that can be evaluated again and again, always the same ones in the same order."""

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the distribution."""

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws, chunk by chunk, and join what `evaluate` returns along the draws."""

    def extended(self, beliefs: Mapping[str, Family]) -> DrawSource:
        """Return the same draws with further quantities beside them, on none of which theirs depend."""

    def kept(self) -> DrawSource:
        """Return the same draws, in memory where they would be made anew for every question."""


class PriorDraws:
    """Draws that stand for the prior, made anew (and the same) at every call instead of being stored.

    Parameters
    ----------
    question : Question
        Sets the assumptions, the number of draws, the seed and whether they are quasi-random.
    names : sequence of str
        Quantities to draw beyond those that the event's date and the levers depend on. What is correlated with
        one that is drawn is drawn as well.
    beliefs : mapping of str to Family, optional
        Distributions of quantities that the question's own assumptions do not know: drawn as well.
    proposal : Proposal, optional
        What to draw from in place of the prior; weights make up for it.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import PriorDraws, Question
    >>> from catchup.model import load_assumptions
    >>> draws = PriorDraws(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), ["startup_stock"])
    >>> draws.weighting.draws
    1000
    """

    def __init__(
        self,
        question: Question,
        names: Sequence[str] = (),
        beliefs: Mapping[str, Family] | None = None,
        proposal: Proposal | None = None,
    ) -> None:
        self._question = question
        needed = question.assumptions.needed([question.event], distillation=True)
        self._names = question.assumptions.with_related([*needed, *names])
        self._beside = {name: belief for name, belief in (beliefs or {}).items() if name not in self._names}
        scrambles, draws = sobol_layout(question.draws) if question.quasi_random else (0, question.draws)
        self._scrambles = scrambles
        self._antithetic = proposal is not None and draws % (2 * max(scrambles, 1)) == 0
        self._layout = Weighting(draws=draws, replicates=scrambles or (draws // 2 if self._antithetic else 0))
        self.transform = QuantileTransform(question.assumptions.beliefs, self._names, self.copula)
        self._proposal = proposal
        self._kept: list[Values] | None = None  # chunks, once all have been made; None where they are made anew
        self._log_ratios: Array | None = None  # known once all draws have been made

    @cached_property
    def weighting(self) -> Weighting:
        """How the draws stand for the prior."""
        if self.log_ratios is None:
            return self._layout
        ratios = np.exp(self.log_ratios)
        return replace(self._layout, weights=ratios / ratios.sum())

    @property
    def log_ratios(self) -> Array | None:
        """Log density of the prior over that of the proposal, shape (draw,); None without a proposal."""
        if self._proposal is not None and self._log_ratios is None:
            for _ in self.chunks(lambda values: {}):
                pass  # what is kept of the draws is kept by the way
        return self._log_ratios

    @property
    def proposal(self) -> Proposal | None:
        """What is drawn from in place of the prior, if anything is."""
        return self._proposal

    @property
    def seed(self) -> int:
        """Seed of their random numbers."""
        return self._question.seed

    @property
    def copula(self) -> Copula:
        """Dependence between their quantities."""
        return self._question.assumptions.copula

    def extended(self, beliefs: Mapping[str, Family]) -> PriorDraws:
        """Return the same draws with further quantities beside them."""
        further = {name: belief for name, belief in beliefs.items() if name not in self._names}
        other = copy.copy(self)  # with the weights, if they have been worked out
        other._beside = {**self._beside, **further}
        return other

    def kept(self) -> PriorDraws:
        """Return the same draws, in memory once they have been made: for whoever asks much of them.

        What is drawn beside them is made anew. Quasi-random draws, and those that would take too much memory, are not
        kept.
        """
        if self._kept is not None or self._scrambles or len(self._names) * self._layout.draws > MOST_KEPT:
            return self
        other = copy.copy(self)
        other._kept = []
        return other

    def proposed(self, proposal: Proposal) -> PriorDraws:
        """Return as many draws of the same quantities, from a proposal."""
        return PriorDraws(self._question, self._names, self._beside, proposal)

    def chunks(self, evaluate: Evaluate) -> Iterator[Mapping[str, Array]]:
        """Yield what `evaluate` returns of each chunk, in order."""
        if self._proposal is None:
            yield from map(evaluate, self._simulate(self.transform))
            return
        ratios: list[Array] = []

        def evaluate_apart(values: Values) -> Mapping[str, Array]:
            ratios.append(values.pop(LOG_RATIO))
            return evaluate(values)

        transform = ProposedTransform(self.transform, self._proposal, antithetic=self._antithetic)
        yield from map(evaluate_apart, self._simulate(transform))
        self._log_ratios = np.concatenate(ratios)

    def _simulate(self, transform: Transform) -> Iterator[Values]:
        draws, scrambles = self._layout.draws, self._scrambles
        chunks = simulate(
            self._question.assumptions,
            dict[str, Array],  # all values are kept: what is made of them is called by who has asked
            draws,
            np.random.default_rng(self._question.seed),
            transform=transform if self._kept is None else _KeptTransform(transform, self._kept),
            beside=self._beside,
            replicates=scrambles,
        )
        streams = max(scrambles, 1)
        return track(chunks, streams * -(-draws // (streams * CHUNK)), f"{draws:,} draws")

    def first(self, draws: int) -> Values:
        """Values of the first draws, or of all where there are no more."""
        kept, count = [], 0
        for chunk in self.chunks(lambda values: values):
            kept.append(chunk)
            count += next(iter(chunk.values())).size
            if count >= draws:
                break
        return {name: column[:draws] for name, column in joined(kept).items()}

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws and join the results; refuses more draws than fit into memory."""
        if self._layout.draws > MOST_STORED_DRAWS:
            raise InputError(
                f"at most {MOST_STORED_DRAWS:,} draws are compared pairwise, not {self._layout.draws:,}",
                key="--draws",
            )
        return joined(list(self.chunks(evaluate)))


class _KeptTransform(Transform):
    """Makes what another transform does, all of it once, into a list that all who ask for the same draws share."""

    def __init__(self, transform: Transform, kept: list[Values]) -> None:
        self.names = transform.names
        self._transform, self._kept = transform, kept

    def __call__(self, uniforms: Array) -> Values:
        """Carry uniforms to values; see `Transform`."""
        return self._transform(uniforms)

    def chunks(self, streams: UniformStreams | SobolStreams, start: int, count: int, size: int) -> Iterator[Values]:
        """Yield all values, `size` at a time; nobody writes into what others will read."""
        if self._kept:
            yield from map(dict, self._kept)
            return
        made = []
        for values in self._transform.chunks(streams, start, count, size):
            for column in values.values():
                column.setflags(write=False)
            made.append(values)
            yield dict(values)
        self._kept[:] = made


class StoredDraws:
    """Draws held in memory: a posterior's.

    Parameters
    ----------
    values : dict of str to array of shape (draw,)
        Quantity name to values.
    weighting : Weighting
        How they stand for the posterior.
    seed : int
        For quantities that are drawn beside them.
    copula : Copula, optional
        Dependence between quantities, for those as well: what is correlated is stored together or not at all.
    """

    def __init__(self, values: Values, weighting: Weighting, seed: int, copula: Copula = INDEPENDENT) -> None:
        self.values = values
        self.copula = copula
        self._weighting = weighting
        self._seed = seed

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the distribution."""
        return self._weighting

    def extended(self, beliefs: Mapping[str, Family]) -> StoredDraws:
        """Return the same draws with those quantities beside them that they lack, drawn from their prior."""
        lacking = {name: belief for name, belief in beliefs.items() if name not in self.values}
        transform = QuantileTransform(lacking, list(lacking), self.copula)
        streams = UniformStreams(np.random.default_rng(self._seed))
        draws = self._weighting.draws
        uniforms = next(streams.chunks(transform.names, 0, draws, draws))
        added = transform(uniforms, self.values)
        return StoredDraws({**self.values, **added}, self._weighting, self._seed, self.copula)

    def kept(self) -> StoredDraws:
        """Return the draws: they are in memory."""
        return self

    def lightened(self) -> StoredDraws:
        """Return the draws without those that hardly count: most of a prior's, in a posterior."""
        if self._weighting.weights is None or self._weighting.replicates:
            return self
        kept = self._weighting.counting()
        weights = self._weighting.weights[kept]
        weighting = Weighting(kept.size, weights=weights / weights.sum())
        return StoredDraws({name: row[kept] for name, row in self.values.items()}, weighting, self._seed, self.copula)

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws and join the results."""
        return joined(
            [
                evaluate({name: column[first : first + CHUNK] for name, column in self.values.items()})
                for first in range(0, self._weighting.draws, CHUNK)
            ]
        )


def joined(chunks: Sequence[Mapping[str, Array]]) -> Values:
    """Join the columns of chunks along the draws."""
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
