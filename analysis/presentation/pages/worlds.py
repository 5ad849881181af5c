"""The page on worlds: what each believes or does otherwise, where it comes from, and what that does to the date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....model.worlds import BelievedWorld
from ...inference.question import Question
from ...studies.worlds import worlds
from ..markdown import cited, generated_by, markdown_table, marked_up, to_markdown
from ..tables.worlds import world_table
from .asked import asked_twice

UNSAID = ("sources", "shares", "notes")  # keys of a row that its numbers do without


def world_page(question: Question) -> str:
    """Return the page on worlds, in Markdown.

    Parameters
    ----------
    question : Question
        Its day and draws are used; the same is asked of the prior on the article's own day.
    """
    assumptions = question.assumptions
    parts = [
        generated_by(),
        "# Worlds\n",
        "The five sources describe other worlds than the model's: other compute behind Mythos, other progress, firms "
        "that merge, chips that are pooled. `catchup worlds` asks the question of all of them in one table, beside "
        "both models, and `--plot FILE` draws it. What is *believed* otherwise holds from t = 0 on, and evidence "
        "speaks of it; what happens *from the day* of the question on is a [scenario](scenarios.md), of which nothing "
        "seen before can speak. `catchup forecast --priors OVERLAY` asks everything else of a world that names an "
        "overlay.\n",
    ]
    for heading, asked in asked_twice(question):
        result = worlds(asked)
        table = world_table(result, linked=True)
        said = [f"{marked_up(line)}\n" for line in table.lines if isinstance(line, str) and result.evidence]
        shown = table if result.evidence else table.without("Log evidence")
        parts += [heading, to_markdown(shown, lines=False), *said]
    for row in result.worlds:
        if row.sort == "belief":
            parts.append(_belief(assumptions.worlds[row.id]))
        elif row.sort == "scenario":
            scenario = assumptions.scenarios[row.id]
            more = f"[What it lays over the race](scenarios.md#{row.id})."
            parts.append(_section(row.id, scenario.text.title, scenario.text.notes, scenario.text.references, more))
    parts.append(ADDING)
    return "\n".join(parts)


ADDING = """\
## Adding a world

A world is rows. What begins on the day of the question is [a scenario](how-to/add-a-scenario.md); what is believed
otherwise stands in an overlay file, under a name of its own, as tables that [any overlay](how-to/swap-a-prior.md) may
have, or as a list of `overlays` that come with the project:

```toml
# my-world.toml
[world.cheap-mythos]
title = "Mythos took a quarter of the chips"
references = ["project"]

[world.cheap-mythos.quantity.mythos_chips]
family = "triangular"
low = 60_000
mode = 125_000
high = 190_000
```

```sh
catchup worlds --priors my-world.toml
```

It then stands among the others in every table, run and figure.
"""


def _belief(world: BelievedWorld) -> str:
    named = ", ".join(f"`--priors {name}`" for name in world.text.overlays)
    rows = [
        (f"{section} `{name}`", _said(row))
        for layer in world.layers
        for section, table in layer.tables.items()
        if isinstance(table, Mapping)
        for name, row in table.items()
    ]
    more = "\n".join(
        [f"It lays over the model{f' ({named})' if named else ''}:\n", markdown_table(("row", "says"), rows)]
    )
    return _section(world.id, world.text.title, world.text.notes, world.text.references, more)


def _section(id_: str, title: str, notes: str, references: tuple[str, ...], more: str) -> str:
    said = f" {notes.strip()}" if notes else ""
    return "\n".join([f"## {id_}\n", f"{title}.{said}\n", f"Source: {cited(references)}. {more}\n"])


def _said(row: Any) -> str:
    if not isinstance(row, Mapping):
        return f"`{row}`"
    return ", ".join(f"{key} {_value(value)}" for key, value in row.items() if key not in UNSAID)


def _value(value: Any) -> str:
    return (
        "(" + _said(value) + ")"
        if isinstance(value, Mapping)
        else " x ".join(map(str, value))
        if isinstance(value, (list, tuple))
        else f"{value:g}"
        if isinstance(value, float)
        else f"{value}"
    )
