"""Gates that have been solved before: the same answer, and none solved twice."""

from __future__ import annotations

import numpy as np
import pytest

from catchup.model import gate
from catchup.model.assumptions import load_assumptions
from catchup.model.forward import outcome, simulate
from catchup.model.gate import MOST_REMEMBERED, Gate, Remembering
from catchup.model.law import Fall, Law
from catchup.model.mechanisms.own import CONSTANT
from catchup.model.policies import apply_lever, apply_regime
from catchup.model.pools import Pool

ACTING = 6.0  # months since t = 0


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[Gate]:
    """Gates that are solved, rather than remembered."""
    asked: list[Gate] = []
    solve = gate.launch_and_pool

    def counted(of: Gate):
        asked.append(of)
        return solve(of)

    monkeypatch.setattr(gate, "launch_and_pool", counted)
    return asked


def some_gate(log_target: np.ndarray) -> Gate:
    ones = np.ones_like(log_target)
    return Gate(Pool(1e5 * ones, (1e4 * ones,), (2.0,), (12.0 * ones,)), Fall(Law(CONSTANT, 0.05 * ones)), log_target)


def test_what_an_intervention_leaves_alone_is_solved_once(solved: list[Gate]) -> None:
    assumptions = load_assumptions(model="current")
    names = assumptions.needed(distillation=True)
    (values,) = simulate(assumptions, lambda values: values, 500, np.random.default_rng(3), names=names)
    changes = [
        *(apply_lever(lever, assumptions.race, ACTING) for lever in assumptions.levers.values()),
        *(apply_regime(regime, ACTING) for regime in assumptions.regimes.values()),
    ]
    solve = Remembering()
    for change in changes:
        remembered = outcome(assumptions, values, intervention=change, solve=solve)[1]
        anew = outcome(assumptions, values, intervention=change)[1]
        np.testing.assert_array_equal(remembered.ready, anew.ready)
    # each asks of every firm as things stand, and changed: what stands is solved once for all of them
    assert len(solved) < len(changes) * len(assumptions.race.firms)


def test_gates_that_begin_alike_are_told_apart(solved: list[Gate]) -> None:
    solve = Remembering()
    one, other = np.array([12.0, 13.0]), np.array([12.0, 14.0])
    first, second = solve(some_gate(one))[0], solve(some_gate(other))[0]
    assert first[0] == second[0]
    assert first[1] < second[1]
    assert len(solved) == 2
    np.testing.assert_array_equal(solve(some_gate(other.copy()))[0], second)
    assert len(solved) == 2


def test_only_the_last_ones_are_remembered(solved: list[Gate]) -> None:
    solve = Remembering()
    for number in range(MOST_REMEMBERED + 1):
        solve(some_gate(np.array([10.0 + 0.1 * number])))
    count = len(solved)
    solve(some_gate(np.array([10.0 + 0.1 * MOST_REMEMBERED])))
    assert len(solved) == count
    solve(some_gate(np.array([10.0])))
    assert len(solved) == count + 1
