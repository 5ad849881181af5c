"""Firms: what a row says of one, what people call it, and who stands in the race for one that does not run itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from ..priors.errors import InputError
from ..priors.layers import Layer, merge
from ..priors.row_schemas import Names as Names
from ..priors.strict import StrictModel, validate
from . import equations


class Firm(StrictModel):
    """A contender: what it commits to one run, and how it trains.

    `archetype` is the kind of firm that it is: by default it is the only one of its kind, which is called as it is.
    `budget`, `mfu` and `minimum_training` name quantities, and so do `commitment`, a budget beyond habit that counts
    where it is the larger one, and `post_training`: that of the whole race by default. Where `rl_ratio` and
    `rl_pool_share` name quantities, post-training lasts at least as long as its reinforcement learning takes on that
    share of the firm's pool. A firm that has yet to decide names the day of its `decision` (or ``as-of``, the day the
    question is asked) and, in `delay`, quantities in months that pass from then until it can launch. One that does not
    compete is left out of the race.
    """

    title: str
    archetype: str | None = None
    budget: str
    commitment: str | None = None
    mfu: str
    minimum_training: str
    post_training: str | None = None
    rl_ratio: str | None = None
    rl_pool_share: str | None = None
    decision: date | Literal["as-of"] | None = None
    delay: Names = ()
    competes: bool = True
    references: Names = ()

    @property
    def budgets(self) -> list[str]:
        """Quantities of which the largest is its budget: the habitual one first."""
        return [self.budget] if self.commitment is None else [self.budget, self.commitment]

    def share_of_year(self, xp: Any, values: Mapping[str, Any]) -> Any:
        """Share of a year's compute that it commits to one run, over ``numpy`` or ``pytensor.tensor``."""
        habit = values[self.budget]
        return habit if self.commitment is None else equations.committed_budget(xp, habit, values[self.commitment])

    @property
    def finish(self) -> list[str]:
        """Quantities of its own that its post-training draws on."""
        return [name for name in (self.post_training, self.rl_ratio, self.rl_pool_share) if name is not None]


class KnownFirm(StrictModel):
    """A firm that people name, whether or not it races: its archetype, and what else it is called."""

    title: str
    archetype: str
    also: Names = ()


def load_known_firms(layers: Iterable[Layer]) -> dict[str, KnownFirm]:
    """Read the firms that people name, by id.

    Raises
    ------
    InputError
        At the first unknown or missing key.
    """
    rows = merge(layers, "known_firm")
    return {
        name: validate(KnownFirm, row.values, file=row.file, key=f"known_firm.{name}") for name, row in rows.items()
    }


def stand_ins_of(firms: Mapping[str, Firm], known: Mapping[str, KnownFirm]) -> dict[str, str]:
    """By id of a firm that does not compete, and by archetype, the first that competes of the same archetype.

    Parameters
    ----------
    firms : mapping of str to Firm
        All that have a row, those that do not compete among them.
    known : mapping of str to KnownFirm
        Those that people name.
    """
    archetypes = {name: each.archetype for name, each in known.items()}
    archetypes |= {name: firm.archetype or name for name, firm in firms.items()}
    first: dict[str, str] = {}
    for name, firm in firms.items():
        if firm.competes:
            first.setdefault(archetypes[name], name)
    absent = {name: kind for name, kind in archetypes.items() if name not in firms or not firms[name].competes}
    return {name: first[kind] for name, kind in {**{kind: kind for kind in first}, **absent}.items() if kind in first}


def known_as_of(firms: Mapping[str, Firm], known: Mapping[str, KnownFirm]) -> dict[str, str]:
    """By what people call a firm, written as `written_alike` has it, its id."""
    words = [(word, name) for name, each in known.items() for word in (name, each.title, *each.also)]
    words += [(word, name) for name, firm in firms.items() for word in (name, firm.title)]
    return {written_alike(word): name for word, name in words}


def written_alike(name: str) -> str:
    """A name without what people write differently: capitals, spaces, hyphens, full stops."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def refuse_half_stated(firm: Firm, file: str, key: str) -> None:
    """Refuse a firm of which half is stated of what its reinforcement learning takes.

    Raises
    ------
    InputError
        Naming the other half.
    """
    if (firm.rl_ratio is None) != (firm.rl_pool_share is None):
        lacking = "rl_ratio" if firm.rl_ratio is None else "rl_pool_share"
        raise InputError(
            "is missing: reinforcement learning takes so much compute, on such a share of the pool",
            file=file,
            key=f"{key}.{lacking}",
        )
