"""The worlds that the sources describe, side by side: the date in each, who is first, and what evidence says of it.

Three kinds. The two *models* are asked the same question, each on what it reads of the items chosen. *Beliefs* lay
rows over the model from t = 0 on; each is conditioned anew, on draws that share their random numbers with the model's,
so that evidence speaks of it: the log of the items' density under it, which may be compared with the model's where it
is of the same observations. *Scenarios* begin on the day of the question; they share the posterior's draws, and of
what was seen before they say what the model says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from ...evidence.consistency import check_against, statements_of_priors
from ...evidence.schema import Item
from ...evidence.selection import read_by
from ...model.assumptions import Assumptions, assemble, in_world
from ...model.models import MODELS, model_layers
from ...priors.arguments import listed
from ...priors.errors import InputError, refuse_unknown
from ..inference.diagnostics import UntrustworthyError
from ..inference.differences import quantile_shift
from ..inference.estimates import Distribution, Estimate
from ..inference.firsts import first_firms
from ..inference.posterior import Posterior, prior_of, refuse_other_than_posterior
from ..inference.probabilities import DELAYED
from ..inference.processes import shared_out
from ..inference.question import Question
from ..inference.result import Result
from .scenarios import ScenarioComparison, scenarios

WORLD_DRAWS = 32_768  # of every world that is conditioned anew: a date's error is some hundredths of a month

Sort = Literal["model", "belief", "scenario"]


@dataclass(frozen=True)
class WorldResult:
    """One world.

    Attributes
    ----------
    id, title, notes : str
        What it is.
    sort : str
        ``model``, ``belief`` or ``scenario``.
    references : tuple of str
        The texts it comes from.
    ready : Distribution or None
        Months since t = 0; None where it has no answer.
    refused : str
        Why it has none; empty where it has.
    shifts : mapping of float to Estimate
        By probability, how far that quantile lies from the model's that was asked, months; empty for that itself.
    first_firm : mapping of str to Estimate
        Probability that each firm is first.
    firm_titles : mapping of str to str
        What the firms of its race are called.
    log_evidence : Estimate or None
        Log of the items' density under it; None where that is not of the same observations as the model's.
    withheld : str
        Why; empty where it is given.
    left_out : mapping of str to str
        Items that it cannot count, each with the reason.
    draws : int
        That its figures rest on.
    error : UntrustworthyError or None
        What it was refused by, where its draws were.

    Examples
    --------
    >>> from catchup.analysis.studies.worlds import WorldResult
    >>> WorldResult("flat-earth", "The earth is flat", "belief", refused="nothing falls off").answered
    False
    """

    id: str
    title: str
    sort: Sort
    references: tuple[str, ...] = ()
    notes: str = ""
    ready: Distribution | None = None
    refused: str = ""
    shifts: Mapping[float, Estimate] | None = None
    first_firm: Mapping[str, Estimate] | None = None
    firm_titles: Mapping[str, str] = field(default_factory=dict)
    log_evidence: Estimate | None = None
    withheld: str = ""
    left_out: Mapping[str, str] | None = None
    draws: int = 0
    error: UntrustworthyError | None = None

    @property
    def answered(self) -> bool:
        """Whether it has an answer."""
        return self.ready is not None

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the model's, months."""
        return (self.shifts or {})[p]

    @property
    def first(self) -> tuple[str, Estimate] | None:
        """The firm that is first most often, and how often."""
        return max(self.first_firm.items(), key=lambda each: each[1].value) if self.first_firm else None


@dataclass(frozen=True)
class Worlds(Result):
    """All worlds, beside the model that was asked.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    worlds : tuple of WorldResult
        The model that was asked, the other model, beliefs, scenarios.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, worlds
    >>> from catchup.model import load_assumptions
    >>> found = worlds(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000)))
    >>> found.asked.id, found.worlds[1].id
    ('current', 'article')
    """

    worlds: tuple[WorldResult, ...]

    @property
    def asked(self) -> WorldResult:
        """The model that was asked."""
        return self.worlds[0]

    @property
    def answered(self) -> tuple[WorldResult, ...]:
        """Those that have an answer."""
        return tuple(world for world in self.worlds if world.answered)


def worlds(
    posterior: Posterior, ids: Sequence[str] | None = None, *, compared: ScenarioComparison | None = None
) -> Worlds:
    """Ask the question of every world.

    Parameters
    ----------
    posterior : Posterior
        Or a prior, of the model that the worlds are laid over.
    ids : sequence of str, optional
        Which worlds; all by default.
    compared : ScenarioComparison, optional
        All its scenarios, where they have been asked already.

    Raises
    ------
    InputError
        If a world is unknown.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, worlds
    >>> from catchup.model import load_assumptions
    >>> found = worlds(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000)))
    >>> [world.id for world in found.worlds if world.sort == "belief"][:2]
    ['slide-as-pretraining', 'mfu-thirty']
    """
    refuse_other_than_posterior(posterior)
    question = posterior.question
    assumptions, model = question.assumptions, question.assumptions.model
    others = [name for name in MODELS if name != model]
    known = [*others, *assumptions.worlds, *assumptions.scenarios]
    wanted = known if ids is None else list(listed("ids", ids, "names of worlds"))
    refuse_unknown("world", wanted, known, key="worlds")
    anchor = _answer(replace(question, draws=min(question.draws, WORLD_DRAWS)), posterior.items, posterior)
    begun = [name for name in assumptions.scenarios if name in wanted]
    if compared is None or ids is not None:
        compared = scenarios(posterior, begun, refuse=ids is not None)
    anew = [partial(_model, posterior, anchor, name) for name in others if name in wanted]
    anew += [partial(_belief, posterior, anchor, name) for name in assumptions.worlds if name in wanted]
    return Worlds(
        posterior.origin,
        (
            _of_posterior(WorldResult(model, f"Model {model}: {MODELS[model]}", "model"), posterior, posterior),
            *shared_out(anew),
            *_scenarios(posterior, compared),
        ),
    )


