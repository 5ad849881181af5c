"""How far some items moved the date: a sentence, and its JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...inference.question import Question
from ..json_form import shifts_as_json
from ..text import SMALLEST_SHIFT, day_text

if TYPE_CHECKING:  # a forecast without evidence loads no kind of it
    from ...studies.movement import Movement


def movement_text(question: Question, what: str, movement: Movement) -> str:
    """Say how far something moved the median, and whether by more than its Monte Carlo error."""
    if movement.before is None:
        return f"{what}: {movement.note}"
    shift = movement.shifts[0.5]
    before = day_text(question, movement.before.quantile_value(0.5))
    if movement.beyond_noise and abs(shift.value) < SMALLEST_SHIFT:
        return f"{what} moved the median by less than {2.0 * SMALLEST_SHIFT:g} months, from {before}"
    size = "larger than" if movement.beyond_noise else "within"
    return (
        f"{what} moved the median by {shift.value:+.2f} ± {shift.mcse:.2f} months, from {before}: "
        f"{size} its Monte Carlo error"
    )


def movement_as_json(movement: Movement) -> dict[str, Any]:
    """Return a movement as JSON."""
    return {
        "items": list(movement.items),
        "shift": shifts_as_json(movement.shifts),
        "beyond_noise": movement.beyond_noise,
        **({"note": movement.note} if movement.note else {}),
    }
