"""``catchup evidence``: what has been seen, and how it is counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...evidence import load_ledger, select, template
from ...evidence.confirmation import confirm, own_file, refuse_future, refuse_reported
from ...evidence.consistency import stood_in_text
from ...evidence.ledgers import item_path
from ...evidence.organisations import alone
from ...evidence.remarks import denied_reports, remarks, said_twice
from ...priors.clock import today
from ...priors.errors import InputError, unknown_name
from ..presentation.tables.evidence import COUNTED, Evidence, item_layout, layout, uses_of
from ..presentation.tables.genuineness import genuine_as_json
from ..presentation.text import date_text
from .options import OUTPUT, WHAT, AsJson, Assumed, LedgerFolder
from .output import print_json, say, show
from .unused import refuse_unused

if TYPE_CHECKING:
    from ...evidence import Item
    from ...model.assumptions import Assumptions
    from ..inference.genuineness import Genuineness


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Shown(Assumed):
    """What the commands on evidence take."""

    ledger: LedgerFolder = None
    as_of: Annotated[
        date | None,
        Parameter(group=WHAT, help="Day of the question: items known later are set aside. Today by default."),
    ] = None
    json: AsJson = False


def list_evidence(*, shown: Shown | None = None) -> int:
    """Every item, its role, and whether a forecast on that day counts it."""
    shown = shown or Shown()
    day = shown.as_of or today()
    ledger = load_ledger(shown.ledger).as_of(day)
    uses = uses_of(select(ledger, "default", day, shown.assumptions()))
    show(layout(Evidence(day, tuple(ledger.items.values()), uses)), as_json=shown.json, model=shown.model)
    return 0


def show_evidence(item: str, /, *, shown: Shown | None = None) -> int:
    """One item in full; with --as-of, as it stood on that day.

    Parameters
    ----------
    item
        Its id.
    """
    shown = shown or Shown()
    ledger, assumptions, day = load_ledger(shown.ledger), shown.assumptions(), shown.as_of or today()
    items = ledger.items
    if item not in items:
        raise unknown_name("item", item, items)
    found = items[item] if shown.as_of is None else items[item].as_of(shown.as_of)
    use = None
    with suppress(InputError):  # an item can be read in a ledger whose items cannot be counted together
        use = uses_of(select(ledger, "default", day, assumptions))[item]
    asked = f"On {date_text(day)}, by the model {shown.model}"
    show(item_layout(found, use, asked), as_json=shown.json, model=shown.model)
    return 0


def check_evidence(*files: Path, shown: Shown | None = None) -> int:
    """Check item files, alone and beside the ledger, without forecasting.

    Parameters
    ----------
    files
        Items to add to the ledger, or files of it; without any, the ledger itself is checked.
    """
    shown = shown or Shown()
    day = shown.as_of or today()
    own = [file for file in files if _same_file(file, item_path(file.stem, shown.ledger))]
    ledger, held = load_ledger(shown.ledger, [file for file in files if file not in own]), {file.stem for file in own}
    assumptions = shown.assumptions()
    selection = select(ledger, "default", day, assumptions)
    uses = uses_of(selection)
    names = {str(file) for file in files}
    checked = [item for item in ledger.items.values() if not files or item.file in names or item.id in held]
    for each in checked:
        refuse_future(each, max(day, today()))
    judged = _judged(assumptions, day, selection.counted, [item.id for item in checked])
    warnings = [row.warning for row in judged if row.warning]
    if files:
        warnings += [line for item in checked if (line := stood_in_text(item, assumptions))]
        warnings += [*_surprises(assumptions, day, checked), *alone(checked, ledger.items.values())]
        warnings += remarks(checked, selection.counted)
    warnings += said_twice(selection.counted, assumptions.race, checked)
    warnings += denied_reports(selection, day)
    if shown.json:
        genuine = genuine_as_json(judged)
        rows = [
            {"id": item.id, "file": item.file, "use": uses[item.id], "genuine": genuine.get(item.id)}
            for item in checked
        ]
        print_json({"schema": 1, "model": shown.model, "valid": True, "items": rows, "warnings": warnings})
        return 0
    say(f"valid: {len(checked)} item{'s' if len(checked) != 1 else ''}, {len(selection.counted)} counted in all")
    for item in checked if files else []:
        say(f"  {item.id}: {item.text.kind}; on {day}: {uses[item.id]}")
    for line in warnings:
        say(line, wrapped=False)
    return 0


def _surprises(assumptions: Assumptions, day: date, items: Sequence[Item]) -> list[str]:
    """Say which items the prior finds surprising."""
    from ..inference.question import Question
    from ..studies.surprise import surprises

    return [each.text for each in surprises(Question(assumptions, day), items)]


def new_evidence(kind: str, /) -> int:
    """Print a filled-in item of a kind, to be edited.

    Parameters
    ----------
    kind
        The kind of evidence; a word that is none, such as ?, is answered by all of them.
    """
    print(template(kind), end="")
    return 0


def confirm_evidence(
    item: str,
    /,
    *,
    through: Annotated[date, Parameter(help="Last day on which somebody looked and found nothing.")],
    out: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="File to write, ID.toml by default, where the item is the project's own; with --ledger its file is.",
        ),
    ] = None,
    shown: Shown | None = None,
) -> int:
    """Say through which day somebody has looked and found nothing: silence is counted no further.

    Parameters
    ----------
    item
        Its id.
    """
    shown = shown or Shown()
    if shown.ledger is None:
        refuse_unused({"--priors": shown.priors, "--set": shown.set}, "changes nothing here unless --ledger is given")
    ledger, day = load_ledger(shown.ledger), min(shown.as_of or today(), today())
    items = ledger.items
    if item not in items:
        raise unknown_name("item", item, items, file=shown.ledger or "evidence/ledger", key="id")
    if shown.ledger is not None and out is not None:
        raise InputError("stands beside --ledger, whose own file is written: one of them was expected", key="--out")
    known = items[item]
    path = item_path(item, shown.ledger) if shown.ledger is not None else out or Path(f"{item}.toml")
    before = known if shown.ledger is not None else own_file(path, known)
    source = path if before is not known else item_path(item, shown.ledger)
    # an item that the model knows nothing of would keep the ledger from being counted
    counted = select(ledger, "default", day, shown.assumptions()).counted
    refuse_reported(before, through, counted)
    found = confirm(before, through, day, path, source=source)
    added = [] if shown.ledger is not None else [path]
    use = uses_of(select(load_ledger(shown.ledger, added), "default", day, shown.assumptions()))[item]
    if shown.json:
        content = {"schema": 1, "model": shown.model, "id": item, "file": str(path), "confirmed_through": f"{through}"}
        print_json({**content, "use": use})
    else:
        earlier, option = before.observed.confirmed_through, "--ledger" if shown.ledger is not None else "--add"
        said = "" if earlier is None else f" (before: {earlier})"
        count = f"{option} {shown.ledger or path} " + ("counts it" if use == COUNTED else f"does not count it: {use}")
        say(f"{found.id}: silence confirmed through {through}{said}, in {path}; {count}", wrapped=False)
    return 0


def _same_file(one: Path, other: Path) -> bool:
    """Whether both are there and one file."""
    return one.exists() and other.exists() and one.samefile(other)


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
