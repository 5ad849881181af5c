"""Machine code of the launch date: what numba has to know of `launch`, to compile it for one draw or for many.

Where NumPy takes arrays of draws at once, numba is given a loop: no arrays stand between a function's steps, and
short loops are worked off several draws at a time.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.registry import cpu_target

from . import equations, launch


def _close_in_if(
    far: Any,
    pool: Any,
    stock: Any,
    rate: Any,
    start: Any,
    length: Any,
    log_growth: Any,
    log_target: Any,
    date: Any,
    latest: Any,
    near: Any,
) -> Any:
    """Do for a draw what `launch.close_in_where` does for many."""
    if far:
        return launch.close_in(stock, rate, start, length, log_growth, log_target, date, latest, near)
    return date, pool


for _shared in (
    equations.months_arrived,
    equations.arriving,
    equations.arrived_stock,
    equations.pool,
    launch.solve,
    launch.solve_with_pool,
    launch.solve_closing_in,
    launch.totals,
    launch.first_guess,
    launch.pool_at,
    launch.pool_and_rise,
    launch.step_along,
    launch.unproven,
    launch.close_in,
    launch.gap_at,
    launch.halley,
    launch.never_where,
    _close_in_if,
):
    numba.extending.register_jitable(_shared)


@numba.extending.overload(launch.choose)
def _choose(condition, yes, no):  # type: ignore[no-untyped-def]
    return lambda condition, yes, no: yes if condition else no


@numba.extending.overload(launch.close_in_where)
def _close_in_where(far, pool, stock, rate, start, length, log_growth, log_target, date, latest, near):  # type: ignore[no-untyped-def]
    def loop(far, pool, stock, rate, start, length, log_growth, log_target, date, latest, near):  # type: ignore[no-untyped-def]
        return launch.over_draws(
            _close_in_if, far, pool, stock, rate, start, length, log_growth, log_target, date, latest, near
        )

    return loop


@numba.extending.overload(launch.over_draws)
def _over_draws(function, *arguments):  # type: ignore[no-untyped-def]
    """Write the loop, for arguments of which some vary between draws and some are numbers."""
    returned = function.get_call_type(cpu_target.typing_context, list(map(_one_draw, arguments)), {}).return_type
    found = [f"found{position}" for position in range(returned.count if isinstance(returned, types.BaseTuple) else 1)]
    length = next(filter(None, (_draws(f"arguments[{place}]", kind) for place, kind in enumerate(arguments))), None)
    if length is None:
        return lambda function, *arguments: function(*arguments)
    taken = ", ".join(_entries(f"arguments[{place}]", kind) for place, kind in enumerate(arguments))
    source = (
        f"def loop(function, *arguments):\n    draws = {length}\n"
        + "".join(f"    {array} = np.empty(draws)\n" for array in found)
        + "    for draw in range(draws):\n"
        + f"        {', '.join(f'{array}[draw]' for array in found)} = function({taken})\n"
        + f"    return {', '.join(found)}\n"
    )
    made: dict[str, Any] = {}
    exec(source, {"np": np}, made)
    return made["loop"]


def _one_draw(kind: Any) -> Any:
    """Type of what a single draw has of an argument."""
    if isinstance(kind, types.BaseTuple):
        return types.UniTuple(types.float64, len(kind)) if len(kind) else types.float64[::1]
    return kind.dtype if isinstance(kind, types.Array) else kind


def _entries(name: str, kind: Any) -> str:
    """What a single draw has of an argument, in Python; entries of an empty tuple would have no type."""
    if isinstance(kind, types.BaseTuple):
        parts = [_entries(f"{name}[{place}]", part) for place, part in enumerate(kind)]
        return f"({', '.join(parts)},)" if parts else "np.empty(0)"
    return f"{name}[draw]" if isinstance(kind, types.Array) else name


def _draws(name: str, kind: Any) -> str | None:
    """How many draws an argument has, in Python; None if it is the same for each."""
    if isinstance(kind, types.BaseTuple):
        return next(filter(None, (_draws(f"{name}[{place}]", part) for place, part in enumerate(kind))), None)
    return f"len({name})" if isinstance(kind, types.Array) else None
