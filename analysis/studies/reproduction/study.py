"""The published forecast's claims beside this model's figures, on the published grid and in continuous time."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ....model.assumptions import Assumptions, load_assumptions
from ....model.policies import apply_lever
from ....priors.errors import CatchupError
from ....priors.files import write_text
from ...inference.estimates import Array, Estimate, Weighting
from ...inference.question import PriorDraws, Question, Values, outcome_of, ready_under
from ...presentation.pages.priors import generated_by, markdown_table
from .claims import Claim, load_claims
from .measures import WITHOUT_LAUNCH, Finding, Measured, Verdict, measure, published

DRAWS = 400_000
FINGERPRINT_DRAWS = 256
COMMAND = "catchup reproduce"


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
class Reproduction:
    """Every claim beside this model's figure.

    Attributes
    ----------
    question : Question
        What was asked, in continuous time.
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

    question: Question
    launch_grid: float
    rows: tuple[Row, ...]
    lateness: Estimate
    earliest: float
    latest: float
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of ``catchup reproduce``."""

        def finding(found: Finding) -> dict[str, str]:
            return {
                "figure": found.figure,
                "mcse": found.mcse,
                "verdict": found.verdict.value,
                "remark": found.remark,
            }

        return {
            "schema": 1,
            "as_of": self.question.as_of.isoformat(),
            "draws": self.question.draws,
            "seed": self.question.seed,
            "launch_grid": self.launch_grid,
            "lateness": {"months": round(self.lateness.value, 4), "mcse": float(f"{self.lateness.mcse:.3g}")},
            "claims": [
                {
                    "id": row.id,
                    "title": row.claim.title,
                    "published": published(row.claim),
                    "grid": finding(row.grid),
                    "continuous": finding(row.continuous),
                }
                for row in self.rows
            ],
        }

    def as_markdown(self) -> str:
        """Return `docs/reproduction.md`."""
        verdicts = [row.grid.verdict for row in self.rows]
        met = len(verdicts) - verdicts.count(Verdict.NOT_MET)
        noisy = verdicts.count(Verdict.WITHIN_NOISE)
        parts = [
            generated_by(f"{COMMAND} docs/reproduction.md --draws {self.question.draws} --seed {self.question.seed}"),
            f"<!-- inputs: {self.fingerprint} -->\n",
            "# The published forecast, reproduced\n",
            "Each claim of the article beside this model's figure and its Monte Carlo standard error (MCSE), from "
            f"{self.question.draws:,} draws of the prior alone (seed {self.question.seed}), asked as of "
            f"{self.question.as_of.isoformat()}, the article's own day. Numbers in brackets are months since "
            f"{self.question.assumptions.calendar.origin.isoformat()}. The published run tried launches every "
            f"{self.launch_grid:g} month; this model solves for them in continuous time unless told otherwise, so "
            "that both are shown.\n",
            f"With the published grid {met} of {len(verdicts)} claims are met"
            + (f", {noisy} of them only within Monte Carlo error" if noisy else "")
            + ".\n",
            self._table("With launches on the published grid", [(row, row.grid) for row in self.rows]),
            self._table("In continuous time", [(row, self._continuous(row)) for row in self.rows]),
            "## Where they differ, and why\n",
            *[f"- {reason}" for reason in self._reasons()],
            "",
        ]
        return "\n".join(parts)

    def _continuous(self, row: Row) -> Finding:
        if row.claim.measure not in WITHOUT_LAUNCH:
            return row.continuous
        return replace(row.continuous, figure="the same", mcse="", remark="rests on no launch")

    def _table(self, title: str, found: list[tuple[Row, Finding]]) -> str:
        rows = [
            (row.claim.title, published(row.claim), finding.figure, finding.mcse, finding.verdict.value, finding.remark)
            for row, finding in found
        ]
        return f"## {title}\n\n" + markdown_table(("claim", "published", "here", "MCSE", "verdict", "remark"), rows)

    def _reasons(self) -> list[str]:
        late = self.lateness
        reasons = [
            f"A grid of launches rounds each up to its next point: its dates come {late.value:.3f} "
            f"(MCSE {late.mcse:.1g}) months later on average, and between {self.earliest:.2f} and {self.latest:.2f} "
            "in any one draw."
        ]
        for row in self.rows:
            if row.grid.verdict is Verdict.WITHIN_NOISE:
                reasons.append(
                    f"{row.claim.title}: {published(row.claim)} was published, {row.grid.figure} is found "
                    f"({row.grid.remark}). The two differ by less than {load_claims().run.draws:,} draws can tell."
                )
            elif row.grid.verdict is Verdict.NOT_MET:
                reasons.append(
                    f"{row.claim.title}: {published(row.claim)} was published, {row.grid.figure} is found, and the "
                    "grid does not explain it."
                )
            elif row.continuous.verdict is not Verdict.MET:
                reasons.append(
                    f"{row.claim.title}: {published(row.claim)} was published and {row.grid.figure} is found on the "
                    f"grid; in continuous time it is {row.continuous.figure}: the grid is all that differs."
                )
        return reasons


def reproduce(assumptions: Assumptions | None = None, *, draws: int = DRAWS, seed: int = 1) -> Reproduction:
    """Set every published claim beside this model's figure.

    Parameters
    ----------
    assumptions : Assumptions, optional
        The project's own by default.
    draws, seed : int
        Of the prior.
    """
    assumptions = assumptions or load_assumptions()
    claims = load_claims()
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
        question=question,
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
    interventions = {name: apply_lever(lever, race, day) for name, lever in sorted(assumptions.levers.items())}

    def answers(values: Values) -> dict[str, Array]:
        world, result = outcome_of(question, values)
        firms = {f"pretrained {name}": contender.pretrained for name, contender in result.contenders.items()}
        changed = {name: ready_under(question, values, change) for name, change in interventions.items()}
        return {"ready": result.ready, "log_flop": np.log10(world.mythos_flop), **firms, **changed}

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


def write_reproduction(path: Path, *, draws: int = DRAWS, seed: int = 1) -> Reproduction:
    """Write the document to a file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    reproduction = reproduce(draws=draws, seed=seed)
    write_text(path, reproduction.as_markdown())
    return reproduction


def main(arguments: Sequence[str]) -> int:
    """Write the document to the file named."""
    if len(arguments) != 1:
        print("usage: python -m catchup.analysis.studies.reproduction.study FILE", file=sys.stderr)
        return 2
    try:
        write_reproduction(Path(arguments[0]))
    except CatchupError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
