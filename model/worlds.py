"""Worlds as data: what one of the sources believes otherwise, laid over the model from t = 0 on.

A world names overlays that come with the project, brings tables of its own as an overlay file would have them, or both.
What begins only on the day of the question is a scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..priors.errors import InputError, nearest_name, refuse_unknown, unknown_name
from ..priors.layers import LISTED, Layer, merge
from ..priors.packaged import named_overlays, own_overlay
from ..priors.strict import StrictModel, validate
from .firms import Names

SECTION = "world"
OVERLAID = ("constant", "quantity", "firm", "source", "event", "obstacle", "reporting", "mechanism", *LISTED)


class WorldText(StrictModel):
    """What a world's row says beside its tables."""

    title: str
    overlays: Names = ()
    references: Names = ()
    notes: str = ""


@dataclass(frozen=True)
class BelievedWorld:
    """What somebody believes otherwise than the model.

    Attributes
    ----------
    id : str
        Its name.
    text : WorldText
        Title, overlays, references, notes.
    layers : tuple of Layer
        What it lays over the model, lowest first: its overlays, then its own tables.
    file : str
        The file that last changed it.
    """

    id: str
    text: WorldText
    layers: tuple[Layer, ...]
    file: str


def load_worlds(layers: Iterable[Layer], references: Iterable[str]) -> dict[str, BelievedWorld]:
    """Read the worlds of some layers; whether each fits the model is checked when it is used.

    Raises
    ------
    InputError
        At the first unknown key, table, overlay or reference, or a world that changes nothing.
    """
    layers, references = list(layers), list(references)
    rows = merge(layers, SECTION)
    own: dict[str, list[Layer]] = {name: [] for name in rows}
    for layer in layers:
        for name, row in layer.tables.get(SECTION, {}).items():
            own[name] += _tables_of(row, layer.file, f"{SECTION}.{name}")
    titled = [name for name, row in rows.items() if "title" in row.values]
    worlds = {}
    for name, merged in rows.items():
        key = f"{SECTION}.{name}"
        if name not in titled and nearest_name(name, titled):
            raise unknown_name(SECTION, name, titled, file=merged.file, key=key)
        said = {part: value for part, value in merged.values.items() if part not in OVERLAID}
        text = validate(WorldText, said, file=merged.file, key=key)
        refuse_unknown("reference", text.references, references, merged.file, f"{key}.references")
        known = named_overlays()
        for overlay in text.overlays:
            if overlay not in known:
                raise unknown_name("overlay", overlay, known, file=merged.file, key=f"{key}.overlays")
        laid = (*map(own_overlay, text.overlays), *own[name])
        if not laid:
            parts = ", ".join(("overlays", *OVERLAID))
            raise InputError(f"changes nothing: give one of {parts}", file=merged.file, key=key)
        worlds[name] = BelievedWorld(name, text, laid, merged.file)
    return worlds


def _tables_of(row: Mapping[str, Any], file: str, key: str) -> list[Layer]:
    """What one file lays over the model in a world: one layer, or none where it only says something of it."""
    for part in row:
        if part not in OVERLAID and part not in WorldText.model_fields:
            raise unknown_name("key", part, [*WorldText.model_fields, *OVERLAID], file=file, key=f"{key}.{part}")
    tables = {part: value for part, value in row.items() if part in OVERLAID}
    return [Layer.of(tables, file=f"{file}: {key}")] if tables else []
