"""The command that asks a question again: options that say what differs from the defaults."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from ...evidence import Item
from ...evidence.ledgers import OWN_LEDGER
from ...model.models import model_layers
from ...priors.packaged import named_overlays
from ...priors.table import FIXED
from ..inference.question import Question

PACKAGED_OVERLAYS = "priors/overlays/"


def options_of(question: Question, items: Sequence[Item], ledger: str = "") -> list[str]:
    """Options that ask a question again on the same items, each ready for a shell.

    Parameters
    ----------
    question : Question
        What was asked.
    items : sequence of Item
        What was counted. Items from outside the ledger are added by their file.
    ledger : str
        Folder of the ledger, where it is not the project's own.
    """
    foreign = [item for item in items if is_foreign(item, ledger)]
    counted = [item.id for item in items if item not in foreign]
    return [
        f"--as-of {question.as_of}",
        f"--event {question.event}",
        *options_of_assumptions(question),
        *options_of_ledger(ledger),
        f"--evidence {','.join(counted) or 'none'}",
        *(f"--add {shlex.quote(item.file)}" for item in foreign),
        f"--draws {question.draws}",
        f"--seed {question.seed}",
    ]


def options_of_assumptions(question: Question) -> list[str]:
    """Options for the model, whatever a question assumes beside its files, and how its draws are laid out."""
    model = question.assumptions.model
    own = {layer.file for layer in model_layers(model)}
    options = [f"--model {model}"]
    for layer in question.assumptions.layers:
        if layer.file == FIXED:
            options += [f"--set {name}={_exact(row['value'])}" for name, row in layer.tables["quantity"].items()]
        elif layer.file not in own:
            options.append(f"--priors {shlex.quote(_overlay(layer.file))}")
    if question.quasi_random:
        options.append("--quasi")
    if question.launch_grid is not None:
        options.append(f"--launch-grid {_exact(question.launch_grid)}")
    return options


def _exact(value: float) -> str:
    """Write a number briefly, or with every digit where a brief one would be another."""
    brief = f"{value:g}"
    return brief if float(brief) == value else repr(value)


def options_of_ledger(ledger: str) -> list[str]:
    """Option for a ledger that is not the project's own."""
    return [f"--ledger {shlex.quote(ledger)}"] if ledger else []


def is_foreign(item: Item, ledger: str = "") -> bool:
    """Whether an item comes from outside a ledger, the project's own by default."""
    return Path(item.file).parent != Path(ledger) if ledger else not item.file.startswith(OWN_LEDGER)


def _overlay(file: str) -> str:
    """An overlay as the command line takes it: by name where it comes with the project."""
    name = file.removeprefix(PACKAGED_OVERLAYS).removesuffix(".toml")
    return name if file.startswith(PACKAGED_OVERLAYS) and name in named_overlays() else file
