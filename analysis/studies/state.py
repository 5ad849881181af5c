"""Where the race stands on the day of the question: how far the furthest run, and each firm's, has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...model.obstacles import is_served
from ..inference.column_names import FIRM, under
from ..inference.draws import Values
from ..inference.estimates import Distribution, Estimate
from ..inference.outcomes import COMPUTE_ALONE, READY, STAGE, outcome_of
from ..inference.posterior import Posterior
from ..inference.result import Result
from ..inference.silence import confirmed_through, silences_in, silent_through
from ..inference.stages import furthest, shares_of_stages, stage_titles, stages_of


@dataclass(frozen=True)
class Stage:
    """One stage, and the date given that the race is in it.

    Attributes
    ----------
    id, title : str
        Which.
    probability : Estimate
        That the furthest run is in it.
    ready : Distribution or None
        Months since t = 0, given that it is; None where no draw is.
    """

    id: str
    title: str
    probability: Estimate
    ready: Distribution | None


@dataclass(frozen=True)
class Explained:
    """What explains that nothing has been announced by the day of the question: three that add up to one.

    Attributes
    ----------
    compute : Estimate
        Probability that nobody would be ready by then even if nothing but compute stood in the way.
    obstacles : Estimate
        That somebody would, and something else stands in the way.
    unannounced : Estimate
        That a model is ready, or served where the event comes only then, and nobody has said so.
    """

    compute: Estimate
    obstacles: Estimate
    unannounced: Estimate


@dataclass(frozen=True)
class State(Result):
    """Where the race stands.

    Attributes
    ----------
    origin : Origin
        The question, and the draws.
    stages : tuple of Stage
        Of the furthest run, in their order.
    firms : mapping of str to mapping of str to Estimate
        By firm and stage, the probability that the firm's own run is in it.
    explained : Explained or None
        What explains the silence; None where none is counted.
    silent : bool
        Whether silence about the event is counted through the day of the question.
    """

    stages: tuple[Stage, ...]
    firms: Mapping[str, Mapping[str, Estimate]]
    explained: Explained | None = None
    silent: bool = False


def state(posterior: Posterior) -> State:
    """Work out where the race stands on the day of the question.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.

    Returns
    -------
    State
        The furthest run is that of the firm which has come furthest on that day; among firms in one stage it does not
        matter which.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of
    >>> from catchup.analysis.studies.state import state
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 2, 24), draws=1_000))
    >>> [stage.id for stage in state(prior).stages if stage.probability.value > 0.9]
    ['not-launched']
    """
    question, source = posterior.question, posterior.source
    month = question.as_of_months

    def evaluate(values: Values) -> Values:
        result = outcome_of(question, values)[1]
        reached = stages_of(result, month)
        return {READY: result.ready, STAGE: furthest(reached), **under(FIRM, reached)}

    columns, weighting = source.map(evaluate), source.weighting
    ready, race = Distribution(columns[READY], weighting), columns[STAGE]
    shares, silent = shares_of_stages(race, weighting), silent_through(question, silences_in(question, posterior.items))
    titles = stage_titles(silent=silent, served=is_served(question.assumptions.obstacles, question.event))
    stages = tuple(
        Stage(name, title, shares[name], ready.given(race == place))
        for place, (name, title) in enumerate(titles.items())
    )
    firms = {firm: shares_of_stages(columns[FIRM + firm], weighting) for firm in question.assumptions.race.firms}
    return State(posterior.origin, stages, firms, _explained(posterior), silent)


def _explained(posterior: Posterior) -> Explained | None:
    question, weighting, month = posterior.question, posterior.source.weighting, posterior.question.as_of_months
    if confirmed_through(question, silences_in(question, posterior.items)) is None:
        return None
    ready = posterior.summary[READY]
    alone = posterior.summary.get(COMPUTE_ALONE, ready)
    waiting = ready > month  # a model that is ready needs no excuse, whatever compute alone would have given
    shares = waiting & (alone > month), waiting & (alone <= month), ~waiting
    return Explained(*(weighting.estimate(share.astype(float)) for share in shares))
