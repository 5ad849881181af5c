"""The date solved in continuous time against the same date looked up on a grid of half months."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparing import Ledger, in_process, in_turns, shortest
from grid_evaluation import ready_on_grid

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.model.forward import Array, outcome, simulate

DRAWS = 100_000
SEED = 1


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return load_assumptions()


def solved(assumptions: Assumptions, launch_grid: float | None = None) -> Array:
    def ready(values: dict[str, Array]) -> Array:
        return outcome(assumptions, values, launch_grid=launch_grid)[1].ready

    return np.concatenate(list(simulate(assumptions, ready, DRAWS, np.random.default_rng(SEED))))


def gridded(assumptions: Assumptions) -> Array:
    transform = QuantileTransform(assumptions.beliefs, assumptions.needed())
    uniforms = next(UniformStreams(np.random.default_rng(SEED)).chunks(transform.names, 0, DRAWS, DRAWS))
    return ready_on_grid(transform(uniforms))


def test_date_against_grid(benchmark: Any, ledger: Ledger, assumptions: Assumptions) -> None:
    on_grid, rounded_up = gridded(assumptions), solved(assumptions, launch_grid=0.5)
    reached = np.isfinite(on_grid)
    assert reached.mean() > 0.99
    np.testing.assert_allclose(rounded_up[reached], on_grid[reached], rtol=0.0, atol=1e-9)
    assert (rounded_up[~reached] > 60.0).all()
    own, grid = shortest(
        *in_turns(benchmark, lambda: solved(assumptions), lambda: gridded(assumptions), rounds=8, own_each=12)
    )
    ledger.at_least(
        f"{DRAWS:,} dates: grid's time / solver's", grid / own, 25.0, f"{grid:.2f} s against {1e3 * own:.0f} ms"
    )


# tracemalloc, which NumPy reports its arrays to, instead of the process's resident set: the latter's maximum is
# inherited from the process that started this one, and freed arrays may or may not count.
PEAK = """
import json, sys, tracemalloc
import bench_grid
from catchup.model.assumptions import load_assumptions
assumptions = load_assumptions()
work = getattr(bench_grid, sys.argv[1])
tracemalloc.start()
work(assumptions)
print(json.dumps(tracemalloc.get_traced_memory()[1]))
"""


def test_memory_against_grid(benchmark: Any, ledger: Ledger) -> None:
    own = benchmark.pedantic(in_process, args=(PEAK, "solved"), rounds=1, iterations=1)
    grid = in_process(PEAK, "gridded")
    ledger.at_least(
        f"{DRAWS:,} dates: grid's added memory / solver's",
        grid / own,
        50.0,
        f"{grid / 1e6:.0f} MB against {own / 1e6:.1f} MB",
    )
