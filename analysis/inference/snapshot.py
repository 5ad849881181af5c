"""A forecast that was made, kept so that it can be worked out again and compared with another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ...evidence.schema import Item
from ...evidence.selected import Selection
from .conditioning import condition
from .estimates import Estimate
from .inputs import Inputs
from .posterior import Posterior, prior_of
from .question import Question


@dataclass(frozen=True)
class Snapshot:
    """A forecast's question and inputs, to be worked out again.

    Attributes
    ----------
    question : Question
        What was asked.
    items : mapping of str to Item
        What was counted.
    inputs : Inputs
        Where both came from.
    version : str
        Version of the model that answered.
    recorded : mapping of float to Estimate
        Quantiles that it published, by probability, months, if it did.
    engine : str
        What made its draws.
    retracted : mapping of str to str
        By id, items that had been retracted by its day: when, and why.
    code : str
        Hash of the program; empty where it was not kept.
    changes : tuple of str
        Entries of the program's changelog as it stood; empty where they were not kept.
    probabilities : mapping of date to Estimate
        Probabilities that it published of being ready by the end of a day, if it did.
    known : Estimate or None
        Median that it published of the date on which it is publicly known, months, if it did.
    """

    question: Question
    items: Mapping[str, Item]
    inputs: Inputs
    version: str
    recorded: Mapping[float, Estimate] = field(default_factory=dict)
    engine: str = "importance"
    retracted: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    changes: tuple[str, ...] = ()
    probabilities: Mapping[date, Estimate] = field(default_factory=dict)
    known: Estimate | None = None

    def posterior(self) -> Posterior:
        """Work its posterior out again; by importance, whatever the engine was.

        Raises
        ------
        UntrustworthyError
            If these draws cannot be trusted.
        """
        return posterior_on(self.question, self.items.values())


def posterior_on(question: Question, items: Iterable[Item]) -> Posterior:
    """Draw from the posterior of items that have been decided on, by importance; from the prior where there are none.

    Parameters
    ----------
    question : Question
        What is asked.
    items : iterable of Item
        What is counted.

    Raises
    ------
    UntrustworthyError
        If the draws cannot be trusted, or prior and evidence hardly overlap.
    """
    counted = tuple(items)
    return condition(question, Selection(counted), "importance") if counted else prior_of(question)
