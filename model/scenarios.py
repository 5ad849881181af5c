"""Scenarios as data: named overlays on firms, sources, quantities and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..priors.errors import InputError, unknown_name
from ..priors.layers import Layer, merge
from ..priors.strict import StrictModel, validate
from .race import Names

OVERLAID = ("quantity", "firm", "source", "event", "obstacle")


class ScenarioText(StrictModel):
    """What a scenario's row says beside its tables."""

    title: str
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
    layer : Layer
        The tables it lays over all others.
    file : str
        Where it stands.
    """

    id: str
    text: ScenarioText
    layer: Layer
    file: str


def load_scenarios(layers: Iterable[Layer], references: Iterable[str]) -> dict[str, Scenario]:
    """Read the scenarios of some layers; whether each fits the model is checked when it is used.

    Raises
    ------
    InputError
        At the first unknown key, table or reference, or a scenario that changes nothing.
    """
    scenarios, references = {}, list(references)
    for name, row in merge(layers, "scenario").items():
        key = f"scenario.{name}"
        tables: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for part, value in row.values.items():
            if part in OVERLAID:
                tables[part] = value
            elif part in ScenarioText.model_fields:
                rest[part] = value
            else:
                known = [*ScenarioText.model_fields, *OVERLAID]
                raise unknown_name("key", part, known, file=row.file, key=f"{key}.{part}")
        text = validate(ScenarioText, rest, file=row.file, key=key)
        for reference in text.references:
            if reference not in references:
                raise unknown_name("reference", reference, references, file=row.file, key=f"{key}.references")
        if not any(isinstance(table, Mapping) and table for table in tables.values()):
            raise InputError(f"changes nothing: give one of {', '.join(OVERLAID)}", file=row.file, key=key)
        scenarios[name] = Scenario(name, text, Layer.of(tables, file=f"{row.file}: {key}"), row.file)
    return scenarios
