"""What is asked: everything that determines an answer, evidence aside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ...model.asked import check_launch_grid
from ...model.assumptions import DEFAULT_EVENT, Assumptions
from ...model.calendar import LAST_DAY, Clock, day_of
from ...priors.arguments import refuse_others
from ...priors.errors import InputError

DEFAULT_DRAWS = 100_000
MOST_DRAWS = 100_000_000
LARGEST_SEED = 2**64 - 1  # what files of draws can hold


@dataclass(frozen=True)
class Question:
    """Everything that determines a forecast, evidence aside.

    Attributes
    ----------
    assumptions : Assumptions
        The model and its priors.
    as_of : date
        As a date, a moment or ISO text: the day it is asked: evidence known later is not used, policies act from it.
    event : str
        Which event.
    draws, seed : int
        How many draws, and the seed of their random numbers.
    quasi_random : bool
        Scrambled Sobol points instead of independent draws.
    launch_grid : float, optional
        Months between possible launches.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    >>> question.as_of_months > 0.0, question.event
    (True, 'compute-equivalent')
    """

    assumptions: Assumptions
    as_of: date
    event: str = DEFAULT_EVENT
    draws: int = DEFAULT_DRAWS
    seed: int = 1
    quasi_random: bool = False
    launch_grid: float | None = None

    def __post_init__(self) -> None:
        refuse_others("assumptions", self.assumptions, Assumptions, "what load_assumptions returns")
        refuse_others("event", self.event, str, "the id of an event")
        refuse_others("draws", self.draws, (int, np.integer), "a whole number")
        refuse_others("seed", self.seed, (int, np.integer), "a whole number")
        object.__setattr__(self, "as_of", day_of(self.as_of, "as_of"))
        for name in ("draws", "seed"):  # of NumPy's kinds, neither JSON nor its own generators take all
            object.__setattr__(self, name, int(getattr(self, name)))
        self.assumptions.event(self.event)
        if not 1 <= self.draws <= MOST_DRAWS:
            raise InputError(f"between 1 and {MOST_DRAWS:,} draws were expected, not {self.draws:,}", key="--draws")
        if self.quasi_random and self.draws < 16:
            raise InputError(f"quasi-random draws come in scrambles: at least 16, not {self.draws}", key="--draws")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InputError(f"a whole number from 0 to {LARGEST_SEED} was expected, not {self.seed}", key="--seed")
        check_launch_grid(self.launch_grid)
        origin = self.assumptions.calendar.origin
        if not origin <= self.as_of <= LAST_DAY:
            expected = f"from {origin} (t = 0) on" if self.as_of < origin else f"up to {LAST_DAY}"
            raise InputError(f"a day {expected} was expected, not {self.as_of}", key="--as-of")

    def without_obstacles(self, ids: Collection[str] | None = None) -> Question:
        """Return the question without some of the model's obstacles; by default without any, on compute alone."""
        return replace(self, assumptions=self.assumptions.without_obstacles(ids))

    @property
    def before_evidence(self) -> Question:
        """The same as nobody knew of any item: a policy that has been enacted is evidence, too."""
        return replace(self, assumptions=replace(self.assumptions, enacted=()))

    @property
    def clock(self) -> Clock:
        """How its days count."""
        return self.assumptions.clock(self.as_of)

    @property
    def as_of_months(self) -> float:
        """The day it is asked, in months since t = 0."""
        return self.clock.months()


def refuse_other_than_question(question: object) -> None:
    """Refuse what is no question where one is asked for.

    Raises
    ------
    InputError
        Saying what returns one.
    """
    refuse_others("question", question, Question, "a Question (Model.question returns one)")
