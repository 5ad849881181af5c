"""Words and figures on figures: powers of ten, quantities with their units, where a result comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from ....model.firms import Firm
from ...inference.question import Question
from ...inference.result import Origin
from ..text import date_text

TIMES, EN_DASH = "\N{MULTIPLICATION SIGN}", "\N{EN DASH}"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
ACRONYMS = {"mfu": "MFU", "h200": "H200", "h200s": "H200s", "950pr": "950PR", "950dt": "950DT", "rl": "RL"}
PERCENT_WORDS = (
    "share",
    "budget",
    "commitment",
    "mfu",
    "compute",
)  # of quantities that are shares of a whole
EVENT_LENGTH = 120  # characters


def power_text(exponent: int) -> str:
    """Write a power of ten: 10²⁶."""
    return f"10{str(exponent).translate(SUPERSCRIPTS)}"


def flop_text(flop: float) -> str:
    """Write compute with two digits: 5.1 times a power of ten."""
    if not (math.isfinite(flop) and flop > 0):
        return str(flop)
    mantissa, exponent = f"{flop:.1e}".split("e")
    return f"{mantissa} {TIMES} {power_text(int(exponent))}"


def brief(value: float) -> str:
    """Write a number with two or three digits: 0.77, 4.1, 24, 362."""
    return f"{value:.0f}" if abs(value) >= 9.95 else f"{value:.1f}" if abs(value) >= 0.995 else f"{value:.2g}"


def count_text(value: float) -> str:
    """Write a count briefly: 950, 75k, 1.4M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 0.9995 * size:
            return f"{brief(value / size).removesuffix('.0')}{letter}"
    return brief(value).removesuffix(".0")


def firm_text(firm: Firm) -> str:
    """Name a firm within a sentence: ByteDance, or what kind of firm it is, the top hyperscaler."""
    return firm.title if firm.archetype is not None else f"the {firm.title[:1].lower()}{firm.title[1:]}"


def value_text(quantity: str, value: float, unit: str) -> str:
    """Write a quantity's value with its unit, briefly: 1.6%, 360k chips, 4.2x per year."""
    if unit == "1":
        words = quantity.split("_")
        shared = any(word in words for word in PERCENT_WORDS) and "ratio" not in words
        return f"{brief(100.0 * value)}%" if shared else f"{value:.2g}"
    if unit.startswith("x "):
        return f"{brief(value)}{unit}"
    return f"{count_text(value) if abs(value) >= 1000 else brief(value)} {unit}"


def quantity_text(name: str, firms: Mapping[str, Firm] = MappingProxyType({})) -> str:
    """Write a quantity's name for people: Algorithmic progress; a number of months is a time, a firm has its title."""
    titles = {firm: text.title for firm, text in firms.items() if text.archetype is not None}
    words = [(ACRONYMS | titles).get(word, word) for word in name.removesuffix("_months").split("_")]
    words += ["time"] * name.endswith("_months")
    text = " ".join(words).replace("post training", "post-training")
    return text[:1].upper() + text[1:]


def event_text(question: Question) -> str:
    """Say which event is meant, with its title."""
    title = question.assumptions.event(question.event).text.title
    return f"Event {question.event}: {title}."[:EVENT_LENGTH]


def source_line(origin: Origin, *notes: str) -> str:
    """Say where a figure's numbers come from: the day, the evidence, the draws and whatever needs noting."""
    question, items = origin.question, len(origin.evidence)
    counted = f"{items} item{'s' if items != 1 else ''} of evidence" if items else "prior alone"
    drawn = f"{origin.draws:,} draws ({origin.engine}, seed {question.seed})"
    parts = [f"As of {date_text(question.as_of)}", counted, drawn]
    return "; ".join([*parts, *(note for note in notes if note)]) + "."
