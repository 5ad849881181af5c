"""The posterior: draws that answer a question on some evidence, and all that is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...evidence.selected import NOTHING_SELECTED, Selection
from ...priors.arguments import refuse_others
from .diagnostics import Diagnostics
from .draws import DrawSource, PriorDraws, Values
from .engines import FORWARD
from .estimates import ZERO, Distribution, Estimate
from .known import KNOWN, known_column, with_ranks
from .outcomes import READY, summary_columns
from .question import Question, refuse_other_than_question
from .result import Origin

if TYPE_CHECKING:
    from ...evidence.schema import Item
    from .screened import Screened
    from .subsets import SharedDraws


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws that answer a question on some evidence; the prior's, where none is counted and no engine was asked for.

    Attributes
    ----------
    question : Question
        What was asked, with the latent quantities of the items among its assumptions.
    source : DrawSource
        The draws.
    diagnostics : Diagnostics
        Whether they can be trusted.
    engine : str
        What made them: ``forward`` (the prior's), ``importance`` or ``nuts``.
    selection : Selection
        Items counted, shown and set aside.
    log_evidence : Estimate
        Log of the evidence's density under the prior.
    notes : tuple of str
        Why this engine, and what was set aside.
    sample_stats : mapping of str to xarray.DataArray
        What the sampler recorded of its transitions; empty where none was run.
    shared : SharedDraws, optional
        Draws that stand for the prior, with the likelihood of every item in each; None for the prior, which knows of
        no item.
    screened : Screened, optional
        Draws of the prior that the items were screened on; None for the prior itself.

    Examples
    --------
    The prior is a posterior of no items:

    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> prior.engine, prior.items
    ('forward', ())
    """

    question: Question
    source: DrawSource
    diagnostics: Diagnostics
    engine: str = FORWARD
    selection: Selection = NOTHING_SELECTED
    log_evidence: Estimate = ZERO
    notes: tuple[str, ...] = ()
    sample_stats: Mapping[str, Any] = field(default_factory=dict)
    shared: SharedDraws | None = None
    screened: Screened | None = None

    def __repr__(self) -> str:
        return f"Posterior({self.origin})"

    @property
    def items(self) -> tuple[Item, ...]:
        """Items counted."""
        return self.selection.counted

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the items counted."""
        return tuple(item.id for item in self.items)

    @property
    def conditioned(self) -> bool:
        """Whether an engine conditioned these draws, if only on nothing; False for the prior as it is."""
        return self.engine != FORWARD

    @property
    def origin(self) -> Origin:
        """What results say of where they come from."""
        return Origin(self.question, self.source.weighting.draws, self.engine, self.evidence)

    @cached_property
    def summary(self) -> Values:
        """Columns of all draws that sum the answer up; see `summary_columns`."""
        if self._own_draws is not None:
            return self._own_draws.summary

        def evaluate(values: Values) -> Values:
            columns = summary_columns(self.question, values)
            return columns | known_column(self.question, self.items, values, columns[READY])

        return with_ranks(self.question, self.source).map(evaluate)

    @cached_property
    def genuine(self) -> Values:
        """By reading or claim counted, the probability in each draw that it is about what it says; shape (draw,)."""
        if not self.items:
            return {}
        if self._own_draws is not None:
            return self._own_draws.terms.genuine
        from .genuineness import genuine_in

        return self.source.map(lambda values: genuine_in(self.question, values, self.items))

    @property
    def _own_draws(self) -> SharedDraws | None:
        """The draws that stand for the prior, where these are they with other weights."""
        same = self.engine == "importance" and self.shared is not None and self.shared.question is self.question
        return self.shared if same else None

    @cached_property
    def ready(self) -> Distribution:
        """Date of the question's event, months since t = 0."""
        if self._own_draws is not None:  # in order already
            return self._own_draws.ready.reweighted(self.source.weighting)
        return Distribution(self.summary[READY], self.source.weighting)

    @property
    def known(self) -> Distribution | None:
        """Date on which it is publicly known, months; None where the model does not tell ready from known."""
        return Distribution(self.summary[KNOWN], self.source.weighting) if KNOWN in self.summary else None

    def kept(self) -> Posterior:
        """Return the same posterior with its draws in memory, for whoever asks much of them: copies of the process too.

        Draws that would take too much memory stay as they are; see `PriorDraws.kept`.
        """
        source = self.source.kept()
        if source is self.source:
            return self
        source.map(lambda values: {})
        return replace(self, source=source)

    def about(self, event: str) -> Posterior:
        """Return the same draws, asked when another event comes."""
        assumptions = self.question.assumptions
        source = self.source.extended(assumptions.beliefs_of(assumptions.needed([event])))
        return replace(self, question=replace(self.question, event=event), source=source, shared=None, screened=None)


def refuse_other_than_posterior(posterior: object) -> None:
    """Refuse what is no posterior where a study asks for one: a model and a tree, above all.

    Raises
    ------
    InputError
        Saying what returns one.
    """
    refuse_others("posterior", posterior, Posterior, "a Posterior (Model.posterior returns one)")


def prior_of(question: Question) -> Posterior:
    """Return what is believed before any evidence: draws of the prior, made anew whenever a study asks for them.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> prior.ready.values.shape
    (1000,)
    """
    refuse_other_than_question(question)
    source = PriorDraws(question)
    return Posterior(question, source, Diagnostics(ess=float(source.weighting.draws)))
