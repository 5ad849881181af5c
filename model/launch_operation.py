r"""The launch date as an operation of the PyMC graph.

The operation runs `launch.solve`: in NumPy when evaluated in Python, compiled by numba when PyTensor's
numba backend (or nutpie) compiles the graph. Its gradient is that of the implicit function theorem: where
:math:`g(t, \theta) = 0`,

.. math:: \partial t / \partial \theta = -(\partial g / \partial \theta) / (\partial g / \partial t).

Inputs keep `source` as their first axis and may carry one batch axis behind it, so that a vectorised
graph solves a whole chunk of draws in one call.
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
from pytensor.link.numba.dispatch import basic as numba_basic

from . import equations, launch
from .launch import Array, solve


class LaunchDate(Op):
    """Solve for the launch date.

    Takes stock, rate, start, length, log_growth and log_target as `launch.solve` does, with the source
    axis last (``(..., source)`` and ``(...)``, at most one batch axis), all of the same batch rank.
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        stock, rate, start, length, log_growth, log_target = (
            pt.as_tensor_variable(value, dtype="float64") for value in inputs
        )
        batch = stock.ndim
        ranks = [value.ndim for value in (stock, log_growth, log_target)]
        source_ranks = [value.ndim for value in (rate, start, length)]
        if ranks != [batch] * 3 or source_ranks != [batch + 1] * 3 or batch > 1:
            raise TypeError(
                f"LaunchDate takes inputs of one batch rank, 0 or 1, sources last; got ranks {ranks} and {source_ranks}"
            )
        return Apply(
            self,
            [stock, rate, start, length, log_growth, log_target],
            [pt.tensor(dtype="float64", shape=(None,) * batch)],
        )

    def infer_shape(self, node: Apply, shapes: Sequence[Any]) -> list[tuple[Any, ...]]:
        if node.outputs[0].ndim == 0:
            return [()]
        return [(pt.maximum(shapes[0][0], pt.maximum(shapes[4][0], shapes[5][0])),)]

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Any) -> None:
        if inputs[0].ndim == 1:
            outputs[0][0] = _solve_chunk(*inputs)
        else:
            outputs[0][0] = np.asarray(_solve_chunk(*(value[None] for value in inputs))[0])

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence[Variable]
    ) -> list[Variable]:
        _, rate, start, length, log_growth, log_target = inputs
        (date,) = outputs
        if date.ndim != 0:
            raise NotImplementedError("the gradient is taken before the graph is vectorised over draws")
        # A budget that suffices at t = 0 launches then whatever else changes: no slope there. One that
        # never suffices has none either.
        moves = pt.and_(pt.gt(date, 0.0), pt.lt(date, np.inf))
        date = pt.switch(moves, date, 0.0)
        elapsed = date - start
        arrived = equations.months_arrived(pt, date, start, length)
        arriving = pt.and_(pt.gt(elapsed, 0.0), pt.lt(elapsed, length))
        complete = pt.ge(elapsed, length)
        pool = pt.exp(log_target - log_growth * date)  # as it is at the root
        rises = pt.sum(rate * arriving) / pool + log_growth
        scale = pt.switch(moves, cotangents[0] / rises, 0.0)
        per_stock = -scale / pool
        return [
            per_stock,
            per_stock * arrived,
            -per_stock * rate * arriving,
            per_stock * rate * complete,
            -scale * date,
            scale,
        ]


launch_date = LaunchDate()


def _solve_chunk(stock: Array, rate: Array, start: Array, length: Array, log_growth: Array, log_target: Array) -> Array:
    """Call `launch.solve` with an array for each source and every draw spelt out."""
    draws = max(len(stock), len(log_growth), len(log_target))

    def sources(matrix: Array) -> list[Array]:
        return [np.broadcast_to(column, (draws,)) for column in np.ascontiguousarray(matrix.T)]

    return solve(
        np.broadcast_to(stock, (draws,)),
        sources(rate),
        sources(start),
        sources(length),
        np.broadcast_to(log_growth, (draws,)),
        np.broadcast_to(log_target, (draws,)),
    )


@_vectorize_node.register(LaunchDate)
def _vectorise(op: LaunchDate, node: Apply, *batched: Any) -> Apply:
    """Give every input the batch axis that any of them has (length one where it is constant)."""
    batch = max(value.ndim - core.ndim for value, core in zip(batched, node.inputs, strict=True))
    padded = [
        pt.shape_padleft(value, batch - (value.ndim - core.ndim)) if value.ndim - core.ndim < batch else value
        for value, core in zip(batched, node.inputs, strict=True)
    ]
    return op.make_node(*padded)


for _shared in (
    equations.months_arrived,
    equations.arrived_stock,
    equations.pool,
    launch.solve_closing_in,
    launch.prepare,
    launch.close_in,
    launch.gap_at,
    launch.halley,
    launch.never_where,
):
    numba.extending.register_jitable(_shared)


@numba.extending.overload(launch.choose)
def _choose(condition, yes, no):  # type: ignore[no-untyped-def]
    return lambda condition, yes, no: yes if condition else no


def _version() -> int:
    """Change with the code that is compiled: PyTensor's cache on disk knows an operation by its name only."""
    sources = "".join(map(inspect.getsource, (equations, launch, sys.modules[__name__])))
    return zlib.crc32(sources.encode())


@numba_basic.register_funcify_default_op_cache_key(LaunchDate)
def _compile_for_numba(op: LaunchDate, node: Apply, **kwargs: Any) -> Any:
    """Compile the steps of `launch.solve` for a single draw; for a chunk of them, call it: NumPy is as fast."""
    if node.outputs[0].ndim == 1:

        @numba_basic.numba_njit
        def launches(stock, rate, start, length, log_growth, log_target):  # type: ignore[no-untyped-def]
            with numba.objmode(dates="float64[::1]"):
                dates = _solve_chunk(stock, rate, start, length, log_growth, log_target)
            return dates

        return launches, _version()

    @numba_basic.numba_njit
    def launch_of_one(stock, rate, start, length, log_growth, log_target):  # type: ignore[no-untyped-def]
        return np.asarray(
            launch.solve_closing_in(stock.item(), rate, start, length, log_growth.item(), log_target.item())
        )

    return launch_of_one, _version()
