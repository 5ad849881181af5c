"""The published forecast's claims beside this model's figures, on the published grid and in continuous time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np

from ....model.assumptions import Assumptions, load_assumptions
from ....model.models import ARTICLE
from ....model.policies import apply_as_published
from ...inference.draws import PriorDraws, Values
from ...inference.estimates import Array, Estimate, Weighting
from ...inference.outcomes import READY, outcome_of, ready_under
from ...inference.question import DEFAULT_DRAWS, Question
from ...inference.result import Origin, Result
from .claims import Claim, load_claims
from .measures import Finding, Measured, measure

FINGERPRINT_DRAWS = 256


@dataclass(frozen=True)
class Row:
    """One claim and what this model says of it.

    Attributes
    ----------
    id : str
        The claim's.
    claim : Claim
        What was published.
    grid, continuous : Finding
        With launches on the published grid, and at any moment.
    """

    id: str
    claim: Claim
    grid: Finding
    continuous: Finding


@dataclass(frozen=True)
class Reproduction(Result):
    """Every claim beside this model's figure.

    Attributes
    ----------
    origin : Origin
        What was asked, in continuous time, of the prior.
    launch_grid : float
        Months between launches of the published run.
    rows : tuple of Row
        By claim.
    lateness : Estimate
        Months by which the grid's dates come later, on average.
    earliest, latest : float
        Least and most lateness of any draw, months.
    fingerprint : str
        Of the claims and of what the model answers; see `fingerprint`.
    """

    launch_grid: float
    rows: tuple[Row, ...]
    lateness: Estimate
    earliest: float
    latest: float
    fingerprint: str


def reproduce(*, draws: int = DEFAULT_DRAWS, seed: int = 1) -> Reproduction:
    """Set every published claim beside the published model's figure.

    Parameters
    ----------
    draws, seed : int
        Of the prior.
    """
    assumptions, claims = load_assumptions(model=ARTICLE), load_claims()
    question = Question(assumptions, assumptions.table.day("article_day"), draws=draws, seed=seed)
    gridded = replace(question, launch_grid=claims.run.launch_grid)
    found = {
        asked.launch_grid: {name: measure(claim, measured) for name, claim in claims.claims.items()}
        for asked in (gridded, question)
        for measured in [Measured(asked, claims.run)]
    }
    rows = tuple(
        Row(name, claim, found[gridded.launch_grid][name], found[None][name]) for name, claim in claims.claims.items()
    )
    late = _lateness(question, gridded)
    return Reproduction(
        Origin(question, question.draws),
        launch_grid=claims.run.launch_grid,
        rows=rows,
        lateness=Estimate(float(late.mean()), Weighting(draws=late.size).mcse(late)),
        earliest=float(late.min()),
        latest=float(late.max()),
        fingerprint=fingerprint(assumptions),
    )


def fingerprint(assumptions: Assumptions) -> str:
    """Digest of the claims and of the model's answers to fixed draws, by which a stale document is told.

    Answers instead of source text: a model that is only written differently answers the same. They are
    rounded to a millionth of a month, far above what another machine's arithmetic changes.
    """
    question = Question(assumptions, assumptions.table.day("article_day"), draws=FINGERPRINT_DRAWS, seed=0)
    race, day = assumptions.race, question.as_of_months
    interventions = {name: apply_as_published(lever, race, day) for name, lever in sorted(assumptions.levers.items())}

    def answers(values: Values) -> dict[str, Array]:
        world, result = outcome_of(question, values)
        firms = {f"pretrained {name}": contender.pretrained for name, contender in result.contenders.items()}
        changed = {name: ready_under(question, values, change) for name, change in interventions.items()}
        return {READY: result.ready, "log_flop": np.log10(world.mythos_flop), **firms, **changed}

    digest = hashlib.blake2b(digest_size=16)
    for name, column in sorted(PriorDraws(question).map(answers).items()):
        digest.update(name.encode() + b"\0" + (np.round(column, 6) + 0.0).tobytes())
    claims = load_claims()
    text = {name: claim.model_dump(mode="json") for name, claim in claims.claims.items()}
    digest.update(json.dumps([claims.run.model_dump(mode="json"), text], sort_keys=True).encode())
    return digest.hexdigest()


def _lateness(question: Question, gridded: Question) -> Array:
    def difference(values: Values) -> Values:
        return {"late": ready_under(gridded, values) - ready_under(question, values)}

    late: Array = PriorDraws(question).map(difference)["late"]
    return late
