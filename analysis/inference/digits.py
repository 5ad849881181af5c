"""How whole numbers are written, wherever words are made of them."""

from __future__ import annotations


def thousands(value: float) -> str:
    """Write a count in groups of three digits."""
    return f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}")
