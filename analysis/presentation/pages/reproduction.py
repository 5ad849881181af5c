"""The page on reproduction: the published forecast's claims beside this model's figures, and why they differ."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ....priors.files import write_text
from ...inference.question import DEFAULT_DRAWS
from ...studies.reproduction.claims import load_claims
from ...studies.reproduction.measures import Verdict, published
from ...studies.reproduction.study import Reproduction, Row, reproduce
from ..markdown import generated_by, grid
from ..table import Room
from ..tables.reproduction import claim_table
from .command import page_command

COMMAND = "catchup reproduce"


def reproduction_page(result: Reproduction) -> str:
    """Return the page on reproduction, `docs/reproduction.md`, in Markdown."""
    question = result.question
    verdicts = [row.grid.verdict for row in result.rows]
    met = len(verdicts) - verdicts.count(Verdict.NOT_MET)
    noisy = verdicts.count(Verdict.WITHIN_NOISE)
    parts = [
        generated_by(f"{COMMAND} docs/reproduction.md --draws {question.draws} --seed {question.seed}"),
        f"<!-- inputs: {result.fingerprint} -->\n",
        "# The published forecast, reproduced\n",
        "Each claim of the article beside this model's figure and its Monte Carlo standard error (MCSE), from "
        f"{question.draws:,} draws of the prior alone (seed {question.seed}), asked as of "
        f"{question.as_of.isoformat()}, the article's own day. Numbers in brackets are months since "
        f"{question.assumptions.calendar.origin.isoformat()}. The published run tried launches every "
        f"{result.launch_grid:g} month; this model solves for them in continuous time unless told otherwise, so "
        "that both are shown. Levers are the published run's too: what they remove, and distillation, is gone from "
        "t = 0, and what they freeze stops on the article's own day. `catchup levers --from` lets all of it begin on "
        "one day.\n",
        f"With the published grid {met} of {len(verdicts)} claims are met"
        + (f", {noisy} of them only within Monte Carlo error" if noisy else "")
        + ".\n",
        *(f"## {part.group}\n\n{grid(part)}" for part in claim_table(result).parts(Room.PAGE)),
        "## Where they differ, and why\n",
        f"- {_on_the_grid(result)}",
        *(f"- {reason}" for row in result.rows for reason in _reasons(row)),
        "",
    ]
    return "\n".join(parts)


def _on_the_grid(result: Reproduction) -> str:
    late = result.lateness
    return (
        f"A grid of launches rounds each up to its next point: its dates come {late.value:.3f} "
        f"(MCSE {late.mcse:.1g}) months later on average, and between {result.earliest:.2f} and {result.latest:.2f} "
        "in any one draw."
    )


def _reasons(row: Row) -> Iterator[str]:
    """Say why a claim is not met, or only just."""
    claimed = f"{row.claim.title}: {published(row.claim)} was published"
    if row.grid.verdict is Verdict.WITHIN_NOISE:
        yield (
            f"{claimed}, {row.grid.figure} is found ({row.grid.remark}). The two differ by less than "
            f"{load_claims().run.draws:,} draws can tell."
        )
    elif row.grid.verdict is Verdict.NOT_MET:
        yield f"{claimed}, {row.grid.figure} is found, and the grid does not explain it."
    elif row.continuous.verdict is not Verdict.MET:
        yield (
            f"{claimed} and {row.grid.figure} is found on the grid; in continuous time it is {row.continuous.figure}: "
            "the grid is all that differs."
        )


def write_reproduction(path: Path, *, draws: int = DEFAULT_DRAWS, seed: int = 1) -> Reproduction:
    """Write the page to a file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    result = reproduce(draws=draws, seed=seed)
    write_text(path, reproduction_page(result))
    return result


def _write(places: list[Path]) -> None:
    write_reproduction(places[0])


main = page_command("reproduction", "FILE", _write)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
