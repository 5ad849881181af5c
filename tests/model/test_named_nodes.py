"""Every named variable is threaded through: held at another value, it moves all that follows as it does over arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from pymc.model_graph import ModelGraph
from pytensor.compile.mode import Mode

from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from catchup.model.forward import outcome
from catchup.model.gate import launch_and_pool
from catchup.model.generative import intervened_world, run_race
from catchup.model.graph import build_model, set_intervention
from catchup.model.naming import DIMS, UNITS
from catchup.model.policies import apply_as_published

PLAIN = Mode(linker="py", optimizer=None)  # the graph as written: nothing compiled, nothing rewritten
WITHIN = 1e-9
EVENTS = [DEFAULT_EVENT, "autonomous-range"]
CHANGE = 1.07  # of the value held: beyond rounding, and no factor of anything


def over_arrays(assumptions: Assumptions, values: dict[str, Any], **given: Any) -> dict[str, np.ndarray]:
    """Every named variable at one draw of the quantities, some of them replaced; shapes as in the graph."""
    kept: dict[str, Any] = {}
    lever = apply_as_published(assumptions.levers["distillation-limited"], assumptions.race, 0.0)

    def keep(name: str, value: Any) -> Any:
        """Put a given value in a variable's place, and keep what stands there."""
        kept[name] = given.get(name, value)
        return kept[name]

    world = intervened_world(np, assumptions, values, lever, name=keep)
    multiples = {event: values[multiple_name(event)] for event in EVENTS}
    run_race(np, assumptions, world, multiples, values, launch_and_pool, name=keep)
    return {name: as_table(assumptions, name, value) for name, value in kept.items()}


def as_table(assumptions: Assumptions, name: str, value: Any) -> np.ndarray:
    """A value in the form of the naming, as the graph has it."""
    sizes = {"event": len(EVENTS), "firm": len(assumptions.race.firms)}
    rows = [np.broadcast_to(row, 1) for row in (value.values() if isinstance(value, dict) else [value])]
    return np.concatenate(rows).reshape([sizes[dim] for dim in DIMS[name]])


def as_given(assumptions: Assumptions, name: str, table: np.ndarray) -> Any:
    """What `as_table` makes a table of."""
    firms = list(assumptions.race.firms)
    keys = {
        (): None,
        ("firm",): firms,
        ("event",): EVENTS,
        ("event", "firm"): [(event, firm) for event in EVENTS for firm in firms],
    }[DIMS[name]]
    return table[None] if keys is None else dict(zip(keys, table.reshape(-1, 1), strict=True))


def in_the_graph(model: pm.Model, held: dict[str, Any]) -> tuple[pm.Model, Callable[[], dict[str, np.ndarray]]]:
    """The model with some variables held, each of which can be set anew, and every named variable of it."""
    changed = pm.do(model, held)
    names = [name for name in UNITS if name in changed.named_vars]
    function = pytensor.function([], [changed[name] for name in names], mode=PLAIN)
    return changed, lambda: dict(zip(names, function(), strict=True))


@pytest.fixture(scope="module")
def model(assumptions: Assumptions) -> pm.Model:
    built = build_model(assumptions, events=EVENTS)
    set_intervention(
        built, assumptions, apply_as_published(assumptions.levers["distillation-limited"], assumptions.race, 0.0)
    )
    return built


@pytest.fixture(scope="module")
def point(assumptions: Assumptions, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A draw of the quantities in which no firm can launch at once, and runs take longer than the shortest time."""
    _, result = outcome(assumptions, values)
    late = np.all([contender.launch > 1.0 for contender in result.contenders.values()], axis=0)
    chosen = int(np.flatnonzero(late)[0])
    found = {name: column[chosen : chosen + 1] for name, column in values.items()}
    return {**found, "minimum_training_months": np.array([1e-3])}


@pytest.mark.parametrize("name", UNITS)
def test_a_derived_variable_moves_all_that_follows(
    name: str, model: pm.Model, assumptions: Assumptions, point: dict[str, np.ndarray]
) -> None:
    quantities = {key: float(value[0]) for key, value in point.items() if key in model.named_vars}
    before = over_arrays(assumptions, point)
    value = before[name] * CHANGE
    found = in_the_graph(model, {**quantities, name: value})[1]()
    expected = over_arrays(assumptions, point, **{name: as_given(assumptions, name, value)})
    assert found.keys() == expected.keys() == UNITS.keys()
    for own, given in expected.items():
        np.testing.assert_allclose(found[own], given, rtol=WITHIN, atol=WITHIN, err_msg=own)
    moved = [own for own in UNITS if not np.allclose(expected[own], before[own], rtol=1e-6)]
    assert moved[0] == name  # each variable is worked out of earlier ones alone
    # `pretrained` is read off the firms' ends: held later, it leaves each firm ready when it was, after fewer months
    assert moved[-1] == ("post_training" if name == "pretrained" else "ready")


def test_a_quantity_moves_all_that_follows(
    model: pm.Model, assumptions: Assumptions, point: dict[str, np.ndarray]
) -> None:
    quantities = {key: float(value[0]) for key, value in point.items() if key in model.named_vars}
    names = [key for key in quantities if key not in map(multiple_name, assumptions.events)]
    held, evaluate = in_the_graph(model, quantities)
    for name in names:
        held[name].set_value(np.float64(quantities[name] * CHANGE))
        found = evaluate()
        held[name].set_value(np.float64(quantities[name]))
        expected = over_arrays(assumptions, {**point, name: np.array([quantities[name] * CHANGE])})
        for own, given in expected.items():
            np.testing.assert_allclose(found[own], given, rtol=WITHIN, atol=WITHIN, err_msg=f"{own} by {name}")


def edges(model: pm.Model) -> dict[str, set[str]]:
    """Derived variables that each of them is worked out of, as ``pm.model_to_graphviz`` draws them."""
    parents = ModelGraph(model).make_compute_graph()
    return {name: {one for one in parents[name] if one in UNITS} for name in UNITS if name in model.named_vars}


COMPUTE_ALONE = {
    "mythos_flop": set(),
    "annual_progress": set(),
    "flop_per_h100e_month": set(),
    "target_flop": {"mythos_flop"},
    "launch": {"target_flop", "annual_progress", "flop_per_h100e_month"},
    "pool_at_launch": {"launch"},
    "requirement_at_launch": {"target_flop", "annual_progress", "launch"},
    "run_length": {"requirement_at_launch", "pool_at_launch", "flop_per_h100e_month"},
    "firm_pretrained": {"launch", "run_length"},
    "pretrained": {"firm_pretrained"},
    "ready": {"pretrained"},
}


def test_edges_lead_from_one_derived_variable_to_the_next(article: Assumptions) -> None:
    assert edges(build_model(article, events=EVENTS)) == COMPUTE_ALONE


def test_obstacles_stand_between_derived_variables(model: pm.Model) -> None:
    gate = {"target_flop", "annual_progress", "flop_per_h100e_month", "budget_in_force", "requirement_lag"}
    assert edges(model) == COMPUTE_ALONE | {
        "budget_in_force": set(),
        "requirement_lag": set(),
        "able_to_launch": gate,
        "launch": {"able_to_launch"},
        "requirement_at_launch": {"target_flop", "annual_progress", "launch", "requirement_lag"},
        "firm_post_training": {"run_length"},
        "post_training": {"firm_post_training", "firm_pretrained", "pretrained"},
        "ready": {"pretrained", "post_training"},
    }
