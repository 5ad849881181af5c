"""The race as data: firms, and the sources whose sum is each firm's pool."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated

from pydantic import Field

from ..priors.errors import InputError, refuse_unknown, unknown_name
from ..priors.layers import Layer, merge, refuse_stranger
from ..priors.strict import StrictModel, required_keys, validate
from ..priors.table import Quantity
from .firms import Firm, Names, known_as_of, load_known_firms, refuse_half_stated, stand_ins_of, written_alike


class Source(StrictModel):
    """A part of a firm's pool: there from t = 0, or arriving from `start` over `length` months.

    It arrives as `arrivals` says, or else as all sources do: evenly, unless another mechanism is chosen. `usable` names
    the quantity that is the part of it fit for pre-training, where not all of it is: a part of the pool, not of what is
    owned. `buyers` names the number of buyers that each hold as much, where it is one buyer's own and no other firm has
    a source through its channel: of what all have together, not of the pool.
    """

    title: str
    firm: str
    amount: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    start: float | str | None = None
    length: float | str | None = None
    per: str | None = None
    arrivals: str | None = None
    usable: str | None = None
    buyers: str | None = None
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
    files : mapping of str to str
        The file that last changed each firm and source (``firm.`` or ``source.`` and its name), for messages.
    known_as : mapping of str to str
        By what people call a firm (see `written_alike`), its id.
    stand_ins : mapping of str to str
        By id of a firm that is not in the race, and by archetype, the firm that stands for it; see `stand_ins_of`.
    matched : mapping of str to tuple of str
        By source that stands for what other buyers hold too, the number of buyers; see `_bought_alike`.
    known_channels : tuple of str
        Every policy channel, those of firms that are not in the race among them.
    """

    firms: Mapping[str, Firm]
    sources: Mapping[str, Source]
    files: Mapping[str, str] = field(default_factory=dict)
    known_as: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    matched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known_channels: tuple[str, ...] = ()

    @property
    def archetypes(self) -> dict[str, str]:
        """By firm, what kind of firm it is."""
        return {name: firm.archetype or name for name, firm in self.firms.items()}

    def firm_named(self, name: str, **where: str | None) -> str:
        """Return the firm of the race that a name means, or that stands for who is meant; see `stand_ins_of`.

        Parameters
        ----------
        name : str
            Of a firm or an archetype.
        **where
            The file and the key where the name stands, for messages.

        Raises
        ------
        InputError
            If nobody is called so, with the nearest name.
        """
        meant = self.meant_by(name)
        found = self.stand_ins.get(meant, meant)
        if found not in self.firms:
            raise unknown_name("firm", name, {*self.firms, *self.stand_ins} - {name}, **where)
        return found

    def stand_in_of(self, name: str) -> Firm | None:
        """Return the firm that stands for one by name that does not race; None where the one that is meant does.

        Raises
        ------
        InputError
            If nobody is called so, with the nearest name.
        """
        meant, found = self.meant_by(name), self.firm_named(name)
        archetype = self.firms[found].archetype
        if meant in (found, archetype) or archetype is None:  # none: the archetypes themselves race
            return None
        return self.firms[found]

    def meant_by(self, name: str) -> str:
        """Return the id of who is called so, whether or not it is in the race; the name itself where nobody is."""
        if name in self.firms or name in self.stand_ins:
            return name
        return self.known_as.get(written_alike(name), name)

    def sources_of(self, firm: str) -> list[str]:
        """Names of a firm's sources, in order."""
        return [name for name, source in self.sources.items() if source.firm == firm]

    def firms_on(self, quantities: Set[str]) -> list[str]:
        """Names of the firms whose dates draw on any of some quantities, in order."""
        return [name for name in self.firms if not quantities.isdisjoint(self.among([name]).quantities())]

    def among(self, firms: Container[str]) -> Race:
        """Return the race with some of its firms alone."""
        return replace(
            self,
            firms={name: firm for name, firm in self.firms.items() if name in firms},
            sources={name: source for name, source in self.sources.items() if source.firm in firms},
        )

    def channels(self) -> list[str]:
        """Every policy channel of a firm in the race, in order of first appearance."""
        return _channels_of(self.sources)

    @property
    def buyers(self) -> list[str]:
        """Quantities that say how many buyers hold as much as a source: needed for what all firms have, and no date."""
        return list(dict.fromkeys(number for name in self.sources for number in self.matched.get(name, ())))

    def firm_quantities(self) -> list[str]:
        """Every quantity that the firms themselves draw on, budgets first."""
        names = [firm.budget for firm in self.firms.values()]
        for firm in self.firms.values():
            names += [*firm.budgets[1:], firm.mfu, firm.minimum_training, *firm.finish, *firm.delay]
        return list(dict.fromkeys(names))

    def quantities(self) -> list[str]:
        """Every quantity the race draws on: the firms', then the sources'."""
        names = self.firm_quantities()
        for source in self.sources.values():
            names += [
                *source.amount,
                *(
                    value
                    for value in (source.start, source.length, source.per, source.usable)
                    if isinstance(value, str)
                ),
            ]
        return list(dict.fromkeys(names))


