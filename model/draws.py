"""Prior draws: uniform numbers, and the values they stand for.

Every quantity has a stream of its own, keyed by its name. A quantity's draws therefore do not change when
another is added, fixed or given another prior, or when chunks are cut differently: two forecasts that differ in one
assumption share all other random numbers.
"""

from __future__ import annotations

import hashlib
import itertools
import operator
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..priors.bases import Array
from ..priors.copula import INDEPENDENT, Copula
from ..priors.families import Family
from ..priors.hierarchy import related, transformed
from ..priors.scores import SMALLEST_UNIFORM

Values = dict[str, Array]

SOBOL_BITS = 52  # of SciPy's sequence: half its step moves every point to the middle of its cell


def uniform_numbers(rows: int, draws: int, rng: np.random.Generator) -> Array:
    """Independent uniforms inside (0, 1), shape (row, draw), of no stream of their own."""
    uniforms = rng.random((rows, draws))
    uniforms += SMALLEST_UNIFORM
    return uniforms


def chunks_of(start: int, count: int, size: int) -> list[slice]:
    """Cut draws into chunks: half a chunk or less joins the one before it, as a call takes longer than a few draws do.

    Examples
    --------
    >>> from catchup.model.draws import chunks_of
    >>> chunks_of(100, 25, 10)
    [slice(100, 110, None), slice(110, 125, None)]
    """
    firsts = range(start, start + max(count - size // 2, min(count, 1)), size)
    return [slice(*bounds) for bounds in itertools.pairwise([*firsts, start + count])]


class UniformStreams:
    """Independent uniform streams, one per name.

    Parameters
    ----------
    rng : numpy.random.Generator
        Sets the streams' common entropy; advanced once.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._entropy = [int(word) for word in rng.integers(0, 2**63, size=4)]
        self._seeds: dict[str, _HashedSeed] = {}

    def chunks(self, names: Sequence[str], start: int, count: int, size: int) -> Iterator[Array]:
        """Yield draws `start` to `start + count` of some streams, `size` at a time.

        Yields
        ------
        array, shape (name, draw)
            Numbers inside (0, 1), rows as in `names`.
        """
        for rows in self.rows(names, start, count, size):
            uniforms = np.empty((len(names), rows.draws))
            rows.fill(uniforms)
            yield uniforms

    def rows(self, names: Sequence[str], start: int, count: int, size: int) -> Iterator[Rows]:
        """Yield what `chunks` does, a row at a time; each chunk is to be read before the next is asked for."""
        generators = [np.random.Generator(self._bits(name).advance(start)) for name in names]
        for chunk in chunks_of(0, count, size):
            yield Rows(generators, chunk.stop - chunk.start)

    def _bits(self, name: str) -> np.random.PCG64:
        """A stream at its start; its seed is hashed once, which takes as long as drawing a thousand numbers."""
        if name not in self._seeds:
            seed = np.random.SeedSequence([*self._entropy, *_words(name)])
            self._seeds[name] = _HashedSeed(seed.generate_state(4, np.uint64))
        return np.random.PCG64(self._seeds[name])  # type: ignore[arg-type]  # the stub knows SeedSequence only


@dataclass(frozen=True)
class Rows:
    """A chunk of uniforms, row by row: iterating draws each in the place of the one before.

    Attributes
    ----------
    generators : sequence of numpy.random.Generator
        One per row.
    draws : int
        Length of a row.
    """

    generators: Sequence[np.random.Generator]
    draws: int

    def __iter__(self) -> Iterator[Array]:
        row = np.empty(self.draws)
        for generator in self.generators:
            generator.random(out=row)
            row += SMALLEST_UNIFORM
            yield row

    def __getitem__(self, places: Sequence[int] | NDArray[np.intp]) -> Rows:
        """Some of the rows: each is to be drawn once, whatever has been drawn before it."""
        return Rows([self.generators[place] for place in places], self.draws)

    def fill(self, uniforms: Array) -> None:
        """Draw all rows at once, into an array of shape (row, draw)."""
        for row, generator in zip(uniforms, self.generators, strict=True):
            generator.random(out=row)
        uniforms += SMALLEST_UNIFORM


class _HashedSeed(np.random.bit_generator.ISeedSequence):
    """A seed that has been hashed already."""

    def __init__(self, words: NDArray[Any]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint64) -> NDArray[Any]:
        """Return the words, whatever is asked for: PCG64 asks for just these."""
        return self._words


class SobolStreams:
    """One scrambled Sobol sequence, a dimension per name.

    Parameters
    ----------
    rng : numpy.random.Generator
        Sets the scramble; two instances from one generator are independent.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng.spawn(1)[0]

    def chunks(self, names: Sequence[str], start: int, count: int, size: int) -> Iterator[Array]:
        """Yield points `start` to `start + count`, as `UniformStreams.chunks` does; to be read only once."""
        from scipy.stats import qmc

        engine = qmc.Sobol(len(names), scramble=True, bits=SOBOL_BITS, rng=self._rng)
        if start:
            engine.random(start)  # SciPy's fast_forward refuses sequences of more than 32 bits
        for chunk in chunks_of(0, count, size):
            points = np.ascontiguousarray(engine.random(chunk.stop - chunk.start).T)
            points += 0.5**SOBOL_BITS / 2.0
            yield points


def drawn_together(
    beliefs: Mapping[str, Family], names: Sequence[str], draws: int, rng: np.random.Generator, copula: Copula
) -> Values:
    """Draw quantities, and those that they depend on, with whatever dependence the prior states.

    Parameters
    ----------
    beliefs : mapping of str to Family
        What is believed of each.
    names : sequence of str
        Which to draw.
    draws : int
        How many.
    rng : numpy.random.Generator
        Gives the uniforms, row by row, of no stream of their own.
    copula : Copula
        Dependence between quantities.

    Returns
    -------
    dict of str to array of shape (draw,)
        In each quantity's unit.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions
    >>> from catchup.model.draws import drawn_together
    >>> assumptions = load_assumptions()
    >>> rng = np.random.default_rng(1)
    >>> values = drawn_together(assumptions.beliefs, ["bytedance_mfu"], 3, rng, assumptions.copula)
    >>> list(values)  # what it hangs on is drawn as well
    ['mfu_china', 'bytedance_mfu']
    """
    transform = QuantileTransform(beliefs, names, copula)
    return transform(uniform_numbers(len(transform.names), draws, rng))


def _words(name: str) -> list[int]:
    """A name as seed words, the same on every machine."""
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]


class Transform(Protocol):
    """Turns uniforms into values.

    Attributes
    ----------
    names : list of str
        What needs a uniform number.
    """

    names: list[str]

    def __call__(self, uniforms: Array) -> Values:
        """Carry independent uniforms of shape (name, draw), rows as in `names`, to values of shape (draw,)."""

    def chunks(self, streams: UniformStreams | SobolStreams, start: int, count: int, size: int) -> Iterator[Values]:
        """Yield values of draws `start` to `start + count` of some streams, `size` at a time."""
        # Mapped, and named nowhere: a chunk's uniforms are gone by the time that its values are put to use.
        yield from map(self, streams.chunks(self.names, start, count, size))


class QuantileTransform(Transform):
    """Turns uniforms into values of several quantities.

    Parameters
    ----------
    beliefs : mapping of str to Family
        What is believed of each name.
    names : sequence of str
        Which to draw; quantities that they depend on are drawn as well, as far as there is a belief of them.
    copula : Copula, optional
        Dependence between quantities; none by default.

    Attributes
    ----------
    copula : Copula
        That dependence.
    names : list of str
        Those that need a uniform number: all that are not fixed.
    scored : frozenset of str
        Those among them that are made of the number's normal score, and can as well be given that.
    """

    def __init__(self, beliefs: Mapping[str, Family], names: Sequence[str], copula: Copula = INDEPENDENT) -> None:
        self.copula = copula
        self._beliefs = {name: beliefs[name] for name in related(names, beliefs, copula)}
        self.names = [name for name, family in self._beliefs.items() if family.base is not None]
        dependent = {name for group in copula.among(self.names) for name in group.names}
        self.scored = frozenset(
            name for name in self.names if self._beliefs[name].base == "normal" and name not in dependent
        )

    def __call__(
        self, uniforms: Array, given: Mapping[str, Array] | None = None, scores: Container[str] = frozenset()
    ) -> Values:
        """Carry independent uniforms of shape (name, draw), rows as in `names`, to values of shape (draw,).

        `given` holds values of quantities that some of these depend on, and that are drawn elsewhere; `scores` says for
        which of those `scored` the row holds normal scores.
        """
        ranks = iter(self.copula.couple(self.names, uniforms))
        return transformed(self._beliefs, ranks, uniforms.shape[1], given or {}, scores)

    def one_by_one(self, rows: Iterator[Array], draws: int, scores: Container[str] = frozenset()) -> Values:
        """Carry rows that depend on each other as they should, each used up before the next one is asked for."""
        return transformed(self._beliefs, rows, draws, {}, scores)

    def chunks(self, streams: UniformStreams | SobolStreams, start: int, count: int, size: int) -> Iterator[Values]:
        """Yield values of draws `start` to `start + count` of some streams, `size` at a time."""
        if isinstance(streams, UniformStreams) and not self.copula.among(self.names):
            # A quantity's uniforms are used up before the next one's are drawn: they stay in the first-level cache.
            for rows in streams.rows(self.names, start, count, size):
                yield transformed(self._beliefs, iter(rows), rows.draws, {})
        else:
            yield from super().chunks(streams, start, count, size)

    def beside(
        self, values: Iterator[Values], streams: UniformStreams | SobolStreams, start: int, count: int, size: int
    ) -> Iterator[Values]:
        """Return chunks of values with these put beside them, in place; they may depend on them."""
        if not any(belief.parents for belief in self._beliefs.values()):
            return map(operator.ior, values, self.chunks(streams, start, count, size))
        return map(self._along, values, streams.chunks(self.names, start, count, size))

    def _along(self, values: Values, uniforms: Array) -> Values:
        values |= self(uniforms, values)
        return values
