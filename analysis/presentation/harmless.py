"""How text and addresses that come from others are made harmless to whoever reads them."""

from __future__ import annotations

import re
import unicodedata

STEERING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Bidirectional classes of characters that reorder what stands around them."""
LINK = re.compile(r"https?://|#|[\w./-]+(#[\w-]*)?$")
MARKS = "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}"


def harmless(text: str) -> str:
    """Write out the characters that would steer a terminal or turn the order of the text around them.

    Titles and sources come from files of others. Line breaks become spaces, so that a cell stays a cell.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_harmless, text))


def is_link(address: str | None) -> bool:
    """Whether an address leads to a page or a place on one: it may come from others, and must not be a script."""
    return address is not None and LINK.match(address) is not None


def _harmless(character: str) -> str:
    if character in "\t\n\r":
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    steers = unicodedata.bidirectional(character) in STEERING or character in MARKS
    return f"\\u{ord(character):04x}" if hidden or steers else character
