"""Draws that answer a question, of the prior or a posterior: evaluated as often as a study asks, always the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ...model.draws import QuantileTransform, SobolStreams, Transform, UniformStreams, chunks_of
from ...model.draws import Values as Values
from ...model.forward import ALL_DRAWS, CHUNK, simulate, sobol_layout
from ...priors.copula import INDEPENDENT, Copula
from ...priors.errors import InputError
from ...priors.families import Family
from .estimates import Array, Weighting
from .parts import joined, parts_of
from .processes import together
from .progress import track
from .proposal import Proposal
from .proposed import LOG_RATIO, ProposedTransform
from .question import Question
from .weights import lightened

MOST_STORED_DRAWS = 10_000_000
MOST_KEPT = 2**24  # numbers, 128 MiB of them: beyond it draws are made anew rather than kept
LEAST_SHARED = 2**20  # numbers in all, from which on processes share them: fewer take 0.05 s

Evaluate = Callable[[Values], Mapping[str, Array]]


class DrawSource(Protocol):
    """Draws that can be evaluated again and again, always the same ones in the same order."""

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the distribution."""

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws, chunk by chunk, and join what `evaluate` returns along the draws."""

    def extended(self, beliefs: Mapping[str, Family]) -> Self:
        """Return the same draws with further quantities beside them, on none of which theirs depend."""

    def kept(self) -> DrawSource:
        """Return the same draws, in memory where they would be made anew for every question."""

    def lightened(self) -> DrawSource:
        """Return the draws without those that hardly count; see `weights.lightened`."""


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
        self._kept: dict[int, Values] | None = None  # chunks by their first draw; None where they are made anew
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
        other._kept = {}
        return other

    def proposed(self, proposal: Proposal) -> PriorDraws:
        """Return as many draws of the same quantities, from a proposal."""
        return PriorDraws(self._question, self._names, self._beside, proposal)

    def chunks(self, evaluate: Evaluate) -> Iterator[Mapping[str, Array]]:
        """Yield what `evaluate` returns of each chunk, in order."""
        ratios: list[Array] = []
        yield from self._evaluated(evaluate, ALL_DRAWS, ratios)
        self._take(ratios)

    def _evaluated(self, evaluate: Evaluate, part: slice, ratios: list[Array]) -> Iterator[Mapping[str, Array]]:
        """Yield what `evaluate` returns of each chunk of a part of the draws, and set their log ratios aside."""
        if self._proposal is None:
            yield from map(evaluate, self._simulate(self.transform, part))
            return

        def evaluate_apart(values: Values) -> Mapping[str, Array]:
            ratios.append(values.pop(LOG_RATIO))
            return evaluate(values)

        transform = ProposedTransform(self.transform, self._proposal, antithetic=self._antithetic)
        yield from map(evaluate_apart, self._simulate(transform, part))

    def _take(self, ratios: Sequence[Array]) -> None:
        if ratios:
            self._log_ratios = np.concatenate(ratios)

    def _simulate(self, transform: Transform, part: slice) -> Iterator[Values]:
        draws, scrambles = self._layout.draws, self._scrambles
        chunks = simulate(
            self._question.assumptions,
            lambda values: values,  # all are kept: what is made of them is called by who has asked
            draws,
            np.random.default_rng(self._question.seed),
            transform=transform if self._kept is None else _KeptTransform(transform, self._kept),
            beside=self._beside,
            replicates=scrambles,
            part=part,
        )
        streams = max(scrambles, 1)
        asked = len(range(draws // streams)[part])
        return track(chunks, streams * len(chunks_of(0, asked, CHUNK)), f"{draws:,} draws")

    def first(self, draws: int) -> Values:
        """Values of the first draws, or of all where there are no more."""
        kept, count = [], 0
        for chunk in self.chunks(lambda values: values):
            kept.append(chunk)
            count += next(iter(chunk.values())).size
            if count >= draws:
                break
        return {name: column[:draws] for name, column in joined(kept).items()}

    def lightened(self) -> PriorDraws:
        """Return all: of the prior, every draw counts."""
        return self

    def map(self, evaluate: Evaluate, places: NDArray[np.intp] | None = None) -> dict[str, Array]:
        """Evaluate all draws, or those in some places, and join the results; refuses more than fit into memory."""
        if self._layout.draws > MOST_STORED_DRAWS:
            raise InputError(
                f"at most {MOST_STORED_DRAWS:,} draws are compared pairwise, not {self._layout.draws:,}",
                key="--draws",
            )
        shared = len(self._names) * self._layout.draws >= LEAST_SHARED and not self._scrambles
        parts = parts_of(self._layout.draws) if shared else [ALL_DRAWS]
        done = together([partial(self._part, evaluate, part, places) for part in parts])
        self._take([ratios for each in done for ratios in each.log_ratios])
        if self._kept is not None:
            for each in done:
                _keep(self._kept, each.made)
        return joined([chunk for each in done for chunk in each.chunks])

    def _part(self, evaluate: Evaluate, part: slice, places: NDArray[np.intp] | None) -> _Part:
        ratios: list[Array] = []
        before = set(self._kept or ())
        evaluate = evaluate if places is None else _in_places(evaluate, places, part.start or 0)
        chunks = list(self._evaluated(evaluate, part, ratios))
        made = {first: values for first, values in (self._kept or {}).items() if first not in before}
        return _Part(chunks, ratios, made)


def _in_places(evaluate: Evaluate, places: NDArray[np.intp], start: int) -> Evaluate:
    """Evaluate, of chunks that follow one another from a draw on, those draws alone that are in some places."""
    first = start

    def evaluate_some(values: Values) -> Mapping[str, Array]:
        nonlocal first
        stop = first + next(iter(values.values())).size
        here = places[slice(*np.searchsorted(places, [first, stop]))] - first
        first = stop
        return evaluate({name: column[here] for name, column in values.items()})

    return evaluate_some


@dataclass(frozen=True, eq=False)
class _Part:
    """What was made of a part of the draws: results by chunk, log ratios, and the values that are kept."""

    chunks: Sequence[Mapping[str, Array]]
    log_ratios: Sequence[Array]
    made: Mapping[int, Values]


class _KeptTransform(Transform):
    """Makes what another transform does, each chunk once: kept by its first draw, for all who ask for it."""

    def __init__(self, transform: Transform, kept: dict[int, Values]) -> None:
        self.names = transform.names
        self._transform, self._kept = transform, kept

    def __call__(self, uniforms: Array) -> Values:
        """Carry uniforms to values; see `Transform`."""
        return self._transform(uniforms)

    def chunks(self, streams: UniformStreams | SobolStreams, start: int, count: int, size: int) -> Iterator[Values]:
        """Yield all values, `size` at a time; nobody writes into what others will read."""
        firsts = [chunk.start for chunk in chunks_of(start, count, size)]
        if any(first not in self._kept for first in firsts):
            yield from self._made(streams, start, count, size)
            return
        for first in firsts:
            yield dict(self._kept[first])

    def _made(self, streams: UniformStreams | SobolStreams, start: int, count: int, size: int) -> Iterator[Values]:
        for number, values in enumerate(self._transform.chunks(streams, start, count, size)):
            _keep(self._kept, {start + number * size: dict(values)})
            yield values


def _keep(kept: dict[int, Values], made: Mapping[int, Values]) -> None:
    for values in made.values():
        for column in values.values():
            column.setflags(write=False)
    kept |= made


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
        kept, weighting = lightened(self._weighting)
        return StoredDraws({name: row[kept] for name, row in self.values.items()}, weighting, self._seed, self.copula)

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws and join the results."""
        parts = parts_of(self._weighting.draws)
        done = together([partial(self._part, evaluate, part) for part in parts])
        return joined([chunk for each in done for chunk in each])

    def _part(self, evaluate: Evaluate, part: slice) -> list[Mapping[str, Array]]:
        return [
            evaluate({name: column[chunk] for name, column in self.values.items()})
            for chunk in chunks_of(part.start, part.stop - part.start, CHUNK)
        ]
