"""From a request to the value of information."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ....evidence.ledgers import load_ledger
from ....priors.errors import unknown_name
from ...inference.answer import Request, draw
from .decision import read_decision
from .disclosures import read_disclosures
from .result import ValueOfInformation
from .tables import read_tables
from .valuing import value_of_information


def ask(
    request: Request, *, decision: str | None = None, only: Sequence[str] = (), files: Sequence[Path] = ()
) -> ValueOfInformation:
    """Work out the value of information for a request.

    Parameters
    ----------
    request : Request
        Question, evidence and engine.
    decision : str, optional
        Id of the decision; the project's first by default.
    only : sequence of str
        Quantities and disclosures to look at instead of all.
    files : sequence of Path
        TOML files of further disclosures and decisions.

    Raises
    ------
    InputError
        If a file, an option or the evidence is wrong.
    UntrustworthyError
        If the draws cannot be trusted, too few count, or the event never comes in some.
    """
    tables = read_tables(files)
    decisions = tables["decisions"]
    name = next(iter(decisions)) if decision is None else decision
    if name not in decisions:
        raise unknown_name("decision", name, decisions, key="--decision")
    asked = request.question
    table, file = decisions[name]
    chosen = read_decision(name, table, asked.as_of_months, file=file)
    known = load_ledger(request.ledger, request.added).items
    read_disclosures(tables["disclosures"], asked, known)  # what is wrong is said before anything is drawn
    drawn = draw(request)
    question, disclosures = read_disclosures(tables["disclosures"], drawn.question, known)
    return value_of_information(
        question,
        drawn.source,
        drawn.items,
        disclosures=disclosures,
        decision=chosen,
        only=only,
        engine=drawn.engine,
    )
