"""What may be watched: rows that name a lever, a scenario or a disclosure, and how likely each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ...model.assumptions import Assumptions
from ...priors.errors import InputError, unknown_name
from ...priors.strict import StrictModel, validate
from .voi.disclosures import POLICY, read_disclosure
from .voi.tables import Tables, read_tables, tables_over

PACKAGED = Path(__file__).parent / "watch.toml"
OWN_FILE = f"analysis/studies/{PACKAGED.name}"  # as messages have it
SECTIONS = ("watch", "disclosures")

Text = Annotated[str, Field(min_length=1)]
Months = Annotated[float, Field(strict=False, ge=0)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Way = Literal["lever", "scenario", "disclosure"]
WAYS: tuple[Way, ...] = ("lever", "scenario", "disclosure")


class ObservableText(StrictModel):
    """An observable's table."""

    title: Text | None = None
    lever: Text | None = None
    scenario: Text | None = None
    disclosure: Text | None = None
    months_ahead: Months | None = None
    probability: Chance | None = None
    notes: str = ""


@dataclass(frozen=True)
class Observable:
    """Something that may be watched.

    Attributes
    ----------
    id, title : str
        Which, and in words.
    way : str
        ``lever``, ``scenario`` or ``disclosure``.
    name : str
        Id of the lever, scenario or disclosure.
    probability : float or None
        That it comes to pass, or is learnt, within half a year: a judgement. None for what is learnt in any case.
    months_ahead : float
        Months after the day of the question from which a lever acts.
    notes : str
        What its table says beside.
    """

    id: str
    title: str
    way: Way
    name: str
    probability: float | None
    months_ahead: float = 0.0
    notes: str = ""

    @property
    def chance(self) -> float:
        """Probability that anything is seen of it within half a year: a judgement, or certain."""
        return 1.0 if self.probability is None else self.probability


@dataclass(frozen=True)
class Observables:
    """All that is watched.

    Attributes
    ----------
    rows : mapping of str to Observable
        By id.
    disclosures : mapping of str to (object, str)
        Tables of the disclosures among them, and in which file each stands.
    """

    rows: Mapping[str, Observable]
    disclosures: Tables


def read_observables(assumptions: Assumptions, files: Iterable[Path] = ()) -> Observables:
    """Read the project's own observables, and those of further files over them.

    Parameters
    ----------
    assumptions : Assumptions
        Levers and scenarios that they may name.
    files : iterable of Path
        Each replaces the tables of the same name.

    Raises
    ------
    InputError
        If a file cannot be read, or a table in it is wrong or names what the model does not have; the project's own
        may name a lever that an overlay has taken out.
    """
    found = tables_over((PACKAGED, OWN_FILE), files, SECTIONS)
    disclosures = read_tables()["disclosures"] | found["disclosures"]
    rows = {
        name: _observable(name, table, file, assumptions, disclosures) for name, (table, file) in found["watch"].items()
    }
    return Observables(rows, disclosures)


def _observable(name: str, table: object, file: str, assumptions: Assumptions, disclosures: Tables) -> Observable:
    key = f"watch.{name}"
    text = validate(ObservableText, table, file=file, key=key)
    ways = [way for way in WAYS if getattr(text, way) is not None]
    if len(ways) != 1:
        raise InputError(f"one of {', '.join(WAYS)} was expected, not {len(ways)} of them", file=file, key=key)
    way, about = ways[0], getattr(text, ways[0])
    tables: dict[Way, Mapping[str, Any]] = {
        "lever": assumptions.levers,
        "scenario": assumptions.scenarios,
        "disclosure": disclosures,
    }
    fits = about in (known := tables[way])
    if not fits and (way != "lever" or file != OWN_FILE):
        raise unknown_name(way, about, known, file=file, key=f"{key}.{way}")
    if way == "disclosure" and _is_policy(disclosures[about][0]):
        return _policy(name, text, about, disclosures[about], f"{file}: {key}", assumptions)
    title = text.title or (_title(way, about, assumptions, disclosures) if fits else about)
    _check(text, way, file, key)
    return Observable(name, title, way, about, text.probability, text.months_ahead or 0.0, text.notes)


def _is_policy(table: object) -> bool:
    return isinstance(table, Mapping) and table.get("kind") == POLICY


def _policy(
    name: str, text: ObservableText, about: str, stated: tuple[object, str], place: str, assumptions: Assumptions
) -> Observable:
    """A decision of which one learns whether it is taken: the lever and its probability stand with the disclosure."""
    if text.probability is not None:
        raise InputError("stands with the disclosure already", file=place, key="probability")
    if text.months_ahead is None:
        raise InputError("is missing; a lever needs it", file=place, key="months_ahead")
    policy = read_disclosure(about, *stated, assumptions)
    return Observable(
        name, text.title or policy.title, "lever", str(policy.lever), policy.probability, text.months_ahead, text.notes
    )


def _check(text: ObservableText, way: Way, file: str, key: str) -> None:
    if way == "lever" and text.months_ahead is None:
        raise InputError("is missing; a lever needs it", file=file, key=f"{key}.months_ahead")
    if way != "lever" and text.months_ahead is not None:
        raise InputError(f"does not belong to a {way}", file=file, key=f"{key}.months_ahead")
    if way != "disclosure" and text.probability is None:
        raise InputError(f"is missing; a {way} needs it", file=file, key=f"{key}.probability")


def _title(way: Way, about: str, assumptions: Assumptions, disclosures: Tables) -> str:
    if way == "lever":
        return assumptions.levers[about].title
    if way == "scenario":
        return assumptions.scenarios[about].text.title
    table = disclosures[about][0]
    return str(table.get("title", about)) if isinstance(table, Mapping) else about
