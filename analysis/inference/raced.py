"""Values that remember what has been worked out of them."""

from __future__ import annotations

from ...model.draws import Values
from ...model.generative import Outcome, World
from .estimates import Array
from .question import Question


class RacedValues(dict[str, Array]):
    """Values of a chunk that remember the races worked out of them: what was made for a proposal serves its answer.

    What no race depends on may be given other values. A copy remembers nothing.
    """

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        self._races: list[tuple[Question, str, tuple[World, Outcome]]] = []

    def race(self, question: Question, event: str) -> tuple[World, Outcome] | None:
        """Return intermediates and dates of an event under the same assumptions, on the same day; None if unknown."""
        for asked, about, found in self._races:
            same = asked.assumptions is question.assumptions and asked.as_of == question.as_of
            if same and about == event and asked.launch_grid == question.launch_grid:
                return found
        return None

    def remember(self, question: Question, event: str, found: tuple[World, Outcome]) -> None:
        """Remember what was worked out for a question and an event."""
        self._races.append((question, event, found))
