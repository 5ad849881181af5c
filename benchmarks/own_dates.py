"""This project's two ways to 100 000 dates: the forward simulation, which compiles nothing, and the compiled graph."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from catchup.model.assumptions import Assumptions
from catchup.model.forward import Array, outcome, simulate

DRAWS = 100_000
SEED = 1


def simulated(assumptions: Assumptions, launch_grid: float | None = None) -> Array:
    """Dates by the forward simulation, shape (draw,)."""

    def ready(values: dict[str, Array]) -> Array:
        return outcome(assumptions, values, launch_grid=launch_grid)[1].ready

    return np.concatenate(list(simulate(assumptions, ready, DRAWS, np.random.default_rng(SEED))))


def compiled(assumptions: Assumptions) -> Callable[[], Array]:
    """Compile the model's graph, and return what works out the same dates by it."""
    from catchup.model.compiled import CompiledDates
    from catchup.model.graph import build_model

    dates = CompiledDates(build_model(assumptions), assumptions)
    dates.draw(2, np.random.default_rng(SEED))
    return lambda: dates.draw(DRAWS, np.random.default_rng(SEED))["ready"]
