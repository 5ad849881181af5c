"""The page on what every table of an assumptions file holds: each key, whether it must be given, and its default."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from ....model.capacity import CapacityText
from ....model.firms import Firm, KnownFirm
from ....model.obstacles import Obstacle
from ....model.policies import Lever
from ....model.race import Source
from ....model.reporting import Reporting
from ....model.scenarios import ScenarioText
from ....model.trend import TrendText
from ....model.worlds import WorldText
from ....priors.correlations import CorrelationText
from ....priors.layers import TAKEN_OUT
from ....priors.row_schemas import Constant, EventText, QuantityText, Reference, RegimeText
from ....priors.strict import StrictModel, read_toml, validate
from ..markdown import generated_by, markdown_table

FILE = Path(__file__).with_suffix(".toml")

SCHEMAS: dict[str, type[StrictModel]] = {
    "reference": Reference,
    "constant": Constant,
    "quantity": QuantityText,
    "correlation": CorrelationText,
    "event": EventText,
    "firm": Firm,
    "known_firm": KnownFirm,
    "source": Source,
    "obstacle": Obstacle,
    "reporting": Reporting,
    "lever": Lever,
    "regime": RegimeText,
    "scenario": ScenarioText,
    "world": WorldText,
    "trend": TrendText,
    "capacity": CapacityText,
}
"""By section, what its rows say beside a distribution or tables of their own."""


class Told(StrictModel):
    """What is said of a section, and of each of its keys."""

    about: str
    keys: dict[str, str] = Field(default_factory=dict)


@cache
def told() -> Mapping[str, Told]:
    """Read what is said of every section, by its name."""
    return {name: validate(Told, row, file=FILE.name, key=name) for name, row in read_toml(FILE).items()}


def rows_page() -> str:
    """Return the page on tables of assumptions, in Markdown."""
    sections = told()
    return "\n".join(
        [
            generated_by(),
            "# What a row holds\n",
            "The model is rows of TOML, and so is every overlay (`--priors FILE`): `[SECTION.NAME]` changes the row of "
            "that name by the keys that it states, or adds it where there is none, and then states what must be given. "
            "An unknown section, key or name is refused with the file, the key and the nearest that there is; "
            "`catchup priors check FILE` says so without a forecast. Quantities, firms and events are named by ids. "
            "[Add a lever or an obstacle](how-to/add-a-row.md) has rows that run.\n",
            *(_section(name, section) for name, section in sections.items()),
            f"Sections of which rows can be taken out: {', '.join(f'`{name}`' for name in TAKEN_OUT)}.\n",
        ]
    )


def _section(name: str, section: Told) -> str:
    heading = f"## {name}\n\n{section.about}\n"
    if not section.keys:
        return heading
    fields = SCHEMAS[name].model_fields
    rows = [[f"`{key}`", _default(fields[key]), text] for key, text in section.keys.items()]
    return f"{heading}\n{markdown_table(['Key', 'Where it is not given', 'What it is'], rows)}"


def _default(field: FieldInfo) -> str:
    """What holds where a new row does not give a key."""
    if field.is_required():
        return "refused"
    default: Any = field.default
    return {True: "true", False: "false"}.get(default, f"`{default}`") if default not in (None, "", ()) else ""
