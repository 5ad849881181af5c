"""What is written about a figure's axes."""

from __future__ import annotations

from matplotlib.figure import Figure


def words_of(figure: Figure) -> str:
    """Title, notes and foot, whatever lines they were broken into."""
    return " ".join(" ".join(text.get_text() for text in figure.texts).split())
