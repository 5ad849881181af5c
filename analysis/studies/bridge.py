"""The bridge: from the published forecast to this one, a step at a time, each with its Monte Carlo error.

The published forecast is the article's model, launched on a half-month grid and asked before any evidence. The steps
then lead in order to the answer: any moment of launch, the groups of rows that `current` lays over the article's one by
one, overlays and the event of the question, and the evidence, kind by kind. Each step is the change of a quantile from
the answer before it to its own, so that the steps add up to the whole exactly.

Answers before the evidence share their random numbers, quantity by quantity. With evidence they are weightings of these
draws, or of those that the posterior was drawn with, whichever count more; where a step leads from the ones to the
others, the two errors add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath

from ...evidence.schema import Item
from ...model.assumptions import DEFAULT_EVENT, Assumptions, assemble
from ...model.models import ARTICLE, GROUPS, group_file, model_layers
from ...priors.table import FIXED
from ..inference.diagnostics import GOOD_KHAT, WORST_KHAT
from ..inference.differences import independent_quantile_shift, quantile_shift
from ..inference.draws import PriorDraws
from ..inference.estimates import Distribution, Estimate
from ..inference.likelihoods import prior_for
from ..inference.outcomes import READY, ready_column
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.probabilities import BRIDGED
from ..inference.question import Question
from ..inference.result import Result
from ..inference.subsets import SharedDraws, Subset
from .reproduction.claims import load_claims

LAUNCH, OVERLAYS, SET, EVENT, POOL = "launch", "overlays", "set", "event", "pool"


@dataclass(frozen=True)
class BridgeStep:
    """One step.

    Attributes
    ----------
    id, title : str
        What changes: ``launch``, a group of `current`'s rows, ``overlays``, ``set``, ``event``, a kind of evidence,
        ``pool``.
    ready : Distribution
        The date after it, months since t = 0.
    shifts : mapping of float to Estimate
        By probability, how far it moves that quantile, months.
    items : tuple of str
        Ids of the items that it counts; empty where it is no evidence.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import BridgeStep, Distribution, Estimate, Weighting
    >>> ready = Distribution(np.array([9.0, 12.0]), Weighting(2))
    >>> step = BridgeStep("launch", "Nothing launched yet", ready, {0.5: Estimate(1.5, 0.1)})
    >>> step.shift(0.5).value
    1.5
    """

    id: str
    title: str
    ready: Distribution
    shifts: Mapping[float, Estimate]
    items: tuple[str, ...] = ()

    def shift(self, p: float) -> Estimate:
        """How far it moves the quantile p, months."""
        return self.shifts[p]


@dataclass(frozen=True)
class Bridge(Result):
    """The published forecast, and every step from it to this one.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    published : Distribution
        The date as published, months since t = 0.
    steps : tuple of BridgeStep
        In order.
    whole : mapping of float to Estimate
        By probability, how far all steps together move that quantile, months.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, bridge, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = bridge(prior)
    >>> found.ready is found.steps[-1].ready
    True
    """

    published: Distribution
    steps: tuple[BridgeStep, ...]
    whole: Mapping[float, Estimate]

    @property
    def ready(self) -> Distribution:
        """The date that the last step arrives at: the headline's."""
        return self.steps[-1].ready if self.steps else self.published


@dataclass(frozen=True, eq=False)
class _Answer:
    """A date on the way, and which draws it rests on: those of equal marks are the same."""

    id: str
    title: str
    ready: Distribution
    mark: object
    items: tuple[str, ...] = ()


def bridge(posterior: Posterior, pool: Distribution | None = None) -> Bridge:
    """Lead from the published forecast to a posterior.

    Parameters
    ----------
    posterior : Posterior
        Or a prior: where the bridge ends.
    pool : Distribution, optional
        The date pooled over models of other shapes: one more step.

    Raises
    ------
    InputError
        If there are more draws than can be compared pairwise.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, bridge, prior_of
    >>> from catchup.model import load_assumptions
    >>> found = bridge(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=2_000)))
    >>> [step.id for step in found.steps][:2]
    ['launch', 'firms']
    """
    refuse_other_than_posterior(posterior)
    question = replace(posterior.question, quasi_random=False)  # a sequence's dimensions change with the quantities
    answers = list(_before_evidence(question))
    if posterior.items:
        answers += _on_evidence(question, posterior, answers[-1])
    elif posterior.conditioned or posterior.question.quasi_random:
        answers[-1] = replace(answers[-1], ready=posterior.ready, mark=posterior)
    if pool is not None:
        answers.append(_Answer(POOL, "Pooled with models of other shapes", pool, answers[-1].mark))
    return Bridge(
        posterior.origin,
        answers[0].ready,
        tuple(BridgeStep(new.id, new.title, new.ready, _shifts(new, old), new.items) for old, new in pairwise(answers)),
        _shifts(answers[-1], answers[0]),
    )


