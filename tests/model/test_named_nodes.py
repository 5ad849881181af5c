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
from catchup.model.generative import World
from catchup.model.graph import UNITS, build_model, set_intervention
from catchup.model.naming import replacing
from catchup.model.policies import apply_as_published

PLAIN = Mode(linker="py", optimizer=None)  # the graph as written: nothing compiled, nothing rewritten
WITHIN = 1e-9
EVENTS = [DEFAULT_EVENT, "autonomous-range"]
CHANGE = 1.07  # of the value held: beyond rounding, and no factor of anything

OF_THE_WORLD = ("mythos_flop", "annual_progress")
BY_FIRM = ("flop_per_h100e_month",)
BY_EVENT = ("target_flop", "pretrained", "post_training", "ready")
BY_BOTH = (
    "budget_in_force",
    "requirement_lag",
    "able_to_launch",
    "launch",
    "pool_at_launch",
    "requirement_at_launch",
    "run_length",
    "firm_pretrained",
)


def over_arrays(assumptions: Assumptions, values: dict[str, Any], **given: Any) -> dict[str, np.ndarray]:
    """Every named variable at one draw of the quantities, some of them replaced; shapes as in the graph."""
    found: dict[str, Any] = {}
    replaced = replacing(given)
    world: World | None = None
    lever = apply_as_published(assumptions.levers["distillation-limited"], assumptions.race, 0.0)

    def kept(name: str, value: Any) -> Any:
        """Put a given value in a variable's place, and keep what stands there."""
        value = replaced(name, value)
        own = name if event == EVENTS[0] else f"{name}::{event}"
        if own != name and name in (*OF_THE_WORLD, *BY_FIRM):
            return (
                value  # what all events share has been kept with the first; here it may be the world before the lever
            )
        rows = list(value.values()) if isinstance(value, dict) else [value]
        found[own] = np.squeeze(np.concatenate([np.broadcast_to(row, 1) for row in rows]))
        if name in BY_EVENT:
            found[own] = np.squeeze(value[event])
        elif name in BY_BOTH:
            found[own] = np.array([np.squeeze(value[event, firm]) for firm in assumptions.race.firms])
        return value

    for event in EVENTS:
        world, _ = outcome(assumptions, values, event=event, world=world, name=kept, intervention=lever)
    return found


def in_the_graph(model: pm.Model, held: dict[str, Any]) -> dict[str, np.ndarray]:
    changed = pm.do(model, held)
    names = [name for name in changed.named_vars if name.split("::")[0] in UNITS]
    function = pytensor.function([], [changed[name] for name in names], mode=PLAIN)
    return dict(zip(names, function(), strict=True))


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
        "post_training": set(),
        "ready": {"pretrained", "post_training"},
    }
