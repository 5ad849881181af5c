"""``catchup evidence``: what has been seen, and how it is counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ...evidence import KINDS, Item, Selection, load_ledger, select, template
from ...priors.errors import unknown_name
from .options import BELIEF, OUTPUT, WHAT, Assumed
from .output import console, print_json, table

if TYPE_CHECKING:
    from ...model.assumptions import Assumptions
    from ..inference.genuineness import Genuineness


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Shown(Assumed):
    """What the commands on evidence take."""

    ledger: Annotated[
        Path | None, Parameter(group=BELIEF, help="Folder of evidence items to use instead of the project's own.")
    ] = None
    as_of: Annotated[
        date | None,
        Parameter(group=WHAT, help="Day of the question: items known later are set aside. Today by default."),
    ] = None
    json: Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")] = False


def list_evidence(*, shown: Shown | None = None) -> int:
    """Every item, its role, and whether a forecast on that day counts it."""
    shown = shown or Shown()
    day = shown.as_of or date.today()
    ledger = load_ledger(shown.ledger)
    selection = select(ledger, "default", day, shown.assumptions())
    uses = _uses(selection)
    if shown.json:
        content = [{**item_as_json(item), "use": uses[item.id]} for item in ledger.items.values()]
        print_json({"schema": 1, "as_of": day.isoformat(), "items": content})
        return 0
    rows = [
        (item.id, item.text.kind, uses[item.id], item.text.known_since.isoformat())
        for item in sorted(ledger.items.values(), key=lambda item: (uses[item.id] != "counted", uses[item.id], item.id))
    ]
    console().print(table("Item", "Kind", f"On {day}", "Known since", rows=rows, left=3))
    return 0


def show_evidence(item: str, /, *, shown: Shown | None = None) -> int:
    """One item in full.

    Parameters
    ----------
    item
        Its id.
    """
    shown = shown or Shown()
    items = load_ledger(shown.ledger).items
    if item not in items:
        raise unknown_name("item", item, items)
    found = items[item]
    if shown.json:
        print_json({"schema": 1, **item_as_json(found)})
        return 0
    out = console()
    out.print(f"[bold]{found.id}[/]: {found.text.title}")
    out.print(
        f"{found.text.kind}, role {found.text.role}, known since {found.text.known_since}   [{found.file}]",
        markup=False,
    )
    for name, part in (("observed", found.observed), ("likelihood", found.likelihood)):
        numbers = ", ".join(f"{key} = {value}" for key, value in part.model_dump(exclude_none=True).items())
        out.print(f"{name}: {numbers or 'nothing'}", markup=False)
    if found.text.weight != 1:
        out.print(f"weight {found.text.weight:g}: {found.text.weight_reason}")
    for source in found.text.sources:
        place = source.address or f"quoted in {source.quoted_in}"
        out.print(f"Source: {source.title} ({source.publisher}, {source.date}; {place})", markup=False)
    if found.text.shares:
        out.print(f"Rests on: {', '.join(found.text.shares)}")
    if found.text.notes:
        out.print(" ".join(found.text.notes.split()))
    return 0


def check_evidence(*files: Path, shown: Shown | None = None) -> int:
    """Check item files, alone and beside the ledger, without forecasting.

    Parameters
    ----------
    files
        Items to add to the ledger; without any, the ledger itself is checked.
    """
    shown = shown or Shown()
    day = shown.as_of or date.today()
    ledger, assumptions = load_ledger(shown.ledger, files), shown.assumptions()
    selection = select(ledger, "default", day, assumptions)
    uses = _uses(selection)
    names = {str(file) for file in files}
    checked = [item for item in ledger.items.values() if not files or item.file in names]
    judged = _judged(assumptions, day, selection.counted, [item.id for item in checked])
    genuine = {row.item.id: row.as_json() for row in judged}
    warnings = [row.warning for row in judged if row.overruled]
    if shown.json:
        rows = [
            {"id": item.id, "file": item.file, "use": uses[item.id], "genuine": genuine.get(item.id)}
            for item in checked
        ]
        print_json({"schema": 1, "valid": True, "items": rows, "warnings": warnings})
        return 0
    out = console()
    out.print(f"valid: {len(checked)} item{'s' if len(checked) != 1 else ''}, {len(selection.counted)} counted in all")
    for item in checked if files else []:
        out.print(f"  {item.id}: {item.text.kind}, {uses[item.id]} on {day}", markup=False)
    for line in warnings:
        out.print(line, markup=False, soft_wrap=True)
    return 0


def new_evidence(kind: str, /) -> int:
    """Print a filled-in item of a kind, to be edited.

    Parameters
    ----------
    kind
        The kind of evidence.
    """
    if kind not in KINDS:
        raise unknown_name("kind", kind, KINDS)
    print(template(kind), end="")
    return 0


def item_as_json(item: Item) -> dict[str, Any]:
    """Return an item as JSON."""
    return {
        **item.text.model_dump(mode="json", exclude={"observed", "likelihood"}),
        "observed": item.observed.model_dump(mode="json"),
        "likelihood": item.likelihood.model_dump(mode="json"),
        "file": item.file,
    }


def _judged(
    assumptions: Assumptions, day: date, counted: Sequence[Item], names: Collection[str]
) -> tuple[Genuineness, ...]:
    """Judge by draws of the prior which of some counted items would be read as genuine."""
    from ...evidence import with_latents
    from ..inference.genuineness import genuineness_on_prior
    from ..inference.question import Question

    about = [item for item in counted if item.id in names]
    if not about:
        return ()
    return genuineness_on_prior(Question(with_latents(assumptions, counted), day), counted, about)


def _uses(selection: Selection) -> dict[str, str]:
    return {
        **{item.id: "counted" for item in selection.counted},
        **{item.id: "held out as a check" for item in selection.checks},
        **{item.id: "in the prior" for item in selection.priors},
        **{aside.item.id: aside.reason for aside in selection.set_aside},
    }
