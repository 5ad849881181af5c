"""Values drawn from a proposal: rows that it moves together, all others one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...model.draws import QuantileTransform, Rows, SobolStreams, Transform, UniformStreams, Values
from ...priors.normal_quantile import normal_quantile
from .estimates import Array
from .proposal import WIDE_WIDENED, Proposal
from .raced import RacedValues

CHOICE = "proposal"  # the uniform number that chooses between the proposal's parts
LOG_RATIO = "log_ratio"


class ProposedTransform(Transform):
    """Turns uniforms into values drawn from a proposal, each with the log of its weight under the name `LOG_RATIO`.

    Parameters
    ----------
    transform : QuantileTransform
        Turns uniforms into values drawn from the prior.
    proposal : Proposal
        Of the same names.
    antithetic : bool
        Whether every other draw is the mirror image of the one before it, about the mean of the same part: what one
        errs by in one direction the other errs by in the other.
    """

    def __init__(self, transform: QuantileTransform, proposal: Proposal, *, antithetic: bool = False) -> None:
        self.names = [CHOICE, *proposal.names]  # a Sobol sequence is most even in its first dimensions
        self._transform = transform
        self._proposal = proposal
        self._images = 2 if antithetic else 1
        nuisances = [] if proposal.nuisances is None else proposal.nuisances.places.tolist()
        tied = [place for place, name in enumerate(proposal.names) if transform.copula.among([name])]
        self._together = np.array(list(dict.fromkeys([*proposal.moved.tolist(), *nuisances, *tied])), dtype=np.intp)
        self._others = np.setdiff1d(np.arange(len(proposal.names)), self._together)

    def __call__(self, uniforms: Rows | Array) -> dict[str, Array]:
        """Carry uniforms to values, and to the log density of the prior over the proposal's; see `Transform`.

        Antithetic, they become twice as many draws.
        """
        scored, moved, nuisances = self._transform.scored, self._proposal.moved.size, self._proposal.nuisances
        (choice,) = (np.repeat(row, self._images) for row in uniforms[[0]])
        rows = np.empty((self._together.size, choice.size))
        for row, place, into in zip(uniforms[self._together + 1], self._together, rows, strict=True):
            self._mirrored(row, place, into)
        rows[:moved], densities = self._proposal.carry_moved(rows[:moved], choice, scored)
        held = {self._proposal.names[place]: row for place, row in zip(self._together, rows, strict=True)}
        held |= self._transform.copula.coupled(held)
        every = self._rows(uniforms[self._others + 1], held, choice.size)
        values = self._transform.one_by_one(every, choice.size, scored)
        if nuisances is None:
            return {**values, LOG_RATIO: densities.log_ratio()}
        raced = RacedValues(values)
        drawn = rows[moved : moved + len(nuisances.names)]
        settled = nuisances.settle(raced, drawn, densities.widened, WIDE_WIDENED, scored)
        raced[LOG_RATIO] = densities.log_ratio(*settled)
        return raced

    def _rows(self, others: Rows | Array, held: Mapping[str, Array], draws: int) -> Iterator[Array]:
        """Every quantity's row in turn; one that no other has to do with in the place of the one before it."""
        left, row = iter(others), np.empty(draws)
        for place, name in enumerate(self._proposal.names):
            if name not in held:
                self._mirrored(next(left), place, row)
            yield held.get(name, row)

    def _mirrored(self, row: Array, place: int, into: Array) -> None:
        """Write a quantity's uniforms or scores, each followed by its mirror image where there are some."""
        scored = self._proposal.names[place] in self._transform.scored
        own = normal_quantile(row) if scored else row
        into[:: self._images] = own
        if self._images == 2:
            np.subtract(0.0 if scored else 1.0, own, out=into[1::2])

    def chunks(self, streams: UniformStreams | SobolStreams, start: int, count: int, size: int) -> Iterator[Values]:
        """Yield values of draws `start` to `start + count` of some streams, `size` at a time.

        Antithetic, all three are even, and half as many uniforms make them. Of a Sobol sequence every point is used,
        as half of its points would not be even.
        """
        start, count, size = (number // self._images for number in (start, count, size))
        chunks = streams.rows if isinstance(streams, UniformStreams) else streams.chunks
        yield from map(self, chunks(self.names, start, count, size))
