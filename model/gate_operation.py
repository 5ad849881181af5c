r"""The gate as an operation of the PyMC graph, whatever the mechanisms.

It runs the search of `bracket` on the formula that the mechanisms give of g: over NumPy when it is evaluated in
Python; on PyTensor's compiled form of the same formula where the numba backend (or nutpie) compiles the graph. Its
gradient is that of the implicit function theorem,

.. math:: \partial t / \partial \theta = -(\partial g / \partial \theta) / (\partial g / \partial t),

with g's own derivatives as PyTensor works them out. Where all is straight, `launch_operation` is used instead.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import get_mode
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node, graph_replace
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch import basic as numba_basic

from . import bracket, launch_operation
from .gate import Form, Gate

EXACT: dict[str, Any] = {"error_model": "numpy", "fastmath": False}  # sums in the order in which they are written


class Crossing(Op):
    """Solve for the launch date at gates of one form.

    Takes the numbers of a `gate.Gate`, each a scalar or a vector of draws.

    Parameters
    ----------
    form : Form
        The mechanisms.
    """

    __props__ = ("form",)

    def __init__(self, form: Form) -> None:
        self.form = form

    def make_node(self, *inputs: Any) -> Apply:
        values = [pt.as_tensor_variable(value, dtype="float64") for value in inputs]
        batch = max(value.ndim for value in values)
        if batch > 1:
            raise TypeError(f"Crossing takes scalars or vectors; got ranks up to {batch}")
        return Apply(self, values, [pt.tensor(dtype="float64", shape=(None,) * batch)])

    def infer_shape(self, node: Apply, shapes: Sequence[Any]) -> list[tuple[Any, ...]]:
        return [next((shape for shape in shapes if shape), ())]

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Any) -> None:
        outputs[0][0] = np.asarray(self.form.crossing(inputs))

    def formula(self, count: int) -> tuple[list[Variable], Variable]:
        """Return the date and so many numbers as variables of their own, and g of them."""
        date, *numbers = variables = [pt.scalar(f"x{place}", dtype="float64") for place in range(count + 1)]
        return variables, self.form.gap(pt, date, numbers)

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence[Variable]
    ) -> list[Variable]:
        (date,) = outputs
        if date.ndim != 0:
            raise NotImplementedError("the gradient is taken before the graph is vectorised over draws")
        # A gate that is open at t = 0 stays so whatever else changes: no slope there, nor where it never opens.
        moves = pt.and_(pt.gt(date, 0.0), pt.lt(date, np.inf))
        variables, gap = self.formula(len(inputs))
        slopes = pytensor.grad(gap, variables, disconnected_inputs="ignore")
        at = dict(zip(variables, [pt.switch(moves, date, 1.0), *inputs], strict=True))
        rise, *others = graph_replace(slopes, at, strict=False)
        steep = pt.gt(rise, 0.0)
        scale = pt.switch(pt.and_(moves, steep), -cotangents[0] / pt.switch(steep, rise, 1.0), 0.0)
        return [scale * slope for slope in others]


def launch_and_pool(gate: Gate) -> tuple[Any, Any]:
    """Find in a graph what `gate.launch_and_pool` finds."""
    if gate.straight:
        return launch_operation.launch_and_pool(*gate.line)
    date = Crossing(gate.form)(*gate.numbers)
    return date, gate.pool.at(pt, date)


@_vectorize_node.register(Crossing)
def _vectorise(op: Crossing, node: Apply, *batched: Any) -> Apply:
    """Take inputs as they come: those without a batch axis stand for every draw."""
    return op.make_node(*batched)


@numba_basic.register_funcify_and_cache_key(Crossing)
def _compile_for_numba(op: Crossing, node: Apply, **kwargs: Any) -> tuple[Any, str | None]:
    """Compile g, and the search for its crossing, for one draw after another."""
    names = [f"x{place}" for place in range(len(node.inputs))]
    many = [name for name, value in zip(names, node.inputs, strict=True) if value.ndim]
    variables, gap = op.formula(len(names))
    graph = FunctionGraph(variables, [gap], clone=True)
    get_mode("NUMBA").excluding("inplace").optimizer.rewrite(graph)
    inner, inner_key = numba_basic.numba_funcify_and_cache_key(graph, squeeze_output=True, fgraph_name="gap")
    listed, arrays = ", ".join(names), ", ".join(f"np.asarray({name})" for name in names)
    formula = f"def formula(date, {listed}):\n    return inner(np.asarray(date), {arrays}).item()\n"
    values = ", ".join(f"{name}[draw]" if name in many else f"{name}.item()" for name in names)
    one = f"first_crossing(({values},), 0.0)"
    if many:
        loop = f"    for draw in range(dates.size):\n        dates[draw] = {one}\n"
        body = f"    dates = np.empty(len({many[0]}))\n{loop}    return dates\n"
    else:
        body = f"    return np.asarray({one})\n"
    source = f"def crossings({listed}):\n{body}"
    code = "".join(map(inspect.getsource, (bracket, _compile_for_numba))) + source
    key = None if inner_key is None else f"{inner_key}{zlib.crc32(code.encode()):08x}"
    given = globals() | {"inner": inner}
    gap_of_numbers = numba_basic.numba_njit(compile_numba_function_src(formula, "formula", given), **EXACT)
    given["first_crossing"] = numba_basic.numba_njit(bracket.search_for(gap_of_numbers), **EXACT)
    plain = compile_numba_function_src(source, "crossings", given, cache_key=key)
    return numba_basic.numba_njit(plain, **EXACT), key
