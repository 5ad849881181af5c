"""Organisations that measure: whichever of its names an item gives one, its measurements share an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ..model.firms import Names, written_alike
from ..priors.strict import StrictModel, read_toml, validate
from .kinds.capability_lag import ORGANISATION_ERROR
from .schema import Item

PACKAGED = Path(__file__).parent / "data" / "organisations.toml"


class OrganisationText(StrictModel):
    """An organisation's table: the name that it goes by here, and its others."""

    title: str
    also: Names = ()


def organisation_meant(name: str) -> str:
    """Return the name by which an organisation goes here; the name itself where it is not known.

    Examples
    --------
    >>> from catchup.evidence.organisations import organisation_meant
    >>> organisation_meant("US Center for AI Standards and Innovation"), organisation_meant("My Lab")
    ('CAISI', 'My Lab')
    """
    return _titles().get(written_alike(name), name)


def alone(checked: Iterable[Item], items: Iterable[Item]) -> Iterator[str]:
    """Say of which measurements the error is shared with no other: by a body that is new, or by a name that is.

    Parameters
    ----------
    checked : iterable of Item
        Of whom to say it.
    items : iterable of Item
        All of the ledger, those among them.
    """
    errors = Counter(item.renamed.get(ORGANISATION_ERROR) for item in items)
    for item in checked:
        if errors[item.renamed.get(ORGANISATION_ERROR)] == 1 and ORGANISATION_ERROR in item.renamed:
            yield (
                f"{item.id}: nothing else in the ledger was measured by '{item.observed.organisation}': its error is "
                "taken to be independent of the others'"
            )


@cache
def _titles() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, table in read_toml(PACKAGED)["organisation"].items():
        text = validate(OrganisationText, table, file=PACKAGED.name, key=f"organisation.{name}")
        found |= {written_alike(each): text.title for each in (text.title, *text.also)}
    return MappingProxyType(found)
