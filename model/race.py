"""The race as data: firms, and the sources whose sum is each firm's pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ..priors.errors import InputError, unknown_name
from ..priors.layers import Layer, merge
from ..priors.strict import StrictModel, validate

Number = Annotated[float, Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False)]


class Firm(StrictModel):
    """A contender: what it commits to one run, and how it trains.

    `budget`, `mfu` and `minimum_training` name quantities; `earliest` names quantities (months, summed)
    before which it cannot launch.
    """

    title: str
    budget: str
    mfu: str
    minimum_training: str
    earliest: Names = ()
    references: Names = ()


class Source(StrictModel):
    """A part of a firm's pool: there from t = 0, or arriving evenly from `start` over `length` months."""

    title: str
    firm: str
    amount: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    start: Number | str | None = None
    length: Number | str | None = None
    per: str | None = None
    channel: str
    references: Names = ()

    @property
    def arrives(self) -> bool:
        """Whether it arrives over time instead of being there from t = 0."""
        return self.start is not None


@dataclass(frozen=True)
class Race:
    """Firms and sources, in order.

    Attributes
    ----------
    firms : mapping of str to Firm
    sources : mapping of str to Source
    """

    firms: Mapping[str, Firm]
    sources: Mapping[str, Source]

    def sources_of(self, firm: str) -> list[str]:
        """Names of a firm's sources, in order."""
        return [name for name, source in self.sources.items() if source.firm == firm]

    def channels(self) -> list[str]:
        """Every policy channel, in order of first appearance."""
        return list(dict.fromkeys(source.channel for source in self.sources.values()))

    def quantities(self) -> list[str]:
        """Every quantity the race draws on, in order of first use."""
        names: list[str] = []
        for source in self.sources.values():
            names += [
                *source.amount,
                *(value for value in (source.start, source.length, source.per) if isinstance(value, str)),
            ]
        for firm in self.firms.values():
            names += [firm.budget, firm.mfu, firm.minimum_training, *firm.earliest]
        return list(dict.fromkeys(names))


def load_race(layers: Iterable[Layer], quantities: Iterable[str], references: Iterable[str]) -> Race:
    """Validate the firms and sources of some layers.

    Raises
    ------
    InputError
        At the first fault: an unknown key, quantity, firm or reference, a ramp of no length, a firm without a source.
    """
    layers, quantities, references = list(layers), list(quantities), list(references)
    firm_rows, source_rows = merge(layers, "firm"), merge(layers, "source")
    firms = {}
    for name, row in firm_rows.items():
        key = f"firm.{name}"
        firm = firms[name] = validate(Firm, row.values, file=row.file, key=key)
        for field in ("budget", "mfu", "minimum_training"):
            _known("quantity", [getattr(firm, field)], quantities, row.file, f"{key}.{field}")
        _known("quantity", firm.earliest, quantities, row.file, f"{key}.earliest")
        _known("reference", firm.references, references, row.file, f"{key}.references")
    sources = {}
    for name, row in source_rows.items():
        key = f"source.{name}"
        source = sources[name] = validate(Source, row.values, file=row.file, key=key)
        _known("firm", [source.firm], firms, row.file, f"{key}.firm")
        _known("quantity", source.amount, quantities, row.file, f"{key}.amount")
        for field in ("start", "length", "per"):
            value = getattr(source, field)
            if isinstance(value, str):
                _known("quantity", [value], quantities, row.file, f"{key}.{field}")
        _known("reference", source.references, references, row.file, f"{key}.references")
        _check_ramp(source, row.file, key)
    for name, row in firm_rows.items():
        if not any(source.firm == name for source in sources.values()):
            raise InputError("has no source of compute", file=row.file, key=f"firm.{name}")
    return Race(firms, sources)


def _check_ramp(source: Source, file: str, key: str) -> None:
    if source.start is None:
        for field in ("length", "per"):
            if getattr(source, field) is not None:
                raise InputError(
                    "needs a start: a source without one is there from t = 0", file=file, key=f"{key}.{field}"
                )
        return
    if source.length is None:
        raise InputError("is missing: months over which the source arrives", file=file, key=f"{key}.length")
    if isinstance(source.length, float) and source.length <= 0:
        raise InputError(f"a ramp takes more than 0 months, not {source.length:g}", file=file, key=f"{key}.length")


def _known(kind: str, names: Iterable[str], known: Iterable[str], file: str, key: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known, file=file, key=key)
