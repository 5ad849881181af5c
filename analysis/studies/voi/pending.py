"""What may still be learnt, and the decision that it would be learnt for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ....evidence.schema import Item
from ....priors.errors import unknown_name
from ...inference.question import Question
from .decision import Decision, read_decision
from .disclosures import read_disclosures
from .tables import read_tables


@dataclass(frozen=True)
class Pending:
    """Disclosures still to come, and a decision that waits for them.

    Attributes
    ----------
    disclosures : mapping of str to (object, str)
        By id, what stands under ``disclosures.ID``, and in which file.
    decision : Decision
        Whose expected loss is asked for.
    known : mapping of str to Item
        Items of the ledger: a firm whose bill is among them keeps its ratio.
    """

    disclosures: Mapping[str, tuple[object, str]]
    decision: Decision
    known: Mapping[str, Item]


def read_pending(
    question: Question,
    known: Mapping[str, Item],
    *,
    decision: str | None = None,
    files: Sequence[Path] = (),
    further: Mapping[str, tuple[object, str]] | None = None,
) -> Pending:
    """Read the project's own disclosures and decisions, and those of further files, and check them.

    Parameters
    ----------
    question : Question
        What is asked.
    known : mapping of str to Item
        Items of the ledger.
    decision : str, optional
        Id of the decision; the project's first by default.
    files : sequence of Path
        TOML files of further disclosures and decisions.
    further : mapping of str to (object, str), optional
        Further disclosures' tables, by id, and in which file each stands.

    Raises
    ------
    InputError
        If a file or a name in it is wrong.
    """
    tables = read_tables(files)
    decisions = tables["decisions"]
    name = next(iter(decisions)) if decision is None else decision
    if name not in decisions:
        raise unknown_name("decision", name, decisions, key="--decision")
    table, file = decisions[name]
    chosen = read_decision(name, table, question.as_of_months, file=file)
    disclosures = {**tables["disclosures"], **(further or {})}
    read_disclosures(disclosures, question, known)  # what is wrong is said before anything is drawn
    return Pending(disclosures, chosen, known)
