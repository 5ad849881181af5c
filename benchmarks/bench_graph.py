"""The PyMC graph compiled for arrays of draws against PyMC's own forward sampling of the same model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
from comparing import Ledger, in_turns, shortest
from compiled_dates import CompiledDates

from catchup.model.assumptions import load_assumptions
from catchup.model.graph import build_model

DRAWS = 100_000
SEED = 1


def test_graph_against_prior_predictive(benchmark: Any, ledger: Ledger) -> None:
    assumptions = load_assumptions()
    model = build_model(assumptions)
    dates = CompiledDates(model, assumptions)

    def own() -> np.ndarray:
        return dates.draw(DRAWS, np.random.default_rng(SEED))["ready"]

    # As it is called by default: every named variable comes back. Asked for the date alone it loops as often. All
    # draws are made: the time of a few says little of that of many, whose results have to be kept and put together.
    def looped(names: list[str] | None = None) -> np.ndarray:
        tree = pm.sample_prior_predictive(DRAWS, model=model, var_names=names, random_seed=SEED)
        return tree["prior"]["ready"].values.ravel()

    def date_alone() -> np.ndarray:
        return looped(["ready"])

    # Both have compiled by then, and tell of one distribution: medians within five of their standard errors.
    first, second = own(), looped()
    spread = np.ptp(np.quantile(first, [0.25, 0.75]))
    assert abs(np.median(first) - np.median(second)) < 5.0 * 0.93 * spread * np.sqrt(2.0 / DRAWS)

    seconds, everything, alone = shortest(*in_turns(benchmark, own, looped, date_alone, rounds=2, own_each=10))
    ledger.at_least(
        f"{DRAWS:,} draws of the graph: sample_prior_predictive's time / compiled with its draws",
        everything / seconds,
        300.0,
        f"{everything:.1f} s against {1e3 * seconds:.0f} ms; asked for the date alone, {alone:.1f} s",
    )
