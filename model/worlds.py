"""Worlds as data: what one of the sources believes otherwise, laid over the model from t = 0 on.

A world names overlays that come with the project, brings tables of its own as an overlay file would have them, or both.
What begins only on the day of the question is a scenario.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..priors.errors import InputError, refuse_unknown
from ..priors.layers import LISTED, Layer
from ..priors.packaged import named_overlays, own_overlay
from ..priors.strict import StrictModel
from .firms import Names
from .overlaid import overlaid_rows

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
    worlds, references = {}, list(references)
    for name, text, own, file in overlaid_rows(SECTION, layers, WorldText, OVERLAID):
        key = f"{SECTION}.{name}"
        refuse_unknown("reference", text.references, references, file, f"{key}.references")
        refuse_unknown("overlay", text.overlays, named_overlays(), file, f"{key}.overlays")
        laid = (*map(own_overlay, text.overlays), *own)
        if not laid:
            parts = ", ".join(("overlays", *OVERLAID))
            raise InputError(f"changes nothing: give one of {parts}", file=file, key=key)
        worlds[name] = BelievedWorld(name, text, laid, file)
    return worlds
