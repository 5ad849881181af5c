"""Whether what a table says of progress tells enough for an item of evidence to be made of it."""

from __future__ import annotations

from ....evidence.efficiency.curve import EfficiencyCurve
from ....evidence.kinds.curve import LEAST_FALL
from ....priors.errors import InputError


def refuse_flat(curve: EfficiencyCurve, file: str) -> None:
    """Refuse a curve that rules out no slow progress, or no fast one: no item can be made of it.

    Raises
    ------
    InputError
        Naming the table, and the end at which it does not fall.
    """
    for end, place in (("slower", 0), ("faster", -1)):
        fall = float(curve.values.max() - curve.values[place])
        if fall < LEAST_FALL:
            most = 10.0 ** curve.points[place]
            raise InputError(
                f"makes no item: progress of {most:g} x a year and {end} is hardly less likely by it than what is most "
                f"likely (a fall of the log likelihood by {LEAST_FALL:g} was expected, not by {fall:.2f})",
                file=file,
            )
