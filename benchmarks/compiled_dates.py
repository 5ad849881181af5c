"""The PyMC model's graph as a function of arrays of draws, to hold it to the forward simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import graph_replace, vectorize_graph
from pytensor.graph.rewriting.utils import rewrite_graph

from catchup.model.assumptions import Assumptions
from catchup.model.forward import simulate
from catchup.priors.bases import Array


class CompiledDates:
    """Named variables of a model as a function of the values of its quantities.

    Parameters
    ----------
    model : pymc.Model
        From `build_model`; switching its data later switches what is worked out.
    assumptions : Assumptions
        Those that it was built from.
    outputs : sequence of str
        Named variables to work out.
    mode : str, optional
        PyTensor's compilation mode, such as ``FAST_COMPILE`` for small numbers of draws.

    Attributes
    ----------
    names : list of str
        Quantities whose values are asked for.

    Notes
    -----
    PyMC's own forward sampling loops over draws in Python. Here the quantities are inputs of a graph that is
    vectorised over a leading draw axis. By default the first call compiles it to machine code, which takes seconds;
    PyTensor keeps the result on disk.
    """

    def __init__(
        self, model: pm.Model, assumptions: Assumptions, outputs: Sequence[str] = ("ready",), mode: str | None = None
    ) -> None:
        self.names = [name for name in assumptions.beliefs if name in model.named_vars]
        self._assumptions = assumptions
        self._model = model
        self._outputs = list(outputs)
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
        columns = (np.ascontiguousarray(values[name], dtype=float) for name in self.names)
        return dict(zip(self._outputs, self._dates(*columns), strict=True))

    def draw(self, draws: int, rng: np.random.Generator) -> dict[str, Array]:
        """Draw the quantities from their priors, as `simulate` does, and work out the outputs.

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
        chunks = list(simulate(self._assumptions, self, draws, rng, names=self.names))
        return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in self._outputs}

    @cached_property
    def _dates(self) -> Callable[..., Sequence[Array]]:
        values = {name: pt.vector(name, dtype="float64") for name in self.names}
        one = {name: pt.scalar(name, dtype="float64") for name in self.names}
        graphs: list[Any] = graph_replace(
            [self._model[name] for name in self._outputs], {self._model[name]: one[name] for name in one}, strict=False
        )
        # Vectors over firms are put together only to be taken apart again, which costs where there are many draws.
        plain = rewrite_graph(graphs, include=("canonicalize",))
        outputs = list(vectorize_graph(plain, {one[name]: values[name] for name in one}))
        compiled: Callable[..., Sequence[Array]] = pytensor.function(
            list(values.values()), outputs, mode=self._mode, trust_input=True, on_unused_input="ignore"
        )
        return compiled
