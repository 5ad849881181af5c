"""What every result says of the draws that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .engines import FORWARD
from .question import Question


@dataclass(frozen=True)
class Origin:
    """Where a result's draws come from.

    Attributes
    ----------
    question : Question
        What was asked.
    draws : int
        How many draws.
    engine : str
        What made them: ``forward``, ``importance`` or ``nuts``.
    evidence : tuple of str
        Ids of the items counted.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, forecast, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> origin = forecast(prior).origin
    >>> origin.engine, origin.draws, origin.evidence
    ('forward', 1000, ())
    """

    question: Question
    draws: int
    engine: str = FORWARD
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say in a line what was asked, and of how many draws by which engine it is answered."""
        asked = f"{self.question.event} as of {self.question.as_of}, model {self.question.assumptions.model}"
        return f"{asked}, evidence: {', '.join(self.evidence) or 'none'}; {self.draws:,} draws, {self.engine}"

    def as_json(self) -> dict[str, Any]:
        """Return what every result says of what was asked, and of its draws."""
        return {
            "schema": 1,
            "model": self.question.assumptions.model,
            "event": self.question.event,
            "as_of": self.question.as_of.isoformat(),
            "engine": self.engine,
            "draws": self.draws,
            "seed": self.question.seed,
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True)
class Result:
    """What a study of some draws returns.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that the result rests on.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, levers, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = levers(prior)  # or any other study
    >>> found.question.as_of.isoformat(), found.engine
    ('2026-11-21', 'forward')
    """

    origin: Origin

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.origin.question

    @property
    def engine(self) -> str:
        """What made the draws."""
        return self.origin.engine

    @property
    def draws(self) -> int:
        """How many draws."""
        return self.origin.draws

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the items counted."""
        return self.origin.evidence
