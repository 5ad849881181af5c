"""Documents that are almost right: a sound one, edited a few times at places and in ways that a number decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

WAYS = ("put in", "put over", "cut", "repeat", "swap lines", "cut line", "repeat line", "put for a value", "flip")
WORDS = (
    *("", " ", "\t", "\n", "\r", "\0", '"', "'", "'''", '"""', "\\", "\\u0000", "\\ud800", "#", ",", ";", ":", "="),
    *("[", "]", "[[", "]]", "{", "}", "[" * 2_000, "{" * 2_000, "[[" * 200, "<", "&", "%s", "{0}", "\ufeff", "\u202e"),
    *("0", "-0", "-1", "1", "2", "1e-320", "1e308", "1e309", "-1e309", "1" * 400, "1" * 5_000, "0.1", ".5", "1_0"),
    *("0x1F", "nan", "NaN", "inf", "-inf", "Infinity", "null", "None", "true", "false", "yes", "~", "*a", "&a "),
    *("!!python/none", "2026-11-21", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-21T00:00:00Z", "10000-01-01"),
    *("12:00:00", "text", "none", "default", "x" * 300, "\xe9", "\u017f", "\u0130", "\uff11", "\U0001f600", "../../x"),
    *("/dev/null", ".", "a.b", "a b", "[]", "{}", "[1]", "[0, 0]", '"text"', "{a = 1}", '{"a": 1}', "[[1], 2]"),
    *("-", "--", "50%", "1,000", "1.000,5"),
)
"""What readers stumble over: ends, brackets without end, numbers that are none or beyond all, days that are not."""
MOST_EDITS = 6
LARGEST = 200_000  # bytes of a document, lest repeating makes the next one ever longer


@dataclass(frozen=True)
class Edit:
    """One change of a document.

    Attributes
    ----------
    way : str
        One of `WAYS`.
    place : float
        Where, as a share of the document's length; in [0, 1).
    other : float
        The other end, or the other line.
    word : str
        What is put in.
    """

    way: str
    place: float
    other: float
    word: str


def edits_of(number: int, of: str = "") -> list[Edit]:
    """Return the edits of a number: the same ones on every machine."""
    random = Random(f"{of} {number}")
    return [
        Edit(random.choice(WAYS), random.random(), random.random(), random.choice(WORDS))
        for _ in range(random.randint(1, MOST_EDITS))
    ]


def edited(document: bytes, edits: Sequence[Edit]) -> bytes:
    """Return a document after some edits."""
    for edit in edits:
        document = _once(document, edit)[:LARGEST]
    return document


def _once(document: bytes, edit: Edit) -> bytes:
    word = edit.word.encode(errors="surrogatepass")
    at, reach = int(edit.place * (len(document) + 1)), int(edit.other * 40)
    match edit.way:
        case "put in":
            return document[:at] + word + document[at:]
        case "put over":
            return document[:at] + word + document[at + len(word) :]
        case "cut":
            return document[:at] + document[at + reach :]
        case "repeat":
            return document[: at + reach] + document[at:]
        case "flip":
            return (
                document[:at]
                + bytes([(document[at] if at < len(document) else 0) ^ (1 << reach % 8)])
                + document[at + 1 :]
            )
        case "put for a value":
            return _with_value(document, edit.place, word)
    lines = document.split(b"\n")
    one, other = int(edit.place * len(lines)), int(edit.other * len(lines))
    match edit.way:
        case "swap lines":
            lines[one], lines[other] = lines[other], lines[one]
        case "cut line":
            del lines[one]
        case "repeat line":
            lines.insert(other, lines[one])
    return b"\n".join(lines)


def _with_value(document: bytes, place: float, word: bytes) -> bytes:
    """Put something in place of what a line gives to its key, which keeps the document's form more often than not."""
    lines = document.split(b"\n")
    given = [index for index, line in enumerate(lines) if b"=" in line or b":" in line or b"," in line]
    if not given:
        return word
    index = given[int(place * len(given))]
    mark = next(mark for mark in (b"=", b":", b",") if mark in lines[index])
    key, _, value = lines[index].partition(mark)
    lines[index] = key + mark + b" " + word + (b"," if value.rstrip().endswith(b",") else b"")
    return b"\n".join(lines)
