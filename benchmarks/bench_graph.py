"""The PyMC graph compiled for arrays of draws against PyMC's own forward sampling of the same model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
from comparing import Ledger, in_turns, shortest

from catchup.model.assumptions import load_assumptions
from catchup.model.compiled import CompiledDates
from catchup.model.graph import build_model

DRAWS = 100_000
LOOPED_DRAWS = 2_000  # of PyMC's own sampling, whose time is taken in proportion: it loops over draws
SEED = 1


def test_graph_against_prior_predictive(benchmark: Any, ledger: Ledger) -> None:
    assumptions = load_assumptions()
    model = build_model(assumptions)
    dates = CompiledDates(model, assumptions)

    def own() -> np.ndarray:
        return dates.draw(DRAWS, np.random.default_rng(SEED))["ready"]

    # As it is called by default: every named variable comes back. Asked for the date alone it loops as often.
    def looped(draws: int = LOOPED_DRAWS, names: list[str] | None = None) -> np.ndarray:
        tree = pm.sample_prior_predictive(draws, model=model, var_names=names, random_seed=SEED)
        return tree["prior"]["ready"].values.ravel()

    def date_alone(draws: int = LOOPED_DRAWS) -> np.ndarray:
        return looped(draws, ["ready"])

    # Both have compiled by now, and tell of one distribution: medians within five of their standard errors.
    first, second = own(), looped()
    spread = np.ptp(np.quantile(first, [0.25, 0.75]))
    assert abs(np.median(first) - np.median(second)) < 5.0 * 0.93 * spread / np.sqrt(LOOPED_DRAWS)

    date_alone()
    sides = (lambda: looped(1), looped, lambda: date_alone(1), date_alone)
    seconds, *others = shortest(*in_turns(benchmark, own, *sides, rounds=4, own_each=6))
    everything, alone = (extrapolated(few, many) for few, many in zip(others[::2], others[1::2], strict=True))
    ledger.at_least(
        f"{DRAWS:,} draws of the graph: sample_prior_predictive's time / compiled with its draws",
        everything / seconds,
        300.0,
        f"{everything:.1f} s, from {LOOPED_DRAWS:,} draws, against {1e3 * seconds:.0f} ms; "
        f"asked for the date alone, {alone:.1f} s",
    )


def extrapolated(few: float, many: float) -> float:
    """Seconds of `DRAWS` draws from those of one, which are spent before the loop begins, and of `LOOPED_DRAWS`."""
    return few + (many - few) / (LOOPED_DRAWS - 1) * (DRAWS - 1)