def load_race(layers: Iterable[Layer], quantities: Iterable[str], references: Iterable[str], origin: date) -> Race:
    """Validate the firms and sources of some layers; `origin` is the day t = 0.

    Raises
    ------
    InputError
        At the first fault: an unknown key, quantity, firm or reference, a ramp of no length, a firm without a source,
        a decision before t = 0.
    """
    layers, quantities, references = list(layers), list(quantities), list(references)
    firm_rows, source_rows = merge(layers, "firm"), merge(layers, "source")
    firms = {}
    for name, row in firm_rows.items():
        key = f"firm.{name}"
        refuse_stranger("firm", name, firm_rows, required_keys(Firm), key)
        firm = firms[name] = validate(Firm, row.values, file=row.file, key=key)
        for entry in ("budget", "mfu", "minimum_training"):
            refuse_unknown("quantity", [getattr(firm, entry)], quantities, row.file, f"{key}.{entry}")
        for entry in ("commitment", "post_training", "rl_ratio", "rl_pool_share"):
            named = getattr(firm, entry)
            refuse_unknown("quantity", [] if named is None else [named], quantities, row.file, f"{key}.{entry}")
        refuse_half_stated(firm, row.file, key)
        refuse_unknown("quantity", firm.delay, quantities, row.file, f"{key}.delay")
        if isinstance(firm.decision, date) and firm.decision < origin:
            raise InputError(
                f"a day from {origin} (t = 0) on was expected, not {firm.decision}",
                file=row.file,
                key=f"{key}.decision",
            )
        refuse_unknown("reference", firm.references, references, row.file, f"{key}.references")
    sources = {}
    for name, row in source_rows.items():
        key = f"source.{name}"
        refuse_stranger("source", name, source_rows, required_keys(Source), key)
        source = sources[name] = validate(Source, row.values, file=row.file, key=key)
        refuse_unknown("firm", [source.firm], firms, row.file, f"{key}.firm")
        refuse_unknown("quantity", source.amount, quantities, row.file, f"{key}.amount")
        for entry in ("start", "length", "per", "usable", "buyers"):
            value = getattr(source, entry)
            if isinstance(value, str):
                refuse_unknown("quantity", [value], quantities, row.file, f"{key}.{entry}")
        refuse_unknown("reference", source.references, references, row.file, f"{key}.references")
        _check_ramp(source, row.file, key)
    for name, row in firm_rows.items():
        if firms[name].competes and not any(source.firm == name for source in sources.values()):
            raise InputError("has no source of compute", file=row.file, key=f"firm.{name}")
    competing = {name: firm for name, firm in firms.items() if firm.competes}
    if not competing:
        raise InputError("no firm competes", file=list(firm_rows.values())[-1].file, key="firm")
    running = {name: source for name, source in sources.items() if source.firm in competing}
    files = {f"firm.{name}": firm_rows[name].file for name in competing}
    files |= {f"source.{name}": source_rows[name].file for name in running}
    known = load_known_firms(layers)
    # of all buyers' sources: who stays out of the race is no reason to take one buyer for all
    matched = _bought_alike(sources)
    stand_ins, known_as = stand_ins_of(firms, known), known_as_of(firms, known)
    return Race(competing, running, files, known_as, stand_ins, matched, tuple(_channels_of(sources)))


