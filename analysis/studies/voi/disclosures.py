"""Disclosures that may still come: what each would be about, and how sharp it would be.

A disclosure is an item of evidence without its observation: kind, likelihood and whom or what it is about stand in
TOML as they do in an item's file. One further kind, `policy`, is a decision of which one learns whether it is taken.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from ....evidence.consistency import check_against
from ....evidence.kinds.doubt import read_likelihood
from ....evidence.kinds.kind import Kind
from ....evidence.kinds.registry import kind_named
from ....evidence.kinds.reporting import ReportingKind
from ....evidence.latents import with_own_quantities
from ....evidence.ledgers import one_ratio_per_firm
from ....evidence.schema import Item, ItemText
from ....model.assumptions import Assumptions
from ....priors.errors import InputError, unknown_name
from ....priors.strict import StrictModel, describe, validate
from ...inference.question import Question
from .decision import Cost, Text
from .tables import OWN_FILE

POLICY = "policy"
PUBLISHER = "pending"  # of what is yet to come
PENDING: Mapping[str, Any] = {
    "value": 1.0,
    "interval": (1.0 - 1e-6, 1.0 + 1e-6),
    "level": 0.95,
    "low": 0.01,
    "high": 0.01,
    "active_parameters": 1.0,
    "tokens": 1.0,
}
"""What stands in an observed table for figures that are not known yet; of an interval the relative width counts."""

BEFORE = "before"  # begins the ids under which disclosures go among a ledger's items


class DisclosureText(StrictModel):
    """A disclosure's table."""

    title: Text
    kind: str
    observed: Any = None
    likelihood: Any = None
    months_ahead: Cost | None = None
    lever: str | None = None
    probability: Annotated[float, Field(gt=0, lt=1)] | None = None
    notes: str = ""

    @field_validator("observed", "likelihood")
    @classmethod
    def _table(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f"a table was expected, not {describe(value)}")
        return value


@dataclass(frozen=True)
class Disclosure:
    """Something that may still be learnt.

    Attributes
    ----------
    id : str
        Its name.
    text : DisclosureText
        Its table.
    item : Item or None
        Kind and likelihood; what its observed table says of figures means nothing. None for a policy.
    unfit : str
        Why the model as it has been changed says nothing of one of the project's own; nothing where it does.
    """

    id: str
    text: DisclosureText
    item: Item | None
    unfit: str = ""

    @property
    def column(self) -> str:
        """Name of what it is about, among columns of draws."""
        return f"{BEFORE}/{self.id}"


def read_disclosures(
    tables: Mapping[str, tuple[object, str]], question: Question, known: Mapping[str, Item]
) -> tuple[Question, dict[str, Disclosure]]:
    """Check disclosures' tables against a question.

    Parameters
    ----------
    tables : mapping of str to (object, str)
        By id, what stands under ``disclosures.ID``, and in which file.
    question : Question
        What is asked.
    known : mapping of str to Item
        Items of the ledger: a firm whose bill is among them keeps its ratio.

    Returns
    -------
    tuple of Question and dict of str to Disclosure
        The question with the quantities that the disclosures have of their own, and the disclosures by id.

    Raises
    ------
    InputError
        At the first key that is unknown, missing or makes no sense, or an event, firm, quantity or lever that the
        model does not have. The project's own disclosures are marked as unfit instead, where a changed model does not
        have what they are about.
    """
    texts = {
        name: (read_disclosure(name, table, file, question.assumptions), file) for name, (table, file) in tables.items()
    }
    items = {
        f"{BEFORE}/{name}": _pending(name, text, file, question)
        for name, (text, file) in texts.items()
        if text.kind != POLICY
    }
    named = one_ratio_per_firm({**known, **items})
    own = {name: named[f"{BEFORE}/{name}"] for name, (text, _) in texts.items() if text.kind != POLICY}
    assumptions = with_own_quantities(question.assumptions, own.values())
    levers = {name: text.lever for name, (text, _) in texts.items() if text.lever is not None}
    unfit = {name: no_lever(lever) for name, lever in levers.items() if lever not in assumptions.levers}
    for name, item in own.items():
        try:
            check_against(item, assumptions)
        except InputError as error:
            if texts[name][1] != OWN_FILE:
                raise
            unfit[name] = error.problem  # whoever took a firm out of the race did not write this
    found = {name: Disclosure(name, text, own.get(name), unfit.get(name, "")) for name, (text, _) in texts.items()}
    return replace(question, assumptions=assumptions), found


