"""The page that sets every published claim beside this model's figure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ....priors.errors import CatchupError
from ....priors.files import write_text
from ...studies.reproduction.claims import load_claims
from ...studies.reproduction.measures import WITHOUT_LAUNCH, Finding, Verdict, published
from ...studies.reproduction.study import DRAWS, Reproduction, Row, reproduce
from .priors import generated_by, markdown_table

COMMAND = "catchup reproduce"


def reproduction_page(result: Reproduction) -> str:
    """Return `docs/reproduction.md`."""
    verdicts = [row.grid.verdict for row in result.rows]
    met = len(verdicts) - verdicts.count(Verdict.NOT_MET)
    noisy = verdicts.count(Verdict.WITHIN_NOISE)
    parts = [
        generated_by(f"{COMMAND} docs/reproduction.md --draws {result.question.draws} --seed {result.question.seed}"),
        f"<!-- inputs: {result.fingerprint} -->\n",
        "# The published forecast, reproduced\n",
        "Each claim of the article beside this model's figure and its Monte Carlo standard error (MCSE), from "
        f"{result.question.draws:,} draws of the prior alone (seed {result.question.seed}), asked as of "
        f"{result.question.as_of.isoformat()}, the article's own day. Numbers in brackets are months since "
        f"{result.question.assumptions.calendar.origin.isoformat()}. The published run tried launches every "
        f"{result.launch_grid:g} month; this model solves for them in continuous time unless told otherwise, so "
        "that both are shown.\n",
        f"With the published grid {met} of {len(verdicts)} claims are met"
        + (f", {noisy} of them only within Monte Carlo error" if noisy else "")
        + ".\n",
        _table("With launches on the published grid", [(row, row.grid) for row in result.rows]),
        _table("In continuous time", [(row, _continuous(row)) for row in result.rows]),
        "## Where they differ, and why\n",
        *[f"- {reason}" for reason in _reasons(result)],
        "",
    ]
    return "\n".join(parts)


def _continuous(row: Row) -> Finding:
    if row.claim.measure not in WITHOUT_LAUNCH:
        return row.continuous
    return replace(row.continuous, figure="the same", mcse="", remark="rests on no launch")


def _table(title: str, found: list[tuple[Row, Finding]]) -> str:
    rows = [
        (row.claim.title, published(row.claim), finding.figure, finding.mcse, finding.verdict.value, finding.remark)
        for row, finding in found
    ]
    return f"## {title}\n\n" + markdown_table(("claim", "published", "here", "MCSE", "verdict", "remark"), rows)


def _reasons(result: Reproduction) -> list[str]:
    late = result.lateness
    reasons = [
        f"A grid of launches rounds each up to its next point: its dates come {late.value:.3f} "
        f"(MCSE {late.mcse:.1g}) months later on average, and between {result.earliest:.2f} and {result.latest:.2f} "
        "in any one draw."
    ]
    for row in result.rows:
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


def write_reproduction(path: Path, *, draws: int = DRAWS, seed: int = 1) -> Reproduction:
    """Write the document to a file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    result = reproduce(draws=draws, seed=seed)
    write_text(path, reproduction_page(result))
    return result


def main(arguments: Sequence[str]) -> int:
    """Write the document to the file named."""
    if len(arguments) != 1:
        print("usage: python -m catchup.analysis.presentation.pages.reproduction FILE", file=sys.stderr)
        return 2
    try:
        write_reproduction(Path(arguments[0]))
    except CatchupError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
