r"""The launch date as an operation of the PyMC graph.

It runs `launch.solve` when evaluated in Python; where PyTensor's numba backend (or nutpie) compiles the graph, it runs
`launch.solve_closing_in`, draw by draw. Its gradient is that of the implicit function theorem: where
:math:`g(t, \theta) = 0`,

.. math:: \partial t / \partial \theta = -(\partial g / \partial \theta) / (\partial g / \partial t).

A source is three inputs of its own: numbers for a single draw; in a graph vectorised over draws, vectors, or numbers
that stand for every draw. Matrices would be put together only to be taken apart, draw by draw and source by source.
"""

from __future__ import annotations

import inspect
import sys
import zlib
from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch import basic as numba_basic

from . import equations, launch
from .launch import solve, solve_closing_in

for _shared in (
    equations.months_arrived,
    equations.arriving,
    equations.arrived_stock,
    equations.pool,
    launch.solve_closing_in,
    launch.totals,
    launch.first_guess,
    launch.pool_at,
    launch.pool_and_rise,
    launch.close_in,
    launch.gap_at,
    launch.halley,
    launch.never_where,
):
    numba.extending.register_jitable(_shared)


@numba.extending.overload(launch.choose)
def _choose(condition, yes, no):  # type: ignore[no-untyped-def]  # Numba's own types
    return lambda condition, yes, no: yes if condition else no


class LaunchDate(Op):
    """Solve for the launch date.

    Takes stock, every source's rate, every source's start, every source's length, log_growth and log_target, as
    `launch.solve` does: each a scalar or a vector of draws.
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        values = [pt.as_tensor_variable(value, dtype="float64") for value in inputs]
        batch = max((value.ndim for value in values), default=0)
        if len(values) < 3 or len(values) % 3 or batch > 1:
            raise TypeError(
                "LaunchDate takes three scalars or vectors, and three for each source; "
                f"got {len(values)} of ranks up to {batch}"
            )
        return Apply(self, values, [pt.tensor(dtype="float64", shape=(None,) * batch)])

    def infer_shape(self, node: Apply, shapes: Sequence[Any]) -> list[tuple[Any, ...]]:
        return [next((shape for shape in shapes if shape), ())]

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Any) -> None:
        draws = next((len(value) for value in inputs if np.ndim(value)), 1)
        stock, *ramps, log_growth, log_target = _as_solved(
            [value if np.ndim(value) else float(value) for value in inputs]
        )
        stock, log_growth, log_target = (np.broadcast_to(value, draws) for value in (stock, log_growth, log_target))
        dates = solve(stock, *ramps, log_growth, log_target)
        outputs[0][0] = dates if node.outputs[0].ndim else np.asarray(dates[0])

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence[Variable]
    ) -> list[Variable]:
        _, rates, starts, lengths, log_growth, log_target = _as_solved(inputs)
        (date,) = outputs
        if date.ndim != 0:
            raise NotImplementedError("the gradient is taken before the graph is vectorised over draws")
        # A budget that suffices at t = 0 launches then whatever else changes: no slope there. One that
        # never suffices has none either.
        moves = pt.and_(pt.gt(date, 0.0), pt.lt(date, np.inf))
        date = pt.switch(moves, date, 0.0)
        arriving = [
            equations.arriving(date, rate, start, length)
            for rate, start, length in zip(rates, starts, lengths, strict=True)
        ]
        pool = pt.exp(log_target - log_growth * date)  # as it is at the root
        rises = sum(arriving) / pool + log_growth
        scale = pt.switch(moves, cotangents[0] / rises, 0.0)
        per_stock = -scale / pool
        return [
            per_stock,
            *(
                per_stock * equations.months_arrived(pt, date, start, length)
                for start, length in zip(starts, lengths, strict=True)
            ),
            *(-per_stock * rate for rate in arriving),
            *(
                per_stock * rate * pt.ge(date, start + length)
                for rate, start, length in zip(rates, starts, lengths, strict=True)
            ),
            -scale * date,
            scale,
        ]


_operation = LaunchDate()


def launch_date(
    stock: Any, rate: Sequence[Any], start: Sequence[Any], length: Sequence[Any], log_growth: Any, log_target: Any
) -> Any:
    """Solve for the launch date in a graph, of the same arguments as in `launch.solve`."""
    return _operation(stock, *rate, *start, *length, log_growth, log_target)


def launch_and_pool(
    stock: Any, rate: Sequence[Any], start: Sequence[Any], length: Sequence[Any], log_growth: Any, log_target: Any
) -> tuple[Any, Any]:
    """Solve in a graph as `launch.solve_with_pool` does."""
    date = launch_date(stock, rate, start, length, log_growth, log_target)
    return date, equations.pool(pt, date, stock, rate, start, length)


def _as_solved(inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The operation's inputs, as arguments of `launch.solve`."""
    stock, *entries, log_growth, log_target = inputs
    sources = len(entries) // 3
    rate, start, length = (tuple(entries[first * sources : (first + 1) * sources]) for first in range(3))
    return stock, rate, start, length, log_growth, log_target


@_vectorize_node.register(LaunchDate)
def _vectorise(op: LaunchDate, node: Apply, *batched: Any) -> Apply:
    """Take inputs as they come: those without a batch axis stand for every draw."""
    return op.make_node(*batched)


def _version() -> int:
    """Change with the code that is compiled: PyTensor's cache on disk knows an operation by its name only."""
    sources = "".join(map(inspect.getsource, (equations, launch, sys.modules[__name__])))
    return zlib.crc32(sources.encode())


@numba_basic.register_funcify_default_op_cache_key(LaunchDate)
def _compile_for_numba(op: LaunchDate, node: Apply, **kwargs: Any) -> Any:
    """Compile `launch.solve_closing_in` for a single draw, or for one after another of many."""
    names = [f"x{position}" for position in range(len(node.inputs))]
    many = {name for name, value in zip(names, node.inputs, strict=True) if value.ndim}
    given = [f"{name}[draw]" if name in many else f"{name}.item()" for name in names]
    arguments = ", ".join(
        argument
        if isinstance(argument, str)
        else f"({', '.join(argument)},)"
        if argument
        else "np.empty(0)"  # nothing, whose entries have a type
        for argument in _as_solved(given)
    )
    if many:
        loop = f"    for draw in range(dates.size):\n        dates[draw] = one({arguments})\n"
        body = f"    dates = np.empty(len({min(many)}))\n{loop}    return dates\n"
    else:
        body = f"    return np.asarray(one({arguments}))\n"
    source = f"def launches({', '.join(names)}):\n{body}"
    # Kept on disk under a key that changes with either's code.
    key = f"{_version():x}{zlib.crc32(source.encode()):08x}"
    plain = compile_numba_function_src(source, "launches", globals() | {"one": solve_closing_in}, cache_key=key)
    # PyTensor's own default reorders sums, and then nothing keeps the quotient of a step of no length finite.
    return numba_basic.numba_njit(plain, error_model="numpy", fastmath=False), _version()
