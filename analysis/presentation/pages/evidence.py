"""The page on evidence: every item of the ledger with its figures, what it rests on and where it was seen."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ....evidence.kinds import KINDS
from ....evidence.ledgers import Ledger
from ....evidence.schema import Item
from ....evidence.selection import select
from ....model.assumptions import load_assumptions
from ....model.models import MODELS
from ..markdown import generated_by, markdown_table, marked_up, to_markdown
from ..table import Column, Table
from ..tables.evidence import COUNTED, IN_PRIOR, Evidence, evidence_table, source_spans, uses_of

ROLES = {
    "likelihood": (
        "Counted",
        "What a forecast is conditioned on by default, as far as it was known on the day: by both models, or by "
        "one of them, where the other does something else with it.",
    ),
    "prior": (
        "Used to set a prior",
        "Shown, and not counted: the priors know it already. A model whose priors do not rest on it holds it out as a "
        "check.",
    ),
    "check": ("Held out as a check", "Not counted unless asked for by id; compared with what the forecast predicts."),
}

# titles of the columns that say which models do with an item what its role says, where models differ
DIFFERS = {"likelihood": ("Counted by", COUNTED), "prior": ("In the prior of", IN_PRIOR)}

DAYS = (
    "A day counts from its start: a milestone is held at the start of its day, and silence is counted to the start of "
    "the last day on which somebody looked. Scores take what happened on a day at its noon, and what is open on a day "
    "as not there by its end. These differ by half a day to a day, 0.016 to 0.033 month."
)

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
        generated_by(),
        "# What has been seen\n",
        "Every item is a file in `evidence/ledger/`, shown here in full. Its figures are in the units of its kind. Two "
        "counted items never rest on one public statement, nor does one on a statement that a prior rests on, unless "
        "it says why it may count in part. [How to add one](how-to/add-a-leak.md).\n",
    ]
    for role, (title, explanation) in ROLES.items():
        chosen = {name: item for name, item in items.items() if item.text.role == role}
        column = _by_model(items, *DIFFERS[role]) if role in DIFFERS else None
        parts += [f"## {title}\n", explanation + "\n", to_markdown(_list(chosen, title, column))]
    parts += [
        "## Kinds\n",
        "Each kind is a likelihood of its own; [the model's page](model.md#evidence) has their densities.\n",
        markdown_table(("kind", "coordinate", "what is seen"), _kinds()),
        f"{DAYS}\n",
    ]
    replaced = {name: item.id for item in items.values() for name in item.text.replaces}
    parts += ["## Items\n", *(_section(item, replaced) for item in items.values()), LEFT_OUT]
    return "\n".join(parts)


def counted_by(items: Mapping[str, Item], wanted: str = COUNTED) -> dict[str, str]:
    """Say of each item which models count it by default, and what the others do with it.

    Parameters
    ----------
    items : mapping of str to Item
        By id.
    wanted : str
        Something else that they may do with it: have it in the prior.
    """
    day, ledger = max(item.text.known_since for item in items.values()), Ledger(dict(items))
    uses = {model: uses_of(select(ledger, "default", day, load_assumptions(model=model))) for model in MODELS}
    return {name: _models_text({model: uses[model][name] for model in uses}, wanted) for name in items}


def _models_text(uses: Mapping[str, str], wanted: str) -> str:
    """Which models do with an item what is wanted, and what the others do."""
    doing = [model for model, use in uses.items() if use == wanted]
    others = (f"{model}: {use}" for model, use in uses.items() if model not in doing)
    return "; ".join([", ".join(doing) or "none", *others])


def _by_model(items: Mapping[str, Item], title: str, wanted: str) -> Column[Item]:
    by = counted_by(items, wanted)
    return Column(title=title, text=lambda item: by[item.id])


def _list(items: Mapping[str, Item], use: str, column: Column[Item] | None) -> Table[Item]:
    """Items of a role in a table, which the page around it says more of; in a last `column` by which models."""
    chosen = tuple(items.values())
    evidence = Evidence(max(item.text.known_since for item in chosen), chosen, dict.fromkeys(items, use))
    table = evidence_table(evidence, linked=True).without(evidence.day_text, "Source")
    return replace(table, columns=[*table.columns, column]) if column else table


def _kinds() -> list[tuple[str, str, str]]:
    return [(f"`{name}`", kind.unit, _says(kind)) for name, kind in KINDS.items()]


def _says(kind: object) -> str:
    """What a kind's module says of it in its first line, after its name."""
    text = inspect.getdoc(inspect.getmodule(type(kind))) or ""
    first = text.splitlines()[0].partition(": ")[2]
    return first[:1].upper() + first[1:]


def _section(item: Item, replaced: Mapping[str, str]) -> str:
    text = item.text
    rows = [
        ("kind, role", f"`{item.kind.name}`, {ROLES[text.role][0].lower()}"),
        ("known since", f"{text.known_since}"),
        ("observed", _figures(item.observed.model_dump())),
        ("likelihood", _figures(item.stated_likelihood)),
        ("rests on", ", ".join(f"`{name}`" for name in text.shares)),
        ("takes the place of", ", ".join(f"[`{name}`](#{name})" for name in text.replaces)),
        ("replaced by", _replaced_by(replaced.get(item.id))),
        ("weight", f"{text.weight:g}: {text.weight_reason}" if text.weight < 1.0 else ""),
        *(("revised", str(entry)) for entry in text.revised),
        ("retracted", f"{text.retracted_on}: {text.retracted_why}" if text.retracted_on else ""),
        *(("source", marked_up(tuple(source_spans(source)))) for source in text.sources),
    ]
    notes = f"\n{' '.join(text.notes.split())}\n" if text.notes else ""
    table = markdown_table(("", text.title), [row for row in rows if row[1]])
    return f"### {item.id}\n\n{table}{notes}"


def _replaced_by(name: str | None) -> str:
    return f"[`{name}`](#{name}), where a model counts that" if name else ""


def _figures(table: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_figure(value)}" for name, value in table.items() if value is not None)


def _figure(value: Any) -> str:
    if isinstance(value, tuple):
        return " to ".join(_figure(part) for part in value)
    if isinstance(value, float):
        return f"{value:,.0f}" if 1e3 <= value < 1e6 and value.is_integer() else f"{value:g}"
    return f"{value}"
