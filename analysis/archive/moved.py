"""What moved, as a run recorded it: read back, not worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from ..inference.json_values import estimate_of, from_json
from ..inference.probabilities import HEADLINE
from ..studies.attribution import Attribution, Change, Step
from ..studies.attribution_steps import CONFIRMED
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
        before={float(p): from_json(value) for p, value in content["before"].items()},
        after={float(p): from_json(value) for p, value in content["after"].items()},
        total=_step(content["shift"]),
        steps=tuple(_step(entry) for entry in content["steps"]),
        reference_day=date.fromisoformat(content["reference_day"]),
        known=None if content.get("known_shift") is None else estimate_of(content["known_shift"]),
    )
    return Moved(str(content["against"]), attribution)


def _step(entry: Mapping[str, Any]) -> Step:
    shifts = {p: estimate_of(entry["shift"][f"{p:g}"]) for p in HEADLINE}
    reasons = tuple(map(str, entry.get("reasons", ())))
    probability = estimate_of(entry["probability"], "value")
    title = str(entry["title"])
    return Step(changes_of(str(entry["id"]), title), title, shifts, probability, reasons=reasons)


def changes_of(identity: str, title: str) -> tuple[Change, ...]:
    """Read the changes of a step back from its id; which silences they confirmed, only its title says.

    Examples
    --------
    >>> changes_of("changed:a", "silence confirmed: a, through 2026-11-20 (before: 2026-09-29)")[0].kind
    'confirmed'
    """
    words = [word.partition(":") for word in identity.split("+")]
    return tuple(
        Change("confirmed" if kind == "changed" and _confirms(title, item, alone=len(words) == 1) else kind, item)
        for kind, _, item in words
    )


def _confirms(title: str, item: str, *, alone: bool) -> bool:
    """Whether a title says that silence was confirmed; further on it may hold a revision's reason, in any words."""
    begins = f"{CONFIRMED}: {item}, through "
    return title.startswith(begins) or (not alone and f", {begins}" in title)
