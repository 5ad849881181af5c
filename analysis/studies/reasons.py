"""Why priors or the program changed between two forecasts: which rows differ, and what the changelog says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from typing import Any, NamedTuple

from ...evidence.schema import Item
from ...model.models import CURRENT, model_layers, model_of
from ...priors.layers import LISTED, PLAIN, SECTIONS, Layer, merge
from ..inference.code_hash import code_hash
from ..inference.inputs import plain
from ..inference.snapshot import Snapshot
from .attribution_steps import Step

NAMED = 6  # rows that a title names
OURS = ("priors", "version")  # kinds of change that the changelog can speak of


def of_the_models(before: Snapshot, after: Snapshot) -> set[str]:
    """Items that one forecast counts and the other does not since only one of their models reads them.

    Those that such an item takes the place of come and go with it. What became known in between is news to both.
    """
    day = before.question.as_of
    gone = {name: item for name, item in before.items.items() if name not in after.items}
    come = {
        name: item for name, item in after.items.items() if name not in before.items and item.text.known_since <= day
    }

    def unread(items: Mapping[str, Item], other: Snapshot) -> set[str]:
        assumptions = other.question.assumptions
        return {name for name, item in items.items() if item.kind.unread(item.observed, assumptions) is not None}

    lost, won = unread(gone, after), unread(come, before)
    lost_for = {name for item in won for name in come[item].text.replaces if name in gone}
    won_for = {name for item in lost for name in gone[item].text.replaces if name in come}
    return lost | won | lost_for | won_for


def priors_text(before: Snapshot, after: Snapshot) -> str:
    """Say what else was asked, or which rows of the priors differ, and which items only one of two models reads."""
    items = of_the_models(before, after)
    gone, come = (", ".join(sorted(items & set(one.items))) for one in (before, after))
    read = [f"no longer counts {gone}"] if gone else []
    read += [f"counts {come}"] if come else []
    return _differing_text(before, after, f", which {' and '.join(read)}" if read else "")


def _differing_text(before: Snapshot, after: Snapshot, read: str) -> str:
    """Say what differs; which items are read is said of the model where there is another, or else of all of it."""
    models, events, grids = (
        [read(snapshot) for snapshot in (before, after)]
        for read in (
            lambda snapshot: model_of(snapshot.inputs.layers),
            lambda snapshot: snapshot.question.event,
            lambda snapshot: _grid_text(snapshot.question.launch_grid),
        )
    )
    asked = {"model": models, "event": events, "launch grid": grids}
    said = [f"another {what}, {one} to {other}" for what, (one, other) in asked.items() if one != other]
    names = changed_beside_model(before.inputs.layers, after.inputs.layers)
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    said += [f"priors changed: {', '.join(names[:NAMED])}{rest}"] if names else []
    said = said or ["priors changed"]
    said[0 if models[0] != models[1] else -1] += read
    return "; ".join(said)


def _grid_text(grid: float | None) -> str:
    """How far apart launches are, in words."""
    return "none" if grid is None else f"{grid:g} months"


class Program(NamedTuple):
    """A state of the program: its version, and the hash of its code; each empty where it is not known."""

    version: str
    code: str


def program_of(snapshot: Snapshot) -> Program:
    """Which state of the program answered."""
    return Program(snapshot.version, snapshot.code)


def running_program() -> Program:
    """Which state of the program works the steps out."""
    return Program(metadata.version("catchup"), code_hash())


def differ(one: Program, other: Program) -> bool:
    """Whether two states of the program are known to differ; one whose code was not kept is told by its version."""
    return one.version != other.version or bool(one.code and other.code and one.code != other.code)


def version_text(before: Program, after: Program, here: Program) -> str:
    """Say which state of the program came after which; and, where neither works the steps out, which one does."""
    if len({each.version for each in (before, after, here)}) > 1:
        what, (one, other, running) = "version", (each.version or "not known" for each in (before, after, here))
    else:
        what, (one, other, running) = "state", (each.code[:8] or "not known" for each in (before, after, here))
    of_both = f"another {what} of the program made both, {one}"
    text = of_both if one == other else f"another {what} of the program, {one} to {other}"
    return text if running in (one, other) else f"{text} (here: {running})"


def changed_beside_model(before: Sequence[Layer], after: Sequence[Layer]) -> list[str]:
    """Name the rows that two stacks of layers hold differently; of two models', those that do not come with the model.

    What lies over the two is then laid over the one that has the rows of both, in which a row can be taken out, too.
    """
    if model_of(before) == model_of(after):
        return changed_rows(before, after)
    beneath = model_layers(CURRENT)
    packaged = {layer.file for layer in beneath}
    own = ([layer for layer in layers if layer.file not in packaged] for layers in (before, after))
    return changed_rows(*([*beneath, *layers] for layers in own))


def changed_rows(before: Sequence[Layer], after: Sequence[Layer]) -> list[str]:
    """Name the rows that two stacks of layers hold differently."""
    found = []
    for section in SECTIONS:
        if section in PLAIN:
            rows = [_plain_rows(layers, section) for layers in (before, after)]
        else:
            rows = [{name: row.values for name, row in merge(layers, section).items()} for layers in (before, after)]
        names = dict.fromkeys([*rows[0], *rows[1]])
        found += [f"{section}.{name}" for name in names if plain(rows[0].get(name)) != plain(rows[1].get(name))]
    for section in LISTED:
        lists = [[plain(row) for layer in stack for row in layer.tables.get(section, ())] for stack in (before, after)]
        found += [section] if lists[0] != lists[1] else []
    return found


def _plain_rows(layers: Sequence[Layer], section: str) -> Mapping[str, Any]:
    return {name: value for layer in layers for name, value in layer.tables.get(section, {}).items()}


def with_reasons(steps: Sequence[Step], before: Snapshot, after: Snapshot) -> list[Step]:
    """Give the steps that come from priors or program what the changelog has said since the earlier forecast."""
    known = set(before.changes)
    new = [entry for entry in after.changes if entry not in known] if known else []
    if not new:
        return list(steps)
    names = [name.split(".")[-1] for name in changed_rows(before.inputs.layers, after.inputs.layers)]
    about = [entry for entry in new if any(re.search(rf"\b{re.escape(name)}\b", entry) for name in names)]
    rest = [entry for entry in new if entry not in about]
    said = {"priors": about or new, "version": rest or new}

    def told(step: Step) -> Step:
        entries = [entry for change in step.changes if change.kind in OURS for entry in said[change.kind]]
        return replace(step, reasons=tuple(dict.fromkeys(entries)))

    return [told(step) for step in steps]
