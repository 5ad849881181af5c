"""What draws say of items, item by item, for any of them to be counted together.

What a silence says depends on the doubted reports and claims of its event that are beside it (see `evidence.rumours`),
so that the terms of some items do not add up from those of all: a silence's is worked out anew beside those among them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...evidence.likelihood import log_densities, log_density
from ...evidence.rumours import rumours_in
from ...evidence.schema import Item
from .column_names import those_under, under
from .draws import Values
from .estimates import Array
from .likelihoods import Raced, genuine_of, predictions_of, races_of, total, unheard_of
from .outcomes import READY
from .question import Question

PREDICTED, UNHEARD = OF_ITEMS = "predicted:", "unheard:"  # begin the columns of items


@dataclass(frozen=True, eq=False)
class Terms:
    """Items' terms in some draws.

    Attributes
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : tuple of Item
        Whose terms.
    ready : array of shape (draw,)
        Date of the question's event, months since t = 0.
    predicted : mapping of str to array of shape (draw,)
        By item, what the model says of its observation where all are counted.
    unheard : mapping of str to array of shape (draw,)
        By silence that stands beside doubted reports or claims, what it says of it where none of these is counted; and
        by claim given such a silence, under the id of `after_silence`, the probability that the event is known.
    likelihoods : mapping of str to array of shape (draw,)
        By item, the log of its density where all are counted.
    """

    question: Question
    items: tuple[Item, ...]
    ready: Array
    predicted: Mapping[str, Array]
    unheard: Mapping[str, Array]
    likelihoods: Mapping[str, Array]

    @classmethod
    def of(cls, question: Question, items: Sequence[Item], columns: Values) -> Terms:
        """Take the columns that `terms_in` has worked out in all draws."""
        predicted = {item.id: columns[PREDICTED + item.id] for item in items}
        unheard = those_under(UNHEARD, columns)
        found = log_densities(items, predicted, question.clock)
        return cls(question, tuple(items), columns[READY], predicted, unheard, found)

    @property
    def names(self) -> list[str]:
        """Ids of the items."""
        return [item.id for item in self.items]

    @cached_property
    def genuine(self) -> dict[str, Array]:
        """Probability in each draw that each item that is doubted is about what it says, where all are counted."""
        return genuine_of(self.question, self.items, self.predicted, self.unheard)

    def of_some(self, names: Collection[str]) -> dict[str, Array]:
        """Log density of each of some items, where no other is counted."""
        found = {name: self.likelihoods[name] for name in names}
        clock, assumptions = self.question.clock, self.question.assumptions
        for silence, rumours in rumours_in(self.items, self.question.as_of).items():
            beside = [rumour for rumour in rumours if rumour.report.id in found]
            if silence not in found or len(beside) == len(rumours):
                continue
            item, told = rumours[0].silence, self.unheard[silence]
            for rumour in beside:
                told = rumour.heard(np, told, {**self.predicted, **self.unheard}, assumptions)
            found[silence] = log_density(item, item.observation(clock), told, clock)
        return found

    def joint(self, names: Collection[str]) -> Array:
        """Log density of some items together, where no other is counted, shape (draw,)."""
        return total(self.of_some(names)) if names else np.zeros(self.ready.size)

    def added_by(self, name: str) -> Array:
        """What an item adds to the log density of all others, shape (draw,)."""
        others = self.of_some([other for other in self.names if other != name])
        changed = (self.likelihoods[other] - column for other, column in others.items() if other in self.unheard)
        return np.asarray(sum(changed, start=self.likelihoods[name]))


def terms_in(question: Question, values: Values, items: Sequence[Item], raced: Raced | None = None) -> Values:
    """Work out what `Terms` needs in a chunk of draws; `raced` from `races_of` with the same values."""
    raced = raced or races_of(question, values, items)
    _, dates, predicted = predictions_of(question, values, items, raced)
    unheard = unheard_of(question, values, items, raced)
    return {
        READY: dates.ready,
        **under(PREDICTED, predicted),
        **under(UNHEARD, unheard),
    }
