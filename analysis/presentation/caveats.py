"""Caveats: what the sources warn of, what of the software holds each warning, and what is left out all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ...evidence.ledgers import Ledger
from ...model.assumptions import Assumptions
from ...model.trend import load_trends
from ...priors.errors import InputError, unknown_name
from ...priors.packaged import named_overlays
from ...priors.strict import StrictModel, read_toml, validate
from ..archive.rivals import load_rivals
from ..studies.observables import read_observables

FILE = Path(__file__).parent / "caveats.toml"

Text = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]


class Held(StrictModel):
    """What holds a caveat: names, by kind."""

    quantities: Names = ()
    obstacles: Names = ()
    events: Names = ()
    levers: Names = ()
    regimes: Names = ()
    scenarios: Names = ()
    worlds: Names = ()
    overlays: Names = ()
    items: Names = ()
    trends: Names = ()
    observables: Names = ()
    commands: Names = ()
    rivals: Names = ()

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield every name after its kind."""
        for kind in type(self).model_fields:
            for name in getattr(self, kind):
                yield kind, name


class Caveat(StrictModel):
    """A caveat's table.

    Attributes
    ----------
    sources : tuple of str
        Who says so, by their names in the prior tables.
    text : str
        The caveat, in this project's words.
    held : Held
        What holds it.
    left : str
        What of it is left out all the same.
    """

    sources: Names
    text: Text
    held: Held = Held()
    left: str = ""

    @property
    def modelled(self) -> bool:
        """Whether anything holds it."""
        return any(True for _ in self.held.named())


@dataclass(frozen=True)
class Caveats:
    """All caveats.

    Attributes
    ----------
    rows : mapping of str to Caveat
        By id.
    """

    rows: Mapping[str, Caveat]

    def check(self, known: Mapping[str, Collection[str]]) -> None:
        """Refuse names that do not exist.

        Parameters
        ----------
        known : mapping of str to collection of str
            By kind, and for ``sources``, the names that there are; kinds that it leaves out are not checked.

        Raises
        ------
        InputError
            At the first name that is unknown.
        """
        for id_, row in self.rows.items():
            for kind, name in (*(("sources", source) for source in row.sources), *row.held.named()):
                if kind in known and name not in known[kind]:
                    key = f"caveat.{id_}.{kind}"
                    raise unknown_name(kind, name, known[kind], file=FILE.name, key=key)


@cache
def load_caveats(path: Path = FILE) -> Caveats:
    """Read caveats.

    Parameters
    ----------
    path : Path
        TOML file; the project's own by default.

    Raises
    ------
    InputError
        At the first fault; one that nothing holds must say what is left out.
    """
    rows = {
        name: validate(Caveat, table, file=path.name, key=f"caveat.{name}")
        for name, table in read_toml(path)["caveat"].items()
    }
    for name, row in rows.items():
        if not row.modelled and not row.left:
            raise InputError("is missing, where nothing holds the caveat", file=path.name, key=f"caveat.{name}.left")
    return Caveats(rows)


def known_names(assumptions: Assumptions, ledger: Ledger) -> dict[str, Collection[str]]:
    """Names that caveats may cite, by kind; those of commands stand elsewhere."""
    brought_in = (name for scenario in assumptions.scenarios.values() for name in scenario.rows("quantity"))
    return {
        "sources": assumptions.table.references,
        "quantities": {*assumptions.table.quantities, *brought_in},
        "obstacles": assumptions.obstacles,
        "events": assumptions.events,
        "levers": assumptions.levers,
        "regimes": assumptions.regimes,
        "scenarios": assumptions.scenarios,
        "worlds": assumptions.worlds,
        "overlays": named_overlays(),
        "items": ledger.items,
        "trends": load_trends(assumptions),
        "observables": read_observables(assumptions).rows,
        "rivals": load_rivals(),
    }
