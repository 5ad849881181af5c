"""Whether what a table says of progress tells enough for an item of evidence to be made of it."""

from __future__ import annotations

from ....evidence.efficiency.curve import EfficiencyCurve
from ....evidence.kinds.curve import LEAST_FALL
from ....priors.errors import InputError

RULED_OUT = 3.0  # nats below the top from which an end of a curve is said to be ruled out: one to twenty


def ruled_out_text(curve: EfficiencyCurve) -> str:
    """Say of slow and of fast progress whether a curve rules them out."""
    slow, fast = (fall(curve, place) >= RULED_OUT for place in (0, -1))
    if slow and fast:
        return "they rule out slow progress, and fast"
    if slow or fast:
        return f"they rule out {'slow' if slow else 'fast'} progress, and hardly {'fast' if slow else 'slow'}"
    return "they hardly tell slow progress from fast"


def fall(curve: EfficiencyCurve, place: int) -> float:
    """By how much a curve falls from its top to its first (0) or last value (-1), natural logarithms."""
    return float(curve.values.max() - curve.values[place])


def refuse_flat(curve: EfficiencyCurve, file: str) -> None:
    """Refuse a curve that rules out no slow progress, or no fast one: no item can be made of it.

    Raises
    ------
    InputError
        Naming the table, and the end at which it does not fall.
    """
    for end, place in (("slower", 0), ("faster", -1)):
        fallen = fall(curve, place)
        if fallen < LEAST_FALL:
            most = 10.0 ** curve.points[place]
            raise InputError(
                f"makes no item: progress of {most:g} x a year and {end} is hardly less likely by it than what is most "
                f"likely (a fall of the log likelihood by {LEAST_FALL:g} was expected, not by {fallen:.2f})",
                file=file,
            )
