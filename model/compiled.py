"""The PyMC model's graph compiled for whole arrays of draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import graph_replace, vectorize_graph

from .assumptions import Assumptions
from .draws import Array, QuantileTransform, UniformStreams
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
        self._beliefs = assumptions.beliefs
        self._outputs = list(outputs)
        self._chunk = chunk
        one = [pt.scalar(name, dtype="float64") for name in self.names]
        many = [pt.vector(name, dtype="float64") for name in self.names]
        values = dict(zip((model[name] for name in self.names), one, strict=True))
        graphs = graph_replace([model[name] for name in outputs], values, strict=False)
        vectorised = vectorize_graph(graphs, dict(zip(one, many, strict=True)))
        self._function = pytensor.function(many, vectorised, mode=mode, trust_input=True, on_unused_input="ignore")

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
                self._function(*(column[first : first + self._chunk] for column in columns))
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
        transform = QuantileTransform(self._beliefs, self.names)
        pieces = []
        for uniforms in UniformStreams(rng).chunks(transform.names, 0, draws, self._chunk):
            values = transform(uniforms)
            pieces.append(self._function(*(values[name] for name in self.names)))
        return self._join(pieces)

    def _join(self, pieces: Sequence[Sequence[Array]]) -> dict[str, Array]:
        return {
            name: np.concatenate([piece[position] for piece in pieces]) for position, name in enumerate(self._outputs)
        }
