"""The page on the bridge: why the headline is not the published date, in steps that add up."""

from __future__ import annotations

from ....model.models import CURRENT, GROUPS, group_file
from ...inference.question import Question
from ...inference.request import Request, posterior
from ...studies.bridge import LAUNCH, Bridge, BridgeStep, bridge
from ...studies.reproduction.claims import load_claims
from ..markdown import generated_by, markdown_table, marked_up, to_markdown
from ..tables.bridge import bridge_table, bridge_text, quantities_of_group
from ..text import date_text

MOST_NAMED = 12  # quantities of a group; the page on priors has them all


def bridge_page(question: Question) -> str:
    """Return the page on the bridge, in Markdown.

    Parameters
    ----------
    question : Question
        Its day and draws are used, on the default items.
    """
    result = bridge(posterior(Request(question)))
    return "\n".join(
        [
            generated_by(),
            "# Why the headline is not the published date\n",
            f"The default model, `{CURRENT}`, asked on the default evidence, gives another date than the article it "
            "grew from. `catchup forecast --why` leads from the one to the other, one change at a time, each kept "
            "while the next is made; so do every run's report and, under `bridge`, `--json`. The steps add up to the "
            "whole exactly, and each carries its Monte Carlo standard error. Their order is fixed: another order would "
            "give each step another share of what two of them do together.\n",
            f"## As of {date_text(question.as_of)}\n",
            to_markdown(bridge_table(result), lines=False, references="priors.md"),
            f"{marked_up(bridge_text(result))}\n",
            "## What each step is\n",
            markdown_table(("step", "what changes"), [(_name(step), _what(step, result)) for step in result.steps]),
            "Dates before the evidence share their random numbers, quantity by quantity. With evidence they are "
            "weightings of these draws or of those that the posterior was drawn with, whichever count more; a step "
            "from the ones to the others has a larger error, since the two do not share theirs. Kinds of evidence that "
            "no draws can tell apart are one step.\n",
        ]
    )


def _name(step: BridgeStep) -> str:
    return marked_up(step.title)


def _what(step: BridgeStep, result: Bridge) -> str:
    if step.id == LAUNCH:
        grid = load_claims().run.launch_grid
        reproduced = "[reproduction](reproduction.md)"
        return f"launches are solved for in continuous time, not tried every {grid:g} month ({reproduced})"
    if step.id in GROUPS:
        names = quantities_of_group(step.id, result.question)
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        held = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
        return f"rows of `{group_file(step.id)}`: {held}{more} ([priors](priors.md))"
    return "counted: " + ", ".join(f"[{name}](evidence.md#{name})" for name in step.items)
