"""The date solved in continuous time against the same date looked up on a grid of half months."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparing import Ledger, in_process, in_turns, shortest
from grid_evaluation import ready_on_grid
from own_dates import DRAWS, SEED, simulated

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.priors.bases import Array


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return load_assumptions()


def gridded(assumptions: Assumptions) -> Array:
    transform = QuantileTransform(assumptions.beliefs, assumptions.needed())
    uniforms = next(UniformStreams(np.random.default_rng(SEED)).chunks(transform.names, 0, DRAWS, DRAWS))
    return ready_on_grid(transform(uniforms))


WAYS: dict[str, Callable[[Assumptions], Callable[[], Array]]] = {
    "simulated": lambda assumptions: lambda: simulated(assumptions),
    "gridded": lambda assumptions: lambda: gridded(assumptions),
}
"""Ways to the date; each is made ready before what is measured."""


def test_date_against_grid(benchmark: Any, ledger: Ledger, assumptions: Assumptions) -> None:
    on_grid, rounded_up = gridded(assumptions), simulated(assumptions, launch_grid=0.5)
    reached = np.isfinite(on_grid)
    assert reached.mean() > 0.99
    np.testing.assert_allclose(rounded_up[reached], on_grid[reached], rtol=0.0, atol=1e-9)
    assert (rounded_up[~reached] > 60.0).all()
    ways = {name: way(assumptions) for name, way in WAYS.items()}
    forward, grid = shortest(*in_turns(benchmark, *ways.values(), rounds=8, own_each=12))
    ledger.at_least(
        f"{DRAWS:,} dates: grid's time / forward simulation's, which compiles nothing",
        grid / forward,
        10.0,
        f"{grid:.2f} s against {1e3 * forward:.0f} ms",
    )


# What the process holds in memory; its highest mark is the kernel's, set back once all is ready.
PEAK = """
import json, re, sys
from pathlib import Path
from bench_grid import WAYS
from catchup.model.assumptions import load_assumptions

def held(mark):
    return 1024 * int(re.search(mark + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

work = WAYS[sys.argv[1]](load_assumptions())
Path("/proc/self/clear_refs").write_text("5")
before = held("VmRSS")
work()
print(json.dumps(held("VmHWM") - before))
"""


def test_memory_against_grid(benchmark: Any, ledger: Ledger) -> None:
    forward = benchmark.pedantic(in_process, args=(PEAK, "simulated"), rounds=1, iterations=1)
    grid = in_process(PEAK, "gridded")
    ledger.at_least(
        f"{DRAWS:,} dates: grid's added memory / forward simulation's",
        grid / forward,
        50.0,
        f"{grid / 1e6:.0f} MB against {forward / 1e6:.1f} MB",
    )
