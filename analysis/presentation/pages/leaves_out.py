"""The page on what this leaves out: every caveat of the sources, and what holds it."""

from __future__ import annotations

from ....evidence.ledgers import load_ledger
from ...inference.question import Question
from ..caveats import known_names, load_caveats
from ..markdown import generated_by, to_markdown
from ..tables.caveats import caveat_tables

LEADS = {
    "Not modelled": "Nothing in this project holds these. Who believes that one matters must widen a belief that it "
    "would move, or ask another model.",
    "Held in part": "Something holds each of these, and something of it is left out all the same.",
    "Held in full": "As far as the sources go, nothing of these is left out; how well the figures hold them is "
    "another matter, and stands with each.",
}


def leaves_out_page(question: Question) -> str:
    """Return the page on what this leaves out, in Markdown; raises where a caveat names what does not exist."""
    caveats = load_caveats()
    caveats.check(known_names(question.assumptions, load_ledger()))
    tables = caveat_tables(caveats, linked=True)
    counts = ", ".join(f"{len(table.rows)} {table.title[:1].lower()}{table.title[1:]}" for table in tables)
    return "\n".join(
        [
            generated_by(),
            "# What this leaves out\n",
            "Five texts stand behind the forecast, and each warns of what a forecast like this one misses. This page "
            "maps every such caveat, in this project's words, to the quantity, obstacle, lever, scenario, overlay, "
            f"item or command that holds it, or says that it is not modelled: {len(caveats.rows)} caveats, {counts}. "
            "What none of the five warns of, and this project does, is said by `project`. "
            "It speaks of the default model, `current`: the published one (`--model article`) has none of its named "
            "firms, obstacles, parts that can train, commitments and months of release. It is made from "
            "`analysis/presentation/caveats.toml`; a test holds every name in it to something that exists.\n",
            *(f"## {table.title}\n\n{LEADS[table.title]}\n\n{to_markdown(table)}" for table in tables),
        ]
    )
