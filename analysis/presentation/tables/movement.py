"""How far some items moved the date: a sentence, and its JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...inference.estimates import Estimate
from ...inference.json_values import number
from ...inference.question import Question
from ..json_form import shifts_as_json
from ..text import SMALLEST_SHIFT, as_recorded, day_text

EVIDENCE = "The evidence"  # what moved the date, where it is all that is counted
TELLING = 0.1  # months, by which an outer date must move to be named

if TYPE_CHECKING:  # a forecast without evidence loads no kind of it
    from ...studies.movement import Movement


def movement_text(question: Question, what: str, movement: Movement) -> str:
    """Say how far something moved the median, and whether by more than noise.

    Where it hardly did, an outer date that it did move is named as well.
    """
    if movement.before is None:
        return f"{what}: {_note(movement)}"
    shift = movement.shifts[0.5]
    before = day_text(question, movement.before.quantile_value(0.5))
    if shift.value == 0.0 and shift.mcse == 0.0:
        said = f"{what} did not move the median, {before}"
    elif max(abs(shift.value), shift.mcse) < SMALLEST_SHIFT:
        said = f"{what} moved the median by less than {2.0 * SMALLEST_SHIFT:g} months, from {before}"
    else:
        size = "beyond" if movement.beyond_noise else "within"
        said = f"{what} moved the median by {_months(shift)} months, from {before}: {size} noise"
        if movement.beyond_noise:
            return said
    p, outer = max(movement.shifts.items(), key=lambda entry: 0.0 if entry[1].noise else abs(entry[1].value))
    return f"{said}; the {p:.0%} date by {_months(outer)}" if abs(outer.value) >= TELLING and not outer.noise else said


def _note(movement: Movement) -> str:
    return movement.note + (f": {movement.refused.on_command_line}" if movement.refused else "")


def _months(shift: Estimate) -> str:
    shift = as_recorded(shift)
    return f"{shift.value:+z.2f} ± {shift.mcse:.2f}"


def movement_as_json(movement: Movement) -> dict[str, Any]:
    """Return a movement as JSON."""
    before = movement.before
    return {
        "items": list(movement.items),
        "from": None if before is None else {f"{p:g}": number(before.quantile_value(p)) for p in movement.shifts},
        "shift": shifts_as_json(movement.shifts),
        "beyond_noise": movement.beyond_noise,
        **({"note": _note(movement)} if movement.note else {}),
    }