def _shifts(new: _Answer, old: _Answer) -> dict[float, Estimate]:
    shift = quantile_shift if new.mark is old.mark else independent_quantile_shift
    return {p: shift(new.ready, old.ready, p) for p in BRIDGED}


def _before_evidence(question: Question) -> Iterator[_Answer]:
    """Answers of the prior, from the published one to the question's own, on common random numbers."""
    mark = object()
    published = replace(question, assumptions=assemble(model_layers(ARTICLE)), event=DEFAULT_EVENT)
    published = replace(published, launch_grid=load_claims().run.launch_grid)
    yield _Answer("published", "As published", _prior(published), mark)
    asked = replace(published, launch_grid=question.launch_grid)
    if asked.launch_grid != published.launch_grid:
        every = "any moment" if asked.launch_grid is None else f"every {asked.launch_grid:g} months"
        title = f"Launches at {every}" if asked.launch_grid is None else f"Launches {every}"
        yield _Answer(LAUNCH, title, _prior(asked), mark)
    for id_, title, assumptions in _assumptions(question.assumptions):
        asked = replace(asked, assumptions=assumptions)
        yield _Answer(id_, title, _prior(asked), mark)
    if question.event != DEFAULT_EVENT:
        title = f"The event {question.event}"
        yield _Answer(EVENT, title, _prior(replace(asked, event=question.event)), mark)


def _assumptions(whole: Assumptions) -> Iterator[tuple[str, str, Assumptions]]:
    """Yield the assumptions after every group of `current` that is among the layers, and with what is laid over all.

    A policy that is reported is no part of them: it comes with the evidence.
    """
    whole = replace(whole, enacted=())
    files = {group_file(name): name for name in GROUPS}
    laid = model_layers(ARTICLE)
    own = {layer.file for layer in model_layers(whole.model)}
    others = [layer for layer in whole.layers if layer.file not in own]
    overlays = [layer for layer in others if layer.file != FIXED]
    fixed = {name: row for layer in others if layer.file == FIXED for name, row in layer.tables["quantity"].items()}
    for layer in whole.layers:
        if layer.file in files:
            laid = [*laid, layer]
            name = files[layer.file]
            yield name, GROUPS[name], assemble(laid)
    if overlays:
        below = assemble([layer for layer in whole.layers if layer.file != FIXED]) if fixed else whole
        yield OVERLAYS, f"Laid over the model: {', '.join(PurePath(layer.file).name for layer in overlays)}", below
    if fixed:
        named = ", ".join(f"{name} = {row['value']:g}" for name, row in fixed.items())
        yield SET, f"Set to one value: {named}", whole


def _prior(question: Question) -> Distribution:
    source = PriorDraws(question)
    return Distribution(source.map(lambda values: ready_column(question, values))[READY], source.weighting)


def _on_evidence(question: Question, posterior: Posterior, prior: _Answer) -> Iterator[_Answer]:
    """Answers with one kind of evidence after another; kinds that only draws of their own could tell apart are joined.

    The last answer is the posterior itself.
    """
    own = SharedDraws(posterior.question, posterior.items, prior_for(question, posterior.items))
    groups = list(_kinds(posterior.items))
    counted: list[str] = []
    waiting: list[tuple[str, str, tuple[str, ...]]] = []
    for place, group in enumerate(groups):
        waiting.append(group)
        counted += group[2]
        id_, title = "+".join(each[0] for each in waiting), " and ".join(each[1] for each in waiting)
        items = tuple(name for each in waiting for name in each[2])
        if place == len(groups) - 1:
            mark: object = posterior.shared if posterior.engine == "importance" else posterior
            yield _Answer(id_, title, posterior.ready, mark, items)
        elif (found := _best(counted, own, posterior.shared)) is not None:
            mark = prior.mark if found.draws is own else found.draws
            yield _Answer(id_, title, found.ready, mark, items)
            waiting = []


def _kinds(items: Iterable[Item]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each kind of the items in the kinds' order, with what it is in words, and its items' ids."""
    from ...evidence.kinds import KINDS

    by_kind: dict[str, list[Item]] = {}
    for item in items:
        by_kind.setdefault(item.kind.name, []).append(item)
    for name in sorted(by_kind, key=list(KINDS).index):
        group = by_kind[name]
        yield name, group[0].kind.subject or name.replace("_", " "), tuple(item.id for item in group)


def _best(items: Sequence[str], own: SharedDraws, shared: SharedDraws | None) -> Subset | None:
    """What is known given some items, on the draws of which most count; None where none can be believed."""
    found = [own.best_subset(items), *([shared.subset(items)] if shared is not None else [])]
    best = max(found, key=lambda subset: (subset.khat < GOOD_KHAT, subset.ready.effective_draws))
    return None if best.khat > WORST_KHAT else best