def _channels_of(sources: Mapping[str, Source]) -> list[str]:
    return list(dict.fromkeys(source.channel for source in sources.values()))


def refuse_impossible(race: Race, quantities: Mapping[str, Quantity]) -> None:
    """Refuse a race that puts a quantity where some of its values make no sense, such as a negative number of chips.

    Raises
    ------
    InputError
        Naming the firm or source, the quantity and how far it reaches.
    """
    for name, source in race.sources.items():
        ramp = {entry: getattr(source, entry) for entry in ("start", "length", "per", "usable", "buyers")}
        drawn = {entry: (value,) for entry, value in ramp.items() if isinstance(value, str)}
        for entry, names in {"amount": source.amount, **drawn}.items():
            for quantity in names:
                reach = quantities[quantity].distribution.support()
                divides = entry in ("length", "per")
                most = 1.0 if entry == "usable" else math.inf
                _check_reach(quantity, reach, f"source.{name}.{entry}", race.files, above=divides, most=most)
    for name, firm in race.firms.items():
        for quantity in (*firm.budgets, firm.mfu):
            reach = quantities[quantity].distribution.support()
            _check_reach(quantity, reach, f"firm.{name}", race.files, above=True, most=1.0)
        for quantity in (firm.minimum_training, *firm.finish, *firm.delay):
            reach = quantities[quantity].distribution.support()
            _check_reach(quantity, reach, f"firm.{name}", race.files, above=quantity == firm.rl_pool_share)


def _check_reach(
    quantity: str,
    reach: tuple[float, float],
    key: str,
    files: Mapping[str, str],
    *,
    above: bool = False,
    most: float = math.inf,
) -> None:
    """Check how far a quantity reaches: not below 0, not up to 0 only where it must lie above, not beyond the most."""
    low, high = reach
    if low < 0 or high > most or (above and high <= 0):
        expected = ("above 0" if above else "0 or more") + ("" if math.isinf(most) else f", at most {most:g},")
        found = f"is {low:g}" if low == high else f"reaches from {low:g} to {high:g}"
        file = files.get(".".join(key.split(".")[:2]))
        raise InputError(f"a quantity {expected} was expected, but {quantity} {found}", file=file, key=key)


def _check_ramp(source: Source, file: str, key: str) -> None:
    if source.start is None:
        for entry in ("length", "per", "arrivals"):
            if getattr(source, entry) is not None:
                raise InputError(
                    "needs a start: a source without one is there from t = 0", file=file, key=f"{key}.{entry}"
                )
        return
    if source.length is None:
        raise InputError("is missing: months over which the source arrives", file=file, key=f"{key}.length")
    if isinstance(source.length, float) and source.length <= 0:
        raise InputError(f"a ramp takes more than 0 months, not {source.length:g}", file=file, key=f"{key}.length")
    if isinstance(source.start, float) and source.start < 0:
        raise InputError(
            f"arrivals start at t = 0 or later, not in month {source.start:g}; what is there already needs no start",
            file=file,
            key=f"{key}.start",
        )


def _bought_alike(sources: Mapping[str, Source]) -> dict[str, tuple[str, ...]]:
    """By source of a channel through which buyers have holdings of their own: what it is multiplied by for all of them.

    That is the number of buyers where the holding of one of them is known, and nothing where each is named.
    """
    bought = {source.channel for source in sources.values() if source.buyers is not None}
    through = {name: source for name, source in sources.items() if source.channel in bought}
    firms = {channel: {each.firm for each in through.values() if each.channel == channel} for channel in bought}
    return {
        name: (source.buyers,) if source.buyers is not None and len(firms[source.channel]) == 1 else ()
        for name, source in through.items()
    }
