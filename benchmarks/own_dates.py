"""This project's way to 100,000 dates: the forward simulation, which compiles nothing."""

from __future__ import annotations

import numpy as np

from catchup.model.assumptions import Assumptions
from catchup.model.forward import outcome, simulate
from catchup.priors.bases import Array

DRAWS = 100_000
SEED = 1


def simulated(assumptions: Assumptions, launch_grid: float | None = None) -> Array:
    """Dates by the forward simulation, shape (draw,)."""

    def ready(values: dict[str, Array]) -> Array:
        return outcome(assumptions, values, launch_grid=launch_grid)[1].ready

    return np.concatenate(list(simulate(assumptions, ready, DRAWS, np.random.default_rng(SEED))))
