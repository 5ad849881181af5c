"""The inputs of an answer: enough to ask the same question again, or to change one part of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import tomli_w

from ...evidence.confirmation import ENTRY as CONFIRMED
from ...evidence.schema import Item, item_from_table
from ...model.assumptions import Assumptions, assemble
from ...priors.layers import Layer

ITEMS = "items"  # the folder that their tables are said to stand in


@dataclass(frozen=True)
class Inputs:
    """What a forecast was made of.

    Attributes
    ----------
    layers : tuple of Layer
        Assumption files, lowest first.
    items : mapping of str to mapping
        By id, the tables of every item counted.
    renamed : mapping of str to mapping
        By id, quantities that an item has of its own.
    """

    layers: tuple[Layer, ...]
    items: Mapping[str, Mapping[str, Any]]
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def assumptions(self) -> Assumptions:
        """Check and merge the layers."""
        return assemble(self.layers)

    def evidence(self) -> list[Item]:
        """Read the items."""
        items = [item_from_table(table, file=f"{ITEMS}/{name}.toml") for name, table in self.items.items()]
        return [replace(item, renamed=dict(self.renamed.get(item.id, {}))) for item in items]

    def priors_hash(self) -> str:
        """Hash of all assumptions, whatever their files are called."""
        return _hash([layer.tables for layer in self.layers])

    def same_priors(self, other: Inputs) -> bool:
        """Whether all assumptions are those of another: 9 is 9.0, of which a hash knows nothing."""
        return [plain(layer.tables) for layer in self.layers] == [plain(layer.tables) for layer in other.layers]

    def item_on(self, name: str, day: date) -> dict[str, Any]:
        """Table of one item as a question of a day reads it: of silence, nobody has looked beyond that day."""
        table: dict[str, Any] = plain(self.items[name])
        observed = table.get("observed", {})
        through = observed.get(CONFIRMED)
        return table if through is None else {**table, "observed": {**observed, CONFIRMED: min(through, day)}}

    def ledger_hash(self) -> str:
        """Hash of all items counted."""
        return _hash({name: self.items[name] for name in sorted(self.items)})


def inputs_of(assumptions: Assumptions, items: Sequence[Item]) -> Inputs:
    """Take the inputs of a forecast."""
    tables = {item.id: item.text.model_dump(exclude_none=True) for item in items}
    return Inputs(tuple(assumptions.layers), tables, {item.id: dict(item.renamed) for item in items if item.renamed})


def _hash(content: Any) -> str:
    canonical = tomli_w.dumps({"content": _sorted(plain(content))})
    return hashlib.sha256(canonical.encode()).hexdigest()


def plain(content: Any) -> Any:
    """Copy tables as plain dicts and lists, which is what the writer takes."""
    if isinstance(content, Mapping):
        return {str(name): plain(value) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [plain(value) for value in content]
    return content


def _sorted(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _sorted(content[name]) for name in sorted(content)}
    if isinstance(content, list):
        return [_sorted(value) for value in content]
    return content
