"""The inputs of a run, kept beside its results: enough to ask the same question again, or to change one part of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from ...evidence.schema import Item, item_from_table
from ...model.assumptions import Assumptions, assemble
from ...priors.files import make_folder, write_text
from ...priors.layers import Layer
from ...priors.strict import read_toml

LAYERS = "layers"
ITEMS = "items"
RENAMED = "renamed.toml"
ORIGINS = "origins.toml"  # what each layer's file was called


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

    def item_hash(self, name: str) -> str:
        """Hash of one item."""
        return _hash(self.items[name])

    def ledger_hash(self) -> str:
        """Hash of all items counted."""
        return _hash({name: self.items[name] for name in sorted(self.items)})

    def write(self, folder: Path) -> None:
        """Write one TOML file per layer and item.

        Raises
        ------
        InputError
            If a file cannot be written.
        """
        for place in (folder, folder / LAYERS, folder / ITEMS):
            make_folder(place)
        names = {}
        for index, layer in enumerate(self.layers):
            label = "".join(letter if letter.isalnum() else "-" for letter in layer.file).strip("-")
            names[f"{index:02d}-{label[-60:]}"] = layer.file
            _write_toml(folder / LAYERS / f"{index:02d}-{label[-60:]}.toml", layer.tables)
        _write_toml(folder / ORIGINS, {"layers": names})
        for name, table in self.items.items():
            _write_toml(folder / ITEMS / f"{name}.toml", table)
        if self.renamed:
            _write_toml(folder / RENAMED, self.renamed)

    @classmethod
    def read(cls, folder: Path, files: Iterable[str]) -> Inputs:
        """Read what `write` has written.

        Parameters
        ----------
        folder : Path
            Where it was written.
        files : iterable of str
            All files that were, relative to the folder: the folder is not asked, or a file that has gone from it would
            not be missed.

        Raises
        ------
        InputError
            If a file is missing or damaged.
        """
        written = [Path(file) for file in files]
        origins = read_toml(folder / ORIGINS)["layers"]
        layers = [Layer.of(read_toml(folder / LAYERS / f"{name}.toml"), file=origins[name]) for name in sorted(origins)]
        items = {file.stem: read_toml(folder / file) for file in sorted(written) if file.parent == Path(ITEMS)}
        renamed = read_toml(folder / RENAMED) if Path(RENAMED) in written else {}
        return cls(tuple(layers), items, renamed)


def inputs_of(assumptions: Assumptions, items: Sequence[Item]) -> Inputs:
    """Take the inputs of a forecast."""
    tables = {item.id: item.text.model_dump(exclude_none=True) for item in items}
    return Inputs(tuple(assumptions.layers), tables, {item.id: dict(item.renamed) for item in items if item.renamed})


def _write_toml(path: Path, content: Any) -> None:
    write_text(path, tomli_w.dumps(_plain(content)))


def _hash(content: Any) -> str:
    canonical = tomli_w.dumps({"content": _sorted(_plain(content))})
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(content: Any) -> Any:
    """Copy tables as plain dicts and lists, which is what the writer takes."""
    if isinstance(content, Mapping):
        return {str(name): _plain(value) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return content


def _sorted(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _sorted(content[name]) for name in sorted(content)}
    if isinstance(content, list):
        return [_sorted(value) for value in content]
    return content
