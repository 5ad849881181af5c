"""Scenarios as data: named overlays on firms, sources, quantities and events.

A file may bring a scenario in or adjust one that an earlier file brought: what each file says is a layer of its own,
so that rows are laid over one another, key by key, as they are everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..priors.distributions import FAMILY_KEYS
from ..priors.errors import InputError, refuse_unknown, unknown_name
from ..priors.layers import Layer, merge
from ..priors.strict import StrictModel
from .firms import Names
from .overlaid import overlaid_rows

OVERLAID = ("quantity", "firm", "source", "event", "obstacle")


class ScenarioText(StrictModel):
    """What a scenario's row says beside its tables; it may lie `over` another scenario instead of the race itself."""

    title: str
    over: str | None = None
    references: Names = ()
    notes: str = ""


@dataclass(frozen=True)
class Scenario:
    """Another way the world could go.

    Attributes
    ----------
    id : str
        Its name.
    text : ScenarioText
        Title, references, notes.
    layers : tuple of Layer
        The tables it lays over all others, one layer for each file that states some, lowest first.
    file : str
        The file that last changed it.
    """

    id: str
    text: ScenarioText
    layers: tuple[Layer, ...]
    file: str

    def rows(self, section: str) -> dict[str, dict[str, Any]]:
        """Rows that it lays over a section (``quantity``, ``firm`` ...), by name."""
        merged = merge(self.layers, section, exclusive={"family": FAMILY_KEYS})
        return {name: row.values for name, row in merged.items()}


def load_scenarios(layers: Iterable[Layer], references: Iterable[str]) -> dict[str, Scenario]:
    """Read the scenarios of some layers; whether each fits the model is checked when it is used.

    Raises
    ------
    InputError
        At the first unknown key, table or reference, or a scenario that changes nothing.
    """
    scenarios, references = {}, list(references)
    for name, text, laid, file in overlaid_rows("scenario", layers, ScenarioText, OVERLAID):
        key = f"scenario.{name}"
        refuse_unknown("reference", text.references, references, file, f"{key}.references")
        if not laid:
            raise InputError(f"changes nothing: give one of {', '.join(OVERLAID)}", file=file, key=key)
        scenarios[name] = Scenario(name, text, tuple(laid), file)
    return {name: replace(each, layers=_laid_under(each, scenarios)) for name, each in scenarios.items()}


def _laid_under(scenario: Scenario, scenarios: Mapping[str, Scenario]) -> tuple[Layer, ...]:
    """Layers of a scenario, those of the scenarios that it lies over first."""
    layers, seen, below = scenario.layers, [scenario.id], scenario.text.over
    while below is not None:
        key = f"scenario.{seen[-1]}.over"
        if below not in scenarios:
            raise unknown_name("scenario", below, scenarios, file=scenario.file, key=key)
        if below in seen:
            raise InputError(f"lies over itself: {' over '.join([*seen, below])}", file=scenario.file, key=key)
        layers, seen = (*scenarios[below].layers, *layers), [*seen, below]
        below = scenarios[below].text.over
    return layers