def read_disclosure(name: str, table: object, file: str, assumptions: Assumptions) -> DisclosureText:
    """Check what a disclosure's table says, its item aside; raises as `read_disclosures` does."""
    key = f"disclosures.{name}"
    text = validate(DisclosureText, table, file=file, key=key)
    if text.kind != POLICY and not _kind(text, file, key).countable:
        raise InputError(f"{text.kind} is an opinion, which no answer is conditioned on", file=file, key=f"{key}.kind")
    wanted: tuple[str, ...] = ("lever", "probability")
    unwanted: tuple[str, ...] = ("observed", "likelihood", "months_ahead")
    if text.kind != POLICY:
        wanted, unwanted = ("likelihood",), ("lever", "probability")
    for entry in wanted:
        if getattr(text, entry) is None:
            raise InputError(f"is missing; {text.kind} needs it", file=file, key=f"{key}.{entry}")
    for entry in unwanted:
        if getattr(text, entry) is not None:
            raise InputError(f"does not belong to {text.kind}", file=file, key=f"{key}.{entry}")
    if text.lever is not None and text.lever not in assumptions.levers and file != OWN_FILE:
        raise unknown_name("lever", text.lever, assumptions.levers, file=file, key=f"{key}.lever")
    return text


def no_lever(lever: str) -> str:
    """Say why what the project's own tables hold is left out, where an overlay has taken its lever out."""
    return f"the model has no lever {lever}"


def _pending(name: str, text: DisclosureText, file: str, question: Question) -> Item:
    """Make the item that a disclosure would become, whatever it says."""
    key = f"disclosures.{name}"
    kind = _kind(text, file, key)
    fields = kind.observed.model_fields
    observed = {entry: value for entry, value in PENDING.items() if entry in fields} | dict(text.observed or {})
    measured = "organisation" in fields  # on the day of the question, whenever it is published
    if "date" in fields and not measured:
        observed["date"] = _day(kind, text, observed.get("date"), f"{file}: {key}", question)
    elif text.months_ahead is not None:
        raise InputError(f"does not belong to {text.kind}: it has no day", file=file, key=f"{key}.months_ahead")
    elif measured:
        observed = {"date": question.as_of, "organisation": PUBLISHER, **observed}
    common = validate(
        ItemText,
        {
            "id": name,
            "title": text.title,
            "kind": text.kind,
            "role": "check",
            "known_since": datetime.date.max,
            "sources": [
                {"title": text.title, "publisher": PUBLISHER, "date": datetime.date.max, "quoted_in": "pending"}
            ],
        },
        file=file,
        key=key,
    )
    checked = validate(kind.observed, observed, file=file, key=f"{key}.observed")
    likelihood, doubt = read_likelihood(
        kind.likelihood, kind.doubt(checked), dict(text.likelihood), file=file, key=f"{key}.likelihood"
    )
    return Item(common, kind, checked, likelihood, f"{file}: {key}", doubt=doubt)


def _kind(text: DisclosureText, file: str, key: str) -> Kind[Any, Any]:
    return kind_named(text.kind, further=[POLICY], file=file, key=f"{key}.kind")


def _day(kind: Kind[Any, Any], text: DisclosureText, stated: Any, place: str, question: Question) -> Any:
    """Return the day that a disclosure is about; that of a report is what is learnt."""
    if kind.reports_event:
        return question.as_of
    if stated is not None and text.months_ahead is not None:
        raise InputError("stands beside months_ahead: one of them was expected", file=place, key="observed.date")
    if stated is None and text.months_ahead is None:
        raise InputError(
            "is missing, and so is observed.date: one of them was expected", file=place, key="months_ahead"
        )
    if text.months_ahead is None:
        of_event = isinstance(kind, ReportingKind)
        if isinstance(stated, datetime.date) and of_event and stated <= question.as_of:
            raise InputError(
                f"{stated} is not after {question.as_of}, the day of the question", file=place, key="observed.date"
            )
        return stated
    day = question.assumptions.calendar.day(question.as_of_months + text.months_ahead)
    if day is None:
        raise InputError(f"{text.months_ahead:g} months lead beyond the calendar", file=place, key="months_ahead")
    return day
