"""What moved, as a run recorded it: read back, not worked out again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from ..inference.estimates import Estimate
from ..inference.probabilities import HEADLINE
from ..studies.attribution import Attribution, Step
from .reading import Run


class Moved(NamedTuple):
    """The shift since an earlier run, taken apart, and that run's name."""

    against: str
    attribution: Attribution


def moved_of(run: Run) -> Moved | None:
    """Read what a run says has moved since the run before it; None where it was made without one.

    Raises
    ------
    BrokenRunError
        If its file is damaged, or there no more.
    KeyError, TypeError, ValueError
        If it is another object than runs keep.
    """
    content = run.section("diff")
    if content is None:
        return None
    attribution = Attribution(
        before={float(p): _infinite(value) for p, value in content["before"].items()},
        after={float(p): _infinite(value) for p, value in content["after"].items()},
        total=_step(content["shift"]),
        steps=tuple(_step(entry) for entry in content["steps"]),
        reference_day=date.fromisoformat(content["reference_day"]),
    )
    return Moved(str(content["against"]), attribution)


def _step(entry: Mapping[str, Any]) -> Step:
    shifts = {p: _estimate(entry["shift"][f"{p:g}"], "months") for p in HEADLINE}
    reasons = tuple(map(str, entry.get("reasons", ())))
    probability = _estimate(entry["probability"], "value")
    return Step(str(entry["id"]), str(entry["title"]), shifts, probability, reasons=reasons)


def _estimate(entry: Mapping[str, float | None], key: str) -> Estimate:
    return Estimate(_infinite(entry[key]), _infinite(entry["mcse"]))


def _infinite(value: float | None) -> float:
    """JSON has no number for what is infinite."""
    return math.inf if value is None else float(value)
