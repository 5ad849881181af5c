"""Every named variable is threaded through: held at another value, it moves all that follows as it does over arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from pymc.model_graph import ModelGraph
from pytensor.compile.mode import Mode

from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from catchup.model.forward import outcome
from catchup.model.generative import Outcome, World
from catchup.model.graph import UNITS, build_model, set_intervention
from catchup.model.naming import replacing
from catchup.model.policies import apply_lever

PLAIN = Mode(linker="py", optimizer=None)  # the graph as written: nothing compiled, nothing rewritten
WITHIN = 1e-9
EVENTS = [DEFAULT_EVENT, "autonomous-range"]
CHANGE = 1.07  # of the value held: beyond rounding, and no factor of anything

OF_THE_WORLD = ("mythos_flop", "annual_progress")
BY_FIRM = ("flop_per_h100e_month",)
BY_EVENT = ("target_flop", "pretrained", "ready")
BY_BOTH = {
    "launch": "launch",
    "pool_at_launch": "pool",
    "requirement_at_launch": "requirement",
    "run_length": "run_length",
    "firm_pretrained": "pretrained",
}


def over_arrays(assumptions: Assumptions, values: dict[str, Any], **given: Any) -> dict[str, np.ndarray]:
    """Every named variable at one draw of the quantities, some of them replaced; shapes as in the graph."""
    world: World | None = None
    outcomes: dict[str, Outcome] = {}
    lever = apply_lever(assumptions.levers["distillation-limited"], assumptions.race, 0.0)
    for event in EVENTS:
        options = {"event": event, "world": world, "name": replacing(given), "intervention": lever}
        world, outcomes[event] = outcome(assumptions, values, **options)
    assert world is not None
    found = {name: getattr(world, name) for name in OF_THE_WORLD}
    found["flop_per_h100e_month"] = np.concatenate(list(world.flop_month.values()))
    for position, (event, result) in enumerate(outcomes.items()):
        own = "" if position == 0 else f"::{event}"
        found |= {name + own: getattr(result, name) for name in BY_EVENT}
        for name, attribute in BY_BOTH.items():
            rows = [getattr(contender, attribute) for contender in result.contenders.values()]
            found[name + own] = np.concatenate(rows)
    return {name: np.squeeze(value) for name, value in found.items()}


def in_the_graph(model: pm.Model, held: dict[str, Any]) -> dict[str, np.ndarray]:
    changed = pm.do(model, held)
    names = [name for name in changed.named_vars if name.split("::")[0] in UNITS]
    function = pytensor.function([], [changed[name] for name in names], mode=PLAIN)
    return dict(zip(names, function(), strict=True))


@pytest.fixture(scope="module")
def model(assumptions: Assumptions) -> pm.Model:
    built = build_model(assumptions, events=EVENTS)
    set_intervention(built, assumptions, apply_lever(assumptions.levers["distillation-limited"], assumptions.race, 0.0))
    return built


@pytest.fixture(scope="module")
def point(assumptions: Assumptions, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A draw of the quantities in which no firm can launch at once, and runs take longer than the shortest time."""
    _, result = outcome(assumptions, values)
    late = np.all([contender.launch > 1.0 for contender in result.contenders.values()], axis=0)
    chosen = int(np.flatnonzero(late)[0])
    found = {name: column[chosen : chosen + 1] for name, column in values.items()}
    return {**found, "minimum_training_months": np.array([1e-3])}


def nested(assumptions: Assumptions, name: str, value: np.ndarray) -> Any:
    """A named variable's value in the form that the naming is given, the same for every event."""
    rows = {firm: value[index, None] for index, firm in enumerate(assumptions.race.firms) if value.ndim}
    if name in OF_THE_WORLD:
        return value[None]
    if name in BY_FIRM:
        return rows
    if name in BY_EVENT:
        return dict.fromkeys(EVENTS, value[None])
    return {(event, firm): row for event in EVENTS for firm, row in rows.items()}


def test_every_derived_variable_has_a_form_here() -> None:
    assert {*OF_THE_WORLD, *BY_FIRM, *BY_EVENT, *BY_BOTH} == set(UNITS)


@pytest.mark.parametrize("name", UNITS)
def test_a_derived_variable_moves_all_that_follows(
    name: str, model: pm.Model, assumptions: Assumptions, point: dict[str, np.ndarray]
) -> None:
    quantities = {key: float(value[0]) for key, value in point.items() if key in model.named_vars}
    before = over_arrays(assumptions, point)
    value = before[name] * CHANGE
    everywhere = {own: value for own in model.named_vars if own.split("::")[0] == name}
    found = in_the_graph(model, {**quantities, **everywhere})
    expected = over_arrays(assumptions, point, **{name: nested(assumptions, name, value)})
    assert found.keys() == expected.keys()
    for own, given in expected.items():
        np.testing.assert_allclose(found[own], given, rtol=WITHIN, atol=WITHIN, err_msg=own)
    moved = {own for own in expected if not np.allclose(expected[own], before[own], rtol=1e-6)}
    assert everywhere.keys() <= moved
    # in the order of `UNITS` each variable is worked out of earlier ones alone
    order = list(UNITS)
    assert all(order.index(own.split("::")[0]) >= order.index(name) for own in moved)
    assert "ready" in moved


def test_a_quantity_moves_all_that_follows(
    model: pm.Model, assumptions: Assumptions, point: dict[str, np.ndarray]
) -> None:
    quantities = {key: float(value[0]) for key, value in point.items() if key in model.named_vars}
    names = [key for key in quantities if key not in map(multiple_name, assumptions.events)]
    changed = {key: value * CHANGE for key, value in quantities.items()}
    for name in names:
        found = in_the_graph(model, {**quantities, name: changed[name]})
        expected = over_arrays(assumptions, {**point, name: np.array([changed[name]])})
        for own, given in expected.items():
            np.testing.assert_allclose(found[own], given, rtol=WITHIN, atol=WITHIN, err_msg=f"{own} by {name}")


def test_edges_lead_from_one_derived_variable_to_the_next(model: pm.Model) -> None:
    """As ``pm.model_to_graphviz`` draws them."""
    parents = ModelGraph(model).make_compute_graph()
    derived = {name: {one for one in parents[name] if one.split("::")[0] in UNITS} for name in UNITS}
    assert derived == {
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
