"""The article's Monte Carlo written in squigglepy, as its users would, against this model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import squigglepy as sq
from comparing import Ledger, in_turns, shortest
from grid_evaluation import ready_on_grid
from own_dates import DRAWS, SEED, simulated

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.bases import Array

LOOPED_DRAWS = 500  # of a function that squigglepy calls for every draw, whose time is taken in proportion


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return load_assumptions()


def distributions(assumptions: Assumptions) -> dict[str, Any]:
    return {name: in_squigglepy(assumptions.beliefs[name]) for name in assumptions.needed()}


def in_squigglepy(belief: Any) -> Any:
    if belief.family == "fixed":
        return sq.const(belief.value)
    ends = belief.low, belief.mode, belief.high
    if belief.family == "triangular_log10":
        return 10.0 ** sq.triangular(*np.log10(ends))
    assert belief.family == "triangular"
    return sq.triangular(*ends)


def in_arrays(beliefs: dict[str, Any], draws: int) -> Array:
    """Every quantity sampled at once, and dates looked up on the article's grid."""
    return ready_on_grid({name: belief @ draws for name, belief in beliefs.items()})


def draw_by_draw(beliefs: dict[str, Any], draws: int) -> Array:
    """A function of single samples, which squigglepy calls as often as asked."""
    return sq.sample(lambda: ready_on_grid({name: np.atleast_1d(~one) for name, one in beliefs.items()})[0], n=draws)


def test_date_against_squigglepy(benchmark: Any, ledger: Ledger, assumptions: Assumptions) -> None:
    sq.set_seed(SEED)
    beliefs = distributions(assumptions)
    own, arrays, looped = simulated(assumptions), in_arrays(beliefs, DRAWS), draw_by_draw(beliefs, LOOPED_DRAWS)
    spread = np.ptp(np.quantile(own, [0.25, 0.75]))
    for other, draws in ((arrays, DRAWS), (looped, LOOPED_DRAWS)):
        # On the grid dates come about a quarter of a month later; medians within that and five standard errors.
        error = 0.93 * spread / np.sqrt(draws)
        assert abs(np.median(other) - np.median(own) - 0.25) < 0.1 + 5.0 * error
    forward, in_array, in_loop = shortest(
        *in_turns(
            benchmark,
            lambda: simulated(assumptions),
            lambda: in_arrays(beliefs, DRAWS),
            lambda: draw_by_draw(beliefs, LOOPED_DRAWS),
            rounds=4,
            own_each=8,
        )
    )
    looped_seconds, told = in_loop * DRAWS / LOOPED_DRAWS, f"against {1e3 * forward:.0f} ms"
    ledger.at_least(
        f"{DRAWS:,} dates: time of squigglepy with NumPy's arrays / forward simulation's",
        in_array / forward,
        10.0,
        f"{in_array:.2f} s {told}",
    )
    ledger.at_least(
        f"{DRAWS:,} dates: time of squigglepy calling a function for every draw / forward simulation's",
        looped_seconds / forward,
        300.0,
        f"{looped_seconds:.0f} s, from {LOOPED_DRAWS} draws, {told}",
    )
