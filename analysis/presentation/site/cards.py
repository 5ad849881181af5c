"""A run's card, drawn only when it is not there yet: an image is the same for as long as forecast and program are."""

from __future__ import annotations

import hashlib
from datetime import date

from ...archive.reading import FORECAST
from ...archive.site_folder import Made
from ...inference.code_hash import code_hash
from ...inference.probabilities import QUANTILES
from ...inference.words import QUESTION
from .feed import Told

CARD = "card.png"


def card_of(told: Told) -> Made:
    """Return the card of a run, to be drawn where it is not there."""
    run = told.run
    words = "\n".join((run.name, run.manifest.files[FORECAST], run.manifest.model, run.manifest.event, code_hash()))

    def draw() -> bytes:
        from ..figures import draw_card
        from ..figures.files import render

        headline = told.headline
        return render(
            draw_card(
                QUESTION,
                f"Around {headline.median}",
                f"90% interval: {headline.low} to {headline.high}",
                f"Forecast of {headline.day}, model {headline.model}, event {headline.event}",
                {p: _day(run.forecast["ready"]["quantiles"].get(f"{p:g}")) for p in QUANTILES},
            ),
            ".png",
        )

    return Made(hashlib.sha256(words.encode()).hexdigest(), draw)


def _day(entry: dict[str, str | None] | None) -> date | None:
    text = None if entry is None else entry["date"]
    return None if text is None else date.fromisoformat(text)
