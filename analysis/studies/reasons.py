"""Why priors or the program changed between two forecasts: which rows differ, and what the changelog says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...model.models import model_of
from ...priors.layers import LISTED, PLAIN, SECTIONS, Layer, merge
from ..inference.inputs import plain
from ..inference.snapshot import Snapshot
from .attribution_steps import Step

NAMED = 6  # rows that a title names
OURS = ("priors", "version")  # changes that the changelog can speak of, as steps' ids name them


def priors_text(before: Snapshot, after: Snapshot) -> str:
    """Say which rows of the priors differ, or which model came after which."""
    models = [model_of(snapshot.inputs.layers) for snapshot in (before, after)]
    if models[0] != models[1]:
        return f"another model, {models[0]} to {models[1]}"
    names = changed_rows(before.inputs.layers, after.inputs.layers)
    one, other = before.question, after.question
    asked = [what for what in ("event", "launch_grid") if getattr(one, what) != getattr(other, what)]
    listed = [*asked, *names]
    rest = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return f"priors changed: {', '.join(listed[:NAMED])}{rest}" if listed else "priors changed"


def version_text(before: Snapshot, after: Snapshot) -> str:
    """Say which state of the program came after which."""
    if before.version != after.version:
        return f"another version of the program, {before.version or 'not known'} to {after.version}"
    return f"another state of the program, {before.code[:8]} to {after.code[:8]}"


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
        entries = [entry for word in step.id.split("+") if word in OURS for entry in said[word]]
        return replace(step, reasons=tuple(dict.fromkeys(entries)))

    return [told(step) for step in steps]