def _model(posterior: Posterior, anchor: Posterior, name: str) -> WorldResult:
    """Another model, under what is laid over the one that was asked."""
    asked = posterior.question.assumptions
    own = {layer.file for layer in model_layers(asked.model)}
    above = [layer for layer in asked.layers if layer.file not in own]
    text = WorldResult(name, f"Model {name}: {MODELS[name]}", "model")
    try:
        other = assemble([*model_layers(name), *above])
        items, left_out = read_by(posterior.selection, asked, other)
        return _asked_anew(replace(text, left_out=left_out), other, items, posterior, anchor)
    except InputError as error:
        return replace(text, refused=f"does not take what is laid over {asked.model}: {error.problem}")


def _belief(posterior: Posterior, anchor: Posterior, name: str) -> WorldResult:
    assumptions = posterior.question.assumptions
    text = assumptions.worlds[name].text
    row = WorldResult(name, text.title, "belief", text.references, text.notes.strip())
    try:
        return _asked_anew(row, in_world(assumptions, name), posterior.items, posterior, anchor)
    except InputError as error:
        return replace(row, refused=f"does not go with what is laid over {assumptions.model}: {error.problem}")


def _scenarios(posterior: Posterior, compared: ScenarioComparison) -> Iterator[WorldResult]:
    model, texts = posterior.question.assumptions.model, posterior.question.assumptions.scenarios
    for name, problem in compared.refused.items():
        text, refused = texts[name].text, f"does not go with what is laid over {model}: {problem}"
        yield WorldResult(name, text.title, "scenario", text.references, text.notes.strip(), refused=refused)
    for row in compared.scenarios:
        yield WorldResult(
            row.id,
            row.title,
            "scenario",
            row.references,
            texts[row.id].text.notes.strip(),
            row.ready,
            shifts={p: row.shift(p) for p in DELAYED},
            first_firm=row.first_firm,
            firm_titles=_titles(posterior.question),
            withheld="begins on the day of the question: of what was seen before it says what the model says",
            draws=row.ready.weighting.draws,
        )


def _asked_anew(
    text: WorldResult, assumptions: Assumptions, chosen: Sequence[Item], posterior: Posterior, anchor: Posterior
) -> WorldResult:
    """Ask the question of other assumptions, on those of the items chosen that can be counted there."""
    question = replace(anchor.question, assumptions=assumptions)
    uncountable = dict(_not_countable(chosen, assumptions))
    left_out = {**(text.left_out or {}), **uncountable}
    items = tuple(item for item in chosen if item.id not in uncountable)
    try:
        found = _answer(question, items, posterior)
    except UntrustworthyError as error:
        return replace(text, refused=str(error), error=error, left_out=left_out)
    row = _of_posterior(replace(text, left_out=left_out), found, anchor)
    return replace(row, shifts={p: quantile_shift(found.ready, anchor.ready, p) for p in DELAYED})


def _answer(question: Question, items: Sequence[Item], posterior: Posterior) -> Posterior:
    """Answer a question on some of a posterior's items; the posterior itself where that is what answers it."""
    if question == posterior.question and tuple(items) == tuple(posterior.items):
        return posterior
    if not items:
        return prior_of(question)
    from ..inference.conditioning import condition

    return condition(question, replace(posterior.selection, counted=tuple(items)), "importance", like=posterior)


def _of_posterior(text: WorldResult, found: Posterior, anchor: Posterior) -> WorldResult:
    """Fill in what a posterior says, and what evidence says of it where that can be compared with the anchor's."""
    columns, weighting = found.summary, found.source.weighting
    withheld = _incomparable(found, anchor)
    return replace(
        text,
        ready=found.ready,
        first_firm=first_firms(columns, weighting, found.question.assumptions.race.firms),
        firm_titles=_titles(found.question),
        log_evidence=None if withheld else found.log_evidence,
        withheld=withheld,
        draws=weighting.draws,
    )


def _titles(question: Question) -> dict[str, str]:
    return {name: firm.title for name, firm in question.assumptions.race.firms.items()}


def _not_countable(items: Sequence[Item], assumptions: Assumptions) -> Iterator[tuple[str, str]]:
    """Yield items that a world cannot count, with the reason: its priors rest on them, or it lacks what they are of."""
    taken = statements_of_priors(assumptions)
    for item in items:
        twice = [said for said in item.text.shares if said in taken] if item.text.weight == 1 else []
        if twice:
            yield item.id, f"{taken[twice[0]]} rests on '{twice[0]}' as well"
            continue
        try:
            check_against(item, assumptions)
        except InputError as error:
            yield item.id, error.problem


def _incomparable(found: Posterior, anchor: Posterior) -> str:
    """Why the items' density under one posterior's model cannot be held against another's; empty where it can."""
    if not anchor.items:
        return "no item is counted"
    lacking = [item.id for item in anchor.items if item.id not in found.evidence]
    if lacking:
        return f"does not count {', '.join(lacking)}"
    others = [item.id for item in found.items if _observed(item, found.question) != _observed(item, anchor.question)]
    return f"reads other observations from {', '.join(others)}" if others else ""


def _observed(item: Item, question: Question) -> tuple[Any, ...]:
    """What an item observes in a question: its value, and where it is silence, through which day."""
    clock = question.clock
    return item.observation(clock), item.kind.counted_through(item.observed, clock)
