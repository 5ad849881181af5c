"""A cell of a notebook is run again: what it registers takes the place of what it had registered before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import catchup
from catchup.analysis.studies.structure_registry import STRUCTURES
from catchup.evidence.kinds import KINDS
from catchup.model.mechanisms.registry import MECHANISMS
from catchup.priors import as_family
from catchup.priors.families.registry import FAMILIES

CELLS = {
    "structure": """
@catchup.register_structure
class Trailing(catchup.Structure):
    name, title, quantities = "trailing", "Trailing", ("months",)
    beliefs = {"months": FIGURE}
    example = {"months": 10.0}

    def ready(self, xp, values, event):
        return values["months"]
""",
    "family": """
@catchup.register_family
class Steady(Uniform):
    family = "steady"
    example = {"low": FIGURE, "high": 30.0}
""",
    "mechanism": """
@catchup.register_mechanism
class Stopping(catchup.Progress):
    name = "stopping"

    def log_progress(self, xp, t, pace, values):
        return pace * xp.minimum(t, FIGURE)
""",
    "kind": """
@catchup.register_kind
class OwnLag(CapabilityLag):
    name = "own_lag"
    figure = FIGURE
""",
}
FOUND = {
    "structure": lambda: STRUCTURES["trailing"].beliefs["months"],
    "family": lambda: FAMILIES["steady"].example["low"],
    "mechanism": lambda: MECHANISMS["progress", "stopping"].log_progress(__import__("numpy"), 1e9, 1.0, {}),
    "kind": lambda: KINDS["own_lag"].figure,
}


@pytest.fixture(autouse=True)
def registries_as_they_were() -> Iterator[None]:
    before = [(registry, dict(registry)) for registry in (STRUCTURES, FAMILIES, MECHANISMS, KINDS)]
    yield
    for registry, content in before:
        registry.clear()
        registry.update(content)


def cell(which: str, figure: float, module: str = "notebook") -> None:
    from catchup.evidence.kinds.capability_lag import CapabilityLag
    from catchup.priors import Uniform

    names: dict[str, Any] = {"catchup": catchup, "CapabilityLag": CapabilityLag, "Uniform": Uniform}
    exec(CELLS[which], names | {"FIGURE": figure, "__name__": module})  # as a notebook runs its cells


@pytest.mark.parametrize("which", CELLS)
def test_what_a_cell_registers_takes_its_own_place(which: str) -> None:
    cell(which, 12.0)
    assert FOUND[which]() == 12.0
    cell(which, 24.0)
    assert FOUND[which]() == 24.0
    with pytest.raises(catchup.InputError, match=r"the name '.*' is taken"):
        cell(which, 36.0, module="another")
    assert FOUND[which]() == 24.0


def test_rows_are_read_by_the_family_as_it_is_now() -> None:
    cell("family", 12.0)
    cell("family", 24.0)
    assert type(as_family({"family": "steady", "low": 1.0, "high": 2.0})) is FAMILIES["steady"]
