"""What is held in a conditioned model moves every likelihood that depends on it, as over arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.compile.mode import Mode

from catchup.evidence.graph import add_evidence
from catchup.evidence.latents import latent_quantities, with_latents
from catchup.evidence.schema import Item
from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions, multiple_name
from catchup.model.draws import QuantileTransform
from catchup.model.gate import launch_and_pool
from catchup.model.generative import Outcome, World, describe_world, run_race
from catchup.model.graph import build_model
from catchup.model.naming import DIMS, UNITS, Naming
from evidence_cases import DAY, log_likelihoods, one_of_each_kind

PLAIN = Mode(linker="py", optimizer=None)
EVENTS = ["autonomous-range", DEFAULT_EVENT]
CHANGE = 1.07
RUNS = ("run_started", "run_finished")
QUICK = ("mythos_flop", "budget_in_force", "ready")  # the beginning and the end of the chain; the others are slow ones


@dataclass(frozen=True)
class Case:
    """A conditioned model and one draw of everything that it depends on."""

    items: list[Item]
    assumptions: Assumptions
    model: pm.Model
    point: dict[str, np.ndarray]

    def over_arrays(self, point: dict[str, np.ndarray], **given: Any) -> dict[str, float]:
        """Log likelihoods by item; given values stand in place of named variables."""
        world, outcomes = self.race(point, lambda name, value: given.get(name, value))
        found = log_likelihoods(self.items, self.assumptions, point, world, outcomes, DAY)
        return {name: float(value[0]) for name, value in found.items()}

    def race(self, point: dict[str, np.ndarray], name: Naming) -> tuple[World, dict[str, Outcome]]:
        world = describe_world(np, self.assumptions, point, name=name)
        multiples = {event: point[multiple_name(event)] for event in EVENTS}
        return world, run_race(np, self.assumptions, world, multiples, point, launch_and_pool, name=name)

    def in_the_graph(self, **held: Any) -> tuple[pm.Model, Callable[[], dict[str, float]]]:
        """The PyMC model with everything held at the point, some of it elsewhere, and its log likelihoods."""
        changed = pm.do(self.model, {**{name: float(value[0]) for name, value in self.point.items()}, **held})
        (densities,) = changed.logp(vars=changed.observed_RVs, sum=False)
        function = pytensor.function([], densities, mode=PLAIN)
        return changed, lambda: dict(zip(changed.coords["item"], map(float, function()), strict=True))


@pytest.fixture(scope="module")
def case() -> Case:
    items = [item for item in one_of_each_kind() if item.kind.name != "policy"]  # which makes two races
    assumptions = with_latents(load_assumptions(), items)
    extra = latent_quantities(items, assumptions)
    month = assumptions.calendar.months(DAY)
    model = build_model(assumptions, events=EVENTS, extra_quantities=extra, as_of_month=month)
    add_evidence(model, items, assumptions, DAY)
    names = [name for name in assumptions.beliefs if name in model.named_vars]
    transform = QuantileTransform(assumptions.beliefs, names)
    drawn = transform(np.random.default_rng(4).uniform(0.3, 0.7, (len(transform.names), 1)))
    point = {name: drawn[name] for name in names}
    # runs take longer than the shortest time, so that how long they take matters
    return Case(items, assumptions, model, {**point, "minimum_training_months": np.array([1e-3])})


def as_held(case: Case, name: str, given: Any) -> np.ndarray:
    """A value in the form of the naming, as what ``pm.do`` takes."""
    rows = np.concatenate(list(given.values())) if isinstance(given, dict) else given
    return rows.reshape([len(case.model.coords[dim]) for dim in DIMS[name]])


def sizes_against_more(case: Case) -> dict[str, float]:
    """Log likelihoods of runs with a size where firms' runs get more: those of smaller runs where they do not."""
    sized = [item for item in case.items if item.kind.name in RUNS and item.observed.size is not None]
    smaller = [
        replace(item, observed=item.observed.model_copy(update={"size": item.observed.size / CHANGE})) for item in sized
    ]
    assert smaller
    return replace(case, items=smaller).over_arrays(case.point)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in UNITS]
)
def test_a_derived_variable_moves_the_likelihoods(name: str, case: Case) -> None:
    unchanged: dict[str, Any] = {}
    case.race(case.point, lambda own, value: unchanged.setdefault(own, value))
    value = unchanged[name]
    changed = {key: row * CHANGE for key, row in value.items()} if isinstance(value, dict) else value * CHANGE
    before, expected = case.over_arrays(case.point), case.over_arrays(case.point, **{name: changed})
    if name == "budget_in_force":  # over arrays a run's size is held against what follows from quantities
        expected |= sizes_against_more(case)
    found = case.in_the_graph(**{name: as_held(case, name, changed)})[1]()
    assert found.keys() == expected.keys()
    for item, density in expected.items():
        assert found[item] == pytest.approx(density, rel=1e-9, abs=1e-9), item
    # all that is seen hangs on who is ready: firms' ends make that, the earliest of which is but read off them
    assert any(abs(expected[item] - before[item]) > 1e-6 for item in expected) == (name != "pretrained")


def test_a_quantity_moves_the_likelihoods(case: Case) -> None:
    held, found = case.in_the_graph()
    for name, value in case.point.items():
        held[name].set_value(np.float64(value[0] * CHANGE))
        expected = case.over_arrays({**case.point, name: value * CHANGE})
        for item, density in found().items():
            assert density == pytest.approx(expected[item], rel=1e-9, abs=1e-9), (item, name)
        held[name].set_value(np.float64(value[0]))
