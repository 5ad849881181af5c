"""The page on evidence: every item of the ledger with its figures, what it rests on and where it was seen."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ....evidence.kinds import KINDS
from ....evidence.schema import Item
from ...inference.json_values import thousands
from ..markdown import generated_by, markdown_table, marked_up, to_markdown
from ..table import Table
from ..tables.evidence import Evidence, evidence_table, source_spans

ROLES = {
    "likelihood": ("Counted", "What a forecast is conditioned on by default, as far as it was known on the day."),
    "prior": ("Used to set a prior", "Shown, and never counted: the priors know it already."),
    "check": ("Held out as a check", "Not counted unless asked for by id; compared with what the forecast predicts."),
}

LEFT_OUT = """\
## What is not in the ledger

```{include} ../evidence/ledger/README.md
:start-after: compared with what the forecast predicts.
```
"""


def evidence_page(items: Mapping[str, Item]) -> str:
    """Return the page on evidence, in Markdown.

    Parameters
    ----------
    items : mapping of str to Item
        By id.
    """
    parts = [
        generated_by("python -m catchup.analysis.presentation.pages.all docs"),
        "# What has been seen\n",
        "Every item is a file in `evidence/ledger/`, shown here in full. Its figures are in the units of its kind. Two "
        "counted items never rest on one public statement, nor does one on a statement that a prior rests on, unless "
        "it says why it may count in part. [How to add one](how-to/add-a-leak.md).\n",
    ]
    for role, (title, explanation) in ROLES.items():
        chosen = {name: item for name, item in items.items() if item.text.role == role}
        parts += [f"## {title}\n", explanation + "\n", to_markdown(_list(chosen, title))]
    parts += [
        "## Kinds\n",
        "Each kind is a likelihood of its own; [the model's page](model.md#evidence) has their densities.\n",
        markdown_table(("kind", "coordinate", "what is seen"), _kinds()),
    ]
    parts += ["## Items\n", *(_section(item) for item in items.values()), LEFT_OUT]
    return "\n".join(parts)


def _list(items: Mapping[str, Item], use: str) -> Table[Item]:
    """Items of a role in a table, which the page around it says more of."""
    chosen = tuple(items.values())
    evidence = Evidence(max(item.text.known_since for item in chosen), chosen, dict.fromkeys(items, use))
    return evidence_table(evidence, linked=True).without(evidence.day_text, "Source")


def _kinds() -> list[tuple[str, str, str]]:
    return [(f"`{name}`", kind.unit, _says(kind)) for name, kind in KINDS.items()]


def _says(kind: object) -> str:
    """What a kind's module says of it in its first line, after its name."""
    text = inspect.getdoc(inspect.getmodule(type(kind))) or ""
    first = text.splitlines()[0].partition(": ")[2]
    return first[:1].upper() + first[1:]


def _section(item: Item) -> str:
    text = item.text
    rows = [
        ("kind, role", f"`{item.kind.name}`, {ROLES[text.role][0].lower()}"),
        ("known since", f"{text.known_since}"),
        ("observed", _figures(item.observed.model_dump())),
        ("likelihood", _figures(item.stated_likelihood)),
        ("rests on", ", ".join(f"`{name}`" for name in text.shares)),
        ("weight", f"{text.weight:g}: {text.weight_reason}" if text.weight < 1.0 else ""),
        *(("revised", str(entry)) for entry in text.revised),
        ("retracted", f"{text.retracted_on}: {text.retracted_why}" if text.retracted_on else ""),
        *(("source", marked_up(tuple(source_spans(source)))) for source in text.sources),
    ]
    notes = f"\n{' '.join(text.notes.split())}\n" if text.notes else ""
    table = markdown_table(("", text.title), [row for row in rows if row[1]])
    return f"### {item.id}\n\n{table}{notes}"


def _figures(table: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_figure(value)}" for name, value in table.items() if value is not None)


def _figure(value: Any) -> str:
    if isinstance(value, tuple):
        return " to ".join(_figure(part) for part in value)
    if isinstance(value, float):
        return thousands(value) if 1e3 <= value < 1e6 and value.is_integer() else f"{value:g}"
    return f"{value}"
