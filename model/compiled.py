"""The PyMC model's graph compiled for whole arrays of draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import graph_replace, vectorize_graph

from .assumptions import Assumptions
from .draws import Array, UniformStreams
from .forward import CHUNK


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
    vectorised over a leading draw axis and evaluated chunk by chunk. By default the first call compiles it to machine
    code, which takes seconds; PyTensor keeps the result on disk.
    """

    def __init__(
        self,
        model: pm.Model,
        assumptions: Assumptions,
        outputs: Sequence[str] = ("ready",),
        chunk: int = CHUNK,
        mode: str | None = None,
    ) -> None:
        self.names = [name for name in assumptions.beliefs if name in model.named_vars]
        self._drawn = [name for name in self.names if assumptions.beliefs[name].base is not None]
        self._copula = assumptions.copula
        self._outputs = list(outputs)
        self._chunk = chunk
        self._mode = mode
        one = [pt.scalar(name, dtype="float64") for name in self.names]
        many = [pt.vector(name, dtype="float64") for name in self.names]
        values = dict(zip((model[name] for name in self.names), one, strict=True))
        graphs = graph_replace([model[name] for name in outputs], values, strict=False)
        self._vectorised = vectorize_graph(graphs, dict(zip(one, many, strict=True)))
        self._values = dict(zip(self.names, many, strict=True))
        self._beliefs = {name: assumptions.beliefs[name] for name in self.names}

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
        return self._join(
            [
                self._of_values(*(column[first : first + self._chunk] for column in columns))
                for first in range(0, len(columns[0]), self._chunk)
            ]
        )

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
        chunks = UniformStreams(rng).chunks(self._drawn, 0, draws, self._chunk)
        return self._join([self._of_uniforms(*self._copula.couple(self._drawn, uniforms)) for uniforms in chunks])

    @cached_property
    def _of_values(self) -> Any:
        return self._compile(list(self._values.values()), self._vectorised)

    @cached_property
    def _of_uniforms(self) -> Any:
        uniforms = {name: pt.vector(f"{name}_uniform", dtype="float64") for name in self._drawn}
        size = next(iter(uniforms.values())).shape[0]
        values = {
            self._values[name]: belief.quantile_in(pt, uniforms[name])
            if name in uniforms
            else pt.full(size, belief.base_parameters()[0], dtype="float64")
            for name, belief in self._beliefs.items()
        }
        return self._compile(list(uniforms.values()), graph_replace(self._vectorised, values, strict=False))

    def _compile(self, inputs: list[Any], outputs: list[Any]) -> Any:
        return pytensor.function(inputs, outputs, mode=self._mode, trust_input=True, on_unused_input="ignore")

    def _join(self, pieces: Sequence[Sequence[Array]]) -> dict[str, Array]:
        return {
            name: np.concatenate([piece[position] for piece in pieces]) for position, name in enumerate(self._outputs)
        }
