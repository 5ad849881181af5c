"""The race that draws of the baseline make: as it is, and under a scenario."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import fields
from functools import cached_property

import numpy as np

from ...model.assumptions import Assumptions, under_scenario
from ...model.change import Change
from ...model.forward import change_from, outcome
from ...model.generative import Contender, Outcome
from ...model.law import law_of_numbers, numbers_of
from ...model.policies import redrawn
from ...priors.families import Family, Uniform
from ..inference.column_names import those_under
from ..inference.draws import Values
from ..inference.outcomes import outcome_of
from ..inference.question import Question

# columns of what held until the question's day
BEFORE, BEFORE_LAW = "before:", "law of progress before:"
PARTS = tuple(part.name for part in fields(Contender))
RANK = Uniform(low=0.0, high=1.0)


class BaselineWorld:
    """The race as it is.

    Parameters
    ----------
    question : Question
        What is asked.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.assumptions = question.assumptions

    @property
    def newcomers(self) -> list[str]:
        """Firms that the question's own race does not know."""
        known = self.question.assumptions.race.firms
        return [firm for firm in self.assumptions.race.firms if firm not in known]

    @property
    def departed(self) -> list[str]:
        """Firms of the question's own race that are in it no longer."""
        race = self.assumptions.race.firms
        return [firm for firm in self.question.assumptions.race.firms if firm not in race]

    @property
    def own_beliefs(self) -> dict[str, Family]:
        """Beliefs of the quantities that the question's own race does not know, by the names they are drawn under."""
        return {}

    def values(self, drawn: Values) -> Values:
        """Values of every quantity, from draws of the question's own race extended by `own_beliefs`."""
        return drawn

    def before(self, drawn: Values) -> Change | None:
        """What held until the day of the question, from the same draws; None where nothing changes on it."""
        return None

    def run(self, values: Values, before: Change | None, assumptions: Assumptions | None = None) -> Outcome:
        """Work out the dates.

        Parameters
        ----------
        values : dict of str to array of shape (draw,)
            From `values`, or changed.
        before : Change, optional
            From `before`.
        assumptions : Assumptions, optional
            Instead of its own: with fewer firms in the race.
        """
        question = self.question
        return outcome(
            assumptions or self.assumptions,
            values,
            event=question.event,
            launch_grid=question.launch_grid,
            as_of_month=question.as_of_months,
            change=before,
        )[1]


class ScenarioWorld(BaselineWorld):
    """The race under a scenario that begins on the day of the question.

    Parameters
    ----------
    question : Question
        What is asked.
    name : str
        Which scenario.

    Raises
    ------
    InputError
        If the scenario is unknown or does not fit the model.

    Notes
    -----
    A scenario changes what happens from the day of the question on: runs that have ended by then stand, those under
    way do the rest under it, and no other launches before that day. The run of a firm that it takes out of the race,
    because another absorbs it or for whatever reason, goes on as it had planned. Quantities that it believes otherwise
    keep each draw's rank; quantities that it brings in are drawn beside the baseline's, under names of its own: two
    scenarios may use one name differently.
    """

    def __init__(self, question: Question, name: str) -> None:
        super().__init__(question)
        self.id = name
        self.assumptions = under_scenario(question.assumptions, name)

    @cached_property
    def own_beliefs(self) -> dict[str, Family]:
        """As in `BaselineWorld`; what hangs on other quantities is worked out later, from a rank that is drawn here.

        What is believed of already, but only a firm asks for that the scenario brings back, keeps its name.
        """
        base, question = self.question.assumptions, self.question
        idle = set(self._needed) & set(base.beliefs).difference(base.needed([question.event], distillation=True))
        own = {name: RANK if belief.parents else belief for name, belief in self._own.items()}
        takes_no_rank = {name for name, belief in self._own.items() if belief.parents and belief.base is None}
        private = {self._private(name): belief for name, belief in own.items() if name not in takes_no_rank}
        return private | base.beliefs_of(sorted(idle))

    def values(self, drawn: Values) -> Values:
        dependent = {name: belief for name, belief in self._own.items() if belief.parents}
        found = {name: drawn[key] for name in self._own if (key := self._private(name)) in drawn}
        own = {name: column for name, column in found.items() if name not in dependent}
        beliefs = {**self.question.assumptions.beliefs, **{name: self._own[name] for name in own}}
        return {**drawn, **own, **redrawn({**self._changed, **dependent}, beliefs, {**drawn, **own}, found)}

    def before(self, drawn: Values) -> Change:
        world, result = outcome_of(self.question, drawn)
        return change_from(self.question.as_of_months, world, {self.question.event: result})

    @cached_property
    def _changed(self) -> dict[str, Family]:
        base = self.question.assumptions.beliefs
        return {name: belief for name, belief in self._needed.items() if name in base and belief != base[name]}

    @cached_property
    def _own(self) -> dict[str, Family]:
        base = self.question.assumptions.beliefs
        return {name: belief for name, belief in self._needed.items() if name not in base}

    @cached_property
    def _needed(self) -> dict[str, Family]:
        return self.assumptions.beliefs_of(self.assumptions.needed([self.question.event]))

    def _private(self, quantity: str) -> str:
        return f"{self.id}/{quantity}"


def world_of(question: Question, scenario: str | None) -> BaselineWorld:
    """Return the race as it is, or under a scenario.

    Raises
    ------
    InputError
        If the scenario is unknown or does not fit the model.
    """
    return BaselineWorld(question) if scenario is None else ScenarioWorld(question, scenario)


def columns_of_change(change: Change, firms: Container[str]) -> Values:
    """Return what held until a month as columns of draws, for some of the firms; `change_in` reads them back."""
    runs = {firm: run for (_, firm), run in change.contenders.items() if firm in firms}
    columns = {
        f"{BEFORE}{firm}:{name}": np.broadcast_to(getattr(run, name), run.launch.shape)
        for firm, run in runs.items()
        for name in PARTS
    }
    law = {f"{BEFORE_LAW}{place}": number for place, number in enumerate(numbers_of(change.law))}
    shape = np.shape(change.law.pace)
    return columns | {name: np.broadcast_to(number, shape) for name, number in law.items()}


def change_in(columns: Values, question: Question) -> Change | None:
    """Return what held until the day of the question, from columns of draws; None where they hold no such thing."""
    numbers = [columns[name] for name in columns if name.startswith(BEFORE_LAW)]
    if not numbers:
        return None
    firms = dict.fromkeys(key.rpartition(":")[0] for key in those_under(BEFORE, columns))
    runs = {
        (question.event, firm): Contender(**{name: columns[f"{BEFORE}{firm}:{name}"] for name in PARTS})
        for firm in firms
    }
    return Change(question.as_of_months, law_of_numbers(question.assumptions.mechanisms.progress, numbers), runs)
