"""The inputs of a run on disk: one TOML file per layer and item, beside the run's results."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomli_w

from ...priors.errors import InputError
from ...priors.files import make_folder, write_text
from ...priors.layers import Layer
from ...priors.strict import read_toml
from ..inference.inputs import ITEMS, Inputs, plain

LAYERS = "layers"
RENAMED = "renamed.toml"
ORIGINS = "origins.toml"  # what each layer's file was called


def write_inputs(inputs: Inputs, folder: Path) -> None:
    """Write one TOML file per layer and item.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    for place in (folder, folder / LAYERS, folder / ITEMS):
        make_folder(place)
    names = {}
    for index, layer in enumerate(inputs.layers):
        label = "".join(letter if letter.isalnum() else "-" for letter in layer.file).strip("-")
        names[f"{index:02d}-{label[-60:]}"] = layer.file
        _write_toml(folder / LAYERS / f"{index:02d}-{label[-60:]}.toml", layer.tables)
    _write_toml(folder / ORIGINS, {"layers": names})
    for name, table in inputs.items.items():
        _write_toml(folder / ITEMS / f"{name}.toml", table)
    if inputs.renamed:
        _write_toml(folder / RENAMED, inputs.renamed)


def read_inputs(folder: Path, files: Iterable[str]) -> Inputs:
    """Read what `write_inputs` has written.

    Parameters
    ----------
    folder : Path
        Where it was written.
    files : iterable of str
        All files that were, relative to the folder: the folder is not asked, or a file that has gone from it would not
        be missed.

    Raises
    ------
    InputError
        If a file is missing or damaged.
    """
    written = [Path(file) for file in files]
    origins = _text_by_name(read_toml(folder / ORIGINS), "layers", folder / ORIGINS)
    layers = [Layer.of(read_toml(folder / LAYERS / f"{name}.toml"), file=origins[name]) for name in sorted(origins)]
    items = {file.stem: read_toml(folder / file) for file in sorted(written) if file.parent == Path(ITEMS)}
    tables = read_toml(folder / RENAMED) if Path(RENAMED) in written else {}
    renamed = {item: _text_by_name(tables, item, folder / RENAMED) for item in tables}
    return Inputs(tuple(layers), items, renamed)


def _text_by_name(tables: dict[str, Any], key: str, file: Path) -> dict[str, str]:
    found = tables.get(key)
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise InputError("names and their text were expected", file=file, key=key)
    return found


def _write_toml(path: Path, content: Any) -> None:
    write_text(path, tomli_w.dumps(plain(content)))
