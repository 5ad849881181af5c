"""The inputs of a run on disk: one TOML file per layer and item, beside the run's results."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from ...priors.layers import Layer
from ...priors.strict import read_toml
from ..inference.inputs import ITEMS, Inputs, plain

LAYERS = "layers"
RENAMED = "renamed.toml"
ORIGINS = "origins.toml"  # what each layer's file was called


def write_inputs(inputs: Inputs, folder: Path) -> None:
    """Write one TOML file per layer and item."""
    place = folder / LAYERS
    place.mkdir(parents=True, exist_ok=True)
    names = {}
    for index, layer in enumerate(inputs.layers):
        label = "".join(letter if letter.isalnum() else "-" for letter in layer.file).strip("-")
        names[f"{index:02d}-{label[-60:]}"] = layer.file
        (place / f"{index:02d}-{label[-60:]}.toml").write_text(tomli_w.dumps(plain(layer.tables)), encoding="utf-8")
    (folder / ORIGINS).write_text(tomli_w.dumps({"layers": names}), encoding="utf-8")
    (folder / ITEMS).mkdir(parents=True, exist_ok=True)
    for name, table in inputs.items.items():
        (folder / ITEMS / f"{name}.toml").write_text(tomli_w.dumps(plain(table)), encoding="utf-8")
    if inputs.renamed:
        (folder / RENAMED).write_text(tomli_w.dumps(plain(inputs.renamed)), encoding="utf-8")


def read_inputs(folder: Path) -> Inputs:
    """Read what `write_inputs` has written.

    Raises
    ------
    InputError
        If a file is missing or damaged.
    """
    origins = read_toml(folder / ORIGINS)["layers"]
    layers = [Layer.of(read_toml(folder / LAYERS / f"{name}.toml"), file=origins[name]) for name in sorted(origins)]
    items = {path.stem: read_toml(path) for path in sorted((folder / ITEMS).glob("*.toml"))}
    renamed = read_toml(folder / RENAMED) if (folder / RENAMED).exists() else {}
    return Inputs(tuple(layers), items, renamed)
