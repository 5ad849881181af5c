"""The PyMC model's graph compiled for whole arrays of draws."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.mode import NUMBA, Mode
from pytensor.graph.replace import graph_replace, vectorize_graph
from pytensor.link.numba.dispatch.basic import numba_njit
from pytensor.link.numba.linker import NumbaLinker

from .assumptions import Assumptions
from .draws import Array, UniformStreams

CHUNK = 8_192  # draws in one call: what two threads work on together stays below 10 MB
PIECE = 2**17  # draws, as many as a thread works through before it hands anything over
MOST_THREADS = 2  # more would hold more memory, and wait for each other where uniform numbers are drawn


class CompiledDates:
    """Named variables of a model as a function of the values of its quantities.

    Parameters
    ----------
    model : pymc.Model
        From `graph.build_model`; switching its data later switches what is worked out.
    assumptions : Assumptions
        Those that it was built from.
    outputs : sequence of str
        Named variables to work out.
    chunk : int
        Draws worked out in one call.
    mode : str, optional
        PyTensor's compilation mode, such as ``FAST_COMPILE`` for small numbers of draws.

    Attributes
    ----------
    names : list of str
        Quantities whose values are asked for.

    Notes
    -----
    PyMC's own forward sampling loops over draws in Python. Here the quantities are inputs of a graph that is
    vectorised over a leading draw axis and evaluated chunk by chunk, by threads that share out the draws. By default
    the first call compiles it to machine code that does without Python's lock, which takes seconds; PyTensor keeps
    the result on disk.
    """

    def __init__(
        self,
        model: pm.Model,
        assumptions: Assumptions,
        outputs: Sequence[str] = ("ready",),
        chunk: int = CHUNK,
        mode: str | None = None,
    ) -> None:
        self.names = assumptions.with_related(name for name in assumptions.beliefs if name in model.named_vars)
        self._beliefs = {name: assumptions.beliefs[name] for name in self.names}
        # Where all are fixed, one's uniforms say how many draws there are.
        self._drawn = [name for name, belief in self._beliefs.items() if belief.base is not None] or self.names[:1]
        self._copula = assumptions.copula
        self._model = model
        self._outputs = list(outputs)
        self._chunk = chunk
        self._mode = mode

    def __call__(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Work out the outputs that given values imply.

        Parameters
        ----------
        values : mapping of str to array, shape (draw,)
            Values of every quantity of `names`, in its own unit.

        Returns
        -------
        dict of str to array
            By output, draws first.
        """
        columns = [np.ascontiguousarray(values[name], dtype=float) for name in self.names]
        dates = self._dates_of_values

        def work(start: int, end: int) -> Iterator[Sequence[Array]]:
            size = _even(end - start, self._chunk)
            for first in range(start, end, size):
                yield dates(*(column[first : min(first + size, end)] for column in columns))

        return _joined(self._outputs, map(dict.values, self._shared_out(work, len(columns[0]))))

    def draw(self, draws: int, rng: np.random.Generator) -> dict[str, Array]:
        """Draw the quantities from their priors, as `forward.simulate` does, and work out the outputs.

        Parameters
        ----------
        draws : int
            How many.
        rng : numpy.random.Generator
            Source of randomness; the same one gives the same draws here as in the forward simulation.

        Returns
        -------
        dict of str to array
            By output, draws first.
        """
        return _joined(self._outputs, map(dict.values, self.pieces(draws, rng)))

    def pieces(self, draws: int, rng: np.random.Generator) -> Iterator[dict[str, Array]]:
        """Yield what `draw` returns some draws at a time, in order: memory does not grow with their number."""
        streams = UniformStreams(rng)
        dates = self._dates_of_uniforms

        def work(start: int, end: int) -> Iterator[Sequence[Array]]:
            size = _even(end - start, self._chunk)
            uniforms = np.empty((len(self._drawn), size))
            for rows in streams.rows(self._drawn, start, end - start, size):
                filled = uniforms[:, : rows.draws]
                rows.fill(filled)
                yield dates(*self._copula.couple(self._drawn, filled))

        return self._shared_out(work, draws)

    def _shared_out(
        self, work: Callable[[int, int], Iterable[Sequence[Array]]], draws: int
    ) -> Iterator[dict[str, Array]]:
        """Have threads work on pieces of the draws, from one draw to another, and yield the results in order."""
        threads = min(os.cpu_count() or 1, MOST_THREADS) if self._mode is None else 1
        size = _even(draws, min(PIECE, -(-draws // threads)))
        waiting: deque[Future[dict[str, Array]]] = deque()
        with ThreadPoolExecutor(threads) as pool:
            for start in range(0, draws, size):
                if len(waiting) > threads:
                    yield waiting.popleft().result()
                end = min(start + size, draws)
                waiting.append(pool.submit(lambda *ends: _joined(self._outputs, work(*ends)), start, end))
            while waiting:
                yield waiting.popleft().result()

    @cached_property
    def _dates_of_values(self) -> Callable[..., Sequence[Array]]:
        values = {name: pt.vector(name, dtype="float64") for name in self.names}
        return self._compile(list(values.values()), self._vectorised(values))

    @cached_property
    def _dates_of_uniforms(self) -> Callable[..., Sequence[Array]]:
        uniforms = {name: pt.vector(name, dtype="float64") for name in self._drawn}
        size = next(iter(uniforms.values())).shape[0]
        named: dict[str, Any] = {}
        for name, stated in self._beliefs.items():
            belief = stated.given(named)
            named[name] = (
                pt.zeros(size, dtype="float64") + belief.known(pt)
                if belief.base is None
                else belief.quantile_in(pt, uniforms[name])
            )
        values = list(named.values())
        # A function of its own: in one with the dates, their logarithms would have its roots worked off draw by draw.
        quantiles = OpFromGraph(list(uniforms.values()), values)(*uniforms.values())
        return self._compile(list(uniforms.values()), self._vectorised(dict(zip(self.names, quantiles, strict=True))))

    def _vectorised(self, values: Mapping[str, Any]) -> list[Any]:
        """Graphs of the outputs of vectors of values."""
        one = {name: pt.scalar(name, dtype="float64") for name in self.names}
        graphs = graph_replace(
            [self._model[name] for name in self._outputs], {self._model[name]: one[name] for name in one}, strict=False
        )
        return list(vectorize_graph(graphs, {one[name]: values[name] for name in one}))

    def _compile(self, inputs: list[Any], outputs: list[Any]) -> Callable[..., Sequence[Array]]:
        mode = self._mode or Mode(_WithoutLock(), NUMBA.provided_optimizer)
        function = pytensor.function(inputs, outputs, mode=mode, trust_input=True, on_unused_input="ignore")
        # What PyTensor wraps around machine code has places for one call's numbers only.
        machine_code, shared = None if self._mode else function.vm.jit_fn, function.get_shared()

        def evaluate(*values: Array) -> Sequence[Array]:
            if machine_code is None:
                return list(function(*values))
            return tuple(machine_code(*values, *(variable.get_value(borrow=True) for variable in shared)))

        if machine_code is not None:
            evaluate(
                *(np.full(1, 0.5) for _ in inputs)
            )  # compiles, where Ctrl-C is heard: threads would see it through
        return evaluate


def _even(draws: int, most: int) -> int:
    """Size of as few parts of the draws as need be, at most so large, of which the last is about as large as any."""
    return -(-draws // -(-draws // most))


def _joined(names: Sequence[str], pieces: Iterable[Iterable[Array]]) -> dict[str, Array]:
    """Put pieces together, each with an array for every name."""
    return {name: np.concatenate(column) for name, column in zip(names, zip(*pieces, strict=True), strict=True)}


class _WithoutLock(NumbaLinker):
    """Compiles to machine code that lets go of Python's lock while it runs."""

    def jit_compile(self, fn_and_cache: tuple[Any, Any]) -> Any:
        function, key = fn_and_cache
        return numba_njit(function.py_func, final_function=True, cache=key is not None, nogil=True)
