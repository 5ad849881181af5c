"""What is asked, and the draws that answer it.

A `Question` says everything that determines an answer; a `DrawSource` yields the draws, from the prior or a
posterior, to whatever a command wants to work out of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

import numpy as np

from ...model.assumptions import DEFAULT_EVENT, Assumptions
from ...model.draws import QuantileTransform, Transform, UniformStreams
from ...model.forward import CHUNK, outcome, simulate, sobol_layout
from ...model.generative import Outcome, World
from ...model.policies import NO_INTERVENTION, Intervention
from ...priors.copula import INDEPENDENT, Copula
from ...priors.errors import InputError
from ...priors.families import Family
from .estimates import Array, Weighting
from .progress import track
from .proposal import LOG_RATIO, LogRatios, Proposal, ProposedTransform

DEFAULT_DRAWS = 100_000
MOST_STORED_DRAWS = 10_000_000
MOST_DRAWS = 100_000_000

Values = dict[str, Array]
Evaluate = Callable[[Values], Mapping[str, Array]]


@dataclass(frozen=True)
class Question:
    """Everything that determines a forecast, evidence aside.

    Attributes
    ----------
    assumptions : Assumptions
        The model and its priors.
    as_of : date
        The day it is asked: evidence known later is not used, policies act from it.
    event : str
        Which event.
    draws, seed : int
        How many draws, and the seed of their random numbers.
    quasi_random : bool
        Scrambled Sobol points instead of independent draws.
    launch_grid : float, optional
        Months between possible launches.
    """

    assumptions: Assumptions
    as_of: date
    event: str = DEFAULT_EVENT
    draws: int = DEFAULT_DRAWS
    seed: int = 1
    quasi_random: bool = False
    launch_grid: float | None = None

    def __post_init__(self) -> None:
        self.assumptions.event(self.event)
        if not 1 <= self.draws <= MOST_DRAWS:
            raise InputError(f"between 1 and {MOST_DRAWS:,} draws were expected, not {self.draws:,}", key="--draws")
        if self.quasi_random and self.draws < 16:
            raise InputError(f"quasi-random draws come in scrambles: at least 16, not {self.draws}", key="--draws")
        if self.seed < 0:
            raise InputError(f"a whole number from 0 up was expected, not {self.seed}", key="--seed")
        if self.launch_grid is not None and not 0.0 < self.launch_grid < float("inf"):
            raise InputError(f"months above 0 were expected, not {self.launch_grid:g}", key="--launch-grid")
        if self.as_of < self.assumptions.calendar.origin:
            raise InputError(
                f"a day from {self.assumptions.calendar.origin} (t = 0) on was expected, not {self.as_of}",
                key="--as-of",
            )

    @property
    def as_of_months(self) -> float:
        """The day it is asked, in months since t = 0."""
        return self.assumptions.calendar.months(self.as_of)


class DrawSource(Protocol):
    """Draws that can be evaluated again and again, always the same ones in the same order."""

    @property
    def weighting(self) -> Weighting:
        """How the draws stand for the distribution."""

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws, chunk by chunk, and join what `evaluate` returns along the draws."""

    def extended(self, beliefs: Mapping[str, Family]) -> DrawSource:
        """Return the same draws with further quantities beside them, on none of which theirs depend."""


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
        replicates, draws = sobol_layout(question.draws) if question.quasi_random else (0, question.draws)
        self._layout = Weighting(draws=draws, replicates=replicates)
        self.transform = QuantileTransform(question.assumptions.beliefs, self._names, self.copula)
        self._proposal = proposal

    @cached_property
    def weighting(self) -> Weighting:
        """How the draws stand for the prior."""
        if self.log_ratios is None:
            return self._layout
        ratios = np.exp(self.log_ratios)
        return replace(self._layout, weights=ratios / ratios.sum())

    @cached_property
    def log_ratios(self) -> Array | None:
        """Log density of the prior over that of the proposal, shape (draw,); None without a proposal."""
        if self._proposal is None:
            return None
        return _join(list(self._simulate(LogRatios(self._proposal), lambda values: values)))[LOG_RATIO]

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

    def proposed(self, proposal: Proposal) -> PriorDraws:
        """Return as many draws of the same quantities, from a proposal."""
        return PriorDraws(self._question, self._names, self._beside, proposal)

    def chunks(self, evaluate: Evaluate) -> Iterator[Mapping[str, Array]]:
        """Yield what `evaluate` returns of each chunk, in order."""
        transform = ProposedTransform(self.transform, self._proposal) if self._proposal else self.transform
        return self._simulate(transform, evaluate, self._beside)

    def _simulate(
        self, transform: Transform, evaluate: Evaluate, beside: Mapping[str, Family] | None = None
    ) -> Iterator[Mapping[str, Array]]:
        draws, replicates = self._layout.draws, self._layout.replicates
        chunks = simulate(
            self._question.assumptions,
            evaluate,
            draws,
            np.random.default_rng(self._question.seed),
            transform=transform,
            beside=beside,
            replicates=replicates,
        )
        streams = max(replicates, 1)
        return track(chunks, streams * -(-draws // (streams * CHUNK)), f"{draws:,} draws")

    def first(self, draws: int) -> Values:
        """Values of the first draws, or of all where there are no more."""
        kept, count = [], 0
        for chunk in self.chunks(lambda values: values):
            kept.append(chunk)
            count += next(iter(chunk.values())).size
            if count >= draws:
                break
        return {name: column[:draws] for name, column in _join(kept).items()}

    def map(self, evaluate: Evaluate) -> dict[str, Array]:
        """Evaluate all draws and join the results; refuses more draws than fit into memory."""
        if self._layout.draws > MOST_STORED_DRAWS:
            raise InputError(
                f"at most {MOST_STORED_DRAWS:,} draws are compared pairwise, not {self._layout.draws:,}",
                key="--draws",
            )
        return _join(list(self.chunks(evaluate)))


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
        return _join(
            [
                evaluate({name: column[first : first + CHUNK] for name, column in self.values.items()})
                for first in range(0, self._weighting.draws, CHUNK)
            ]
        )


def outcome_of(
    question: Question,
    values: Values,
    intervention: Intervention = NO_INTERVENTION,
    event: str | None = None,
    world: World | None = None,
) -> tuple[World, Outcome]:
    """Work out every intermediate and date that given values imply for a question.

    Parameters
    ----------
    question : Question
        Sets the model, the event, the day and the launch grid.
    values : dict of str to array of shape (draw,)
        Quantity name to values.
    intervention : Intervention
        What is changed.
    event : str, optional
        Another event than the question's.
    world : World, optional
        From a call for another event with the same values and intervention.
    """
    return outcome(
        question.assumptions,
        values,
        event=event or question.event,
        intervention=intervention,
        launch_grid=question.launch_grid,
        as_of=question.as_of_months,
        world=world,
    )


def ready_under(question: Question, values: Values, intervention: Intervention = NO_INTERVENTION) -> Array:
    """Months at which the question's event is ready, under an intervention; shape (draw,)."""
    ready: Array = outcome_of(question, values, intervention)[1].ready
    return ready


def _join(chunks: list[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
