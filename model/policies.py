"""Levers and regimes as data, and the interventions they make on the model."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..priors.bases import Array
from ..priors.distributions import FAMILY_KEYS, take_distribution
from ..priors.errors import InputError, refuse_unknown, unknown_name
from ..priors.families import Family
from ..priors.hierarchy import conditional, related
from ..priors.layers import Layer, merge
from ..priors.row_schemas import Names, RegimeText
from ..priors.strict import StrictModel, validate
from ..priors.table import PriorTable, where_stated
from .race import Race


class Lever(StrictModel):
    """A policy: channels to remove or freeze, whether distillation is limited, and what it would be done by."""

    title: str
    instruments: Names = ()
    remove: Names = ()
    freeze: Names = ()
    limit_distillation: bool = False
    references: Names = ()


@dataclass(frozen=True)
class Regime:
    """A commitment: from the day it acts, a budget is drawn from another distribution.

    Attributes
    ----------
    text : RegimeText
        Title, the budget it replaces (or several, each of a firm), references.
    distribution : Family
        What that budget is drawn from instead.
    """

    text: RegimeText
    distribution: Family


@dataclass(frozen=True)
class Intervention:
    """What is changed on the model.

    Attributes
    ----------
    kept : mapping of str to float or (draw,)
        Share of a source that is kept from then on; sources not named are kept whole.
    stop : mapping of str to float or (draw,)
        Month at which a source's arrivals stop; sources not named never stop.
    limit_distillation : bool or (draw,)
        Whether algorithmic progress loses what policy removes of distillation; by draw, 1 or 0.
    commitments : mapping of str to Family
        Budgets drawn from another distribution, by the name of the quantity.
    act_from_month : float
        Month from which it holds. Runs that have ended by then stand; those under way do the rest under it.

    Examples
    --------
    >>> from catchup.model import Intervention
    >>> revoked = Intervention(kept={"remote": 0.0}, stop={"remote-growth": 9.0}, act_from_month=9.0)
    >>> revoked.kept, revoked.limit_distillation
    ({'remote': 0.0}, False)
    """

    kept: Mapping[str, Any] = field(default_factory=dict)
    stop: Mapping[str, Any] = field(default_factory=dict)
    limit_distillation: Any = False
    commitments: Mapping[str, Family] = field(default_factory=dict)
    act_from_month: float = 0.0

    def __post_init__(self) -> None:
        for name, share in self.kept.items():
            if not np.all((np.asarray(share) >= 0.0) & (np.asarray(share) <= 1.0)):
                raise InputError(f"a share from 0 to 1 was expected, not {share}", key=f"kept.{name}")
        for name, month in self.stop.items():
            if np.any(np.isnan(month)):
                raise InputError(f"a month since t = 0 was expected, not {month}", key=f"stop.{name}")

    @property
    def nothing(self) -> bool:
        """Whether it is none: it changes nothing, at no time."""
        changed = self.kept or self.stop or self.commitments or np.any(self.limit_distillation)
        return not changed and self.act_from_month == 0.0


NO_INTERVENTION = Intervention()
NEVER_STOPS = 1e6  # months; finite, so that every gradient is
SMALLEST_RANK = 1e-12  # keeps a rank inside (0, 1), where every quantile is finite


def refuse_unknown_sources(intervention: Intervention, sources: Iterable[str]) -> None:
    """Refuse an intervention on a source that is not among those of the race."""
    known = list(sources)
    for table, given in (("kept", intervention.kept), ("stop", intervention.stop)):
        refuse_unknown("source", given, known, key=table)


def apply_lever(lever: Lever, race: Race, act_from_month: float) -> Intervention:
    """Turn a lever into the intervention that it makes when it is pulled.

    Parameters
    ----------
    lever : Lever
        What is removed, frozen or limited.
    race : Race
        Whose sources of compute it acts on.
    act_from_month : float
        When it is pulled, in months since t = 0; before that day as on it. Pulled then, it is as if it had been so
        from the start.

    Examples
    --------
    >>> from catchup.model import apply_lever, load_assumptions
    >>> assumptions = load_assumptions()
    >>> change = apply_lever(assumptions.levers["remote-frozen"], assumptions.race, act_from_month=9.0)
    >>> change.stop["bytedance-remote-growth"], change.kept
    (9.0, {})
    """
    month = max(act_from_month, 0.0)
    return Intervention(
        kept={name: 0.0 for name, source in race.sources.items() if source.channel in lever.remove},
        stop={
            name: month for name, source in race.sources.items() if source.channel in lever.freeze and source.arrives
        },
        limit_distillation=lever.limit_distillation,
        act_from_month=month,
    )


def apply_as_published(lever: Lever, race: Race, today: float) -> Intervention:
    """Turn a lever into the intervention that the published forecast makes of it.

    There what is removed, and distillation, are gone from t = 0, and only what is frozen stops on the day.

    Parameters
    ----------
    lever, race
        As for `apply_lever`.
    today : float
        The published forecast's own day, in months since t = 0.
    """
    return replace(apply_lever(lever, race, today), act_from_month=0.0)


def apply_regime(regime: Regime, act_from_month: float) -> Intervention:
    """Turn a regime into the intervention it makes when it begins at month `act_from_month`.

    Examples
    --------
    >>> from catchup.model import apply_regime, load_assumptions
    >>> change = apply_regime(load_assumptions().regimes["crash-programme"], act_from_month=9.0)
    >>> change.act_from_month, change.commitments["bytedance_commitment"]
    (9.0, Triangular(low=0.03, high=0.08, mode=0.05))
    """
    return Intervention(
        commitments=dict.fromkeys(regime.text.quantities, regime.distribution), act_from_month=max(act_from_month, 0.0)
    )


def redrawn(
    distributions: Mapping[str, Family],
    beliefs: Mapping[str, Family],
    values: Mapping[str, Array],
    ranks: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Give quantities other distributions, each draw keeping the rank it already has.

    The rank under the old distribution is carried into the new one, so that a forecast and its
    counterfactual share their random numbers, whether the draws come from the prior or a posterior.

    Parameters
    ----------
    distributions : mapping of str to Family
        What they are given. A quantity that is believed something of and was not drawn, as no firm in the race asks for
        it, is passed over.
    beliefs : mapping of str to Family
        What they, and all others, were drawn from.
    values : mapping of str to array of shape (draw,)
        The draws.
    ranks : mapping of str to array of shape (draw,), optional
        By quantity that is new, its own.

    Returns
    -------
    dict of str to array of shape (draw,)
        New values of those quantities, and of all that hang on them.

    Raises
    ------
    InputError
        If a quantity has been fixed, or is what others leave of a whole, so that its draws have no rank; or if there is
        none of a name.
    """
    distributions = {name: new for name, new in distributions.items() if name in values or name not in beliefs}
    after = {**{name: belief for name, belief in beliefs.items() if name in values}, **distributions}
    hierarchical = any(belief.parents for belief in after.values())
    found: dict[str, Array] = {}
    now: Mapping[str, Array] = ChainMap(found, dict(values))
    for name in related(after, after) if hierarchical else distributions:
        new = after[name]
        if name not in beliefs:
            own = (ranks or {}).get(name)
            known = new.given(now)
            if own is None and known.base is not None:
                raise unknown_name("quantity", name, beliefs, key="commitments")
            found[name] = known.known(np) if own is None else known.quantile(own)
        elif any(parent in found for parent in new.parents) or new != beliefs[name]:
            found[name] = _at_same_rank(name, new.given(now), beliefs[name], values)
        elif name in distributions:
            found[name] = values[name]
    return found


def _at_same_rank(name: str, new: Family, old: Family, values: Mapping[str, Array]) -> Array:
    if old.base is None:
        if old.parents and new.base is None:
            return np.asarray(new.known(np))
        follows = f"follows from {', '.join(old.parents)}" if old.parents else "has been fixed"
        raise InputError(f"{follows}, and cannot be given another distribution", key=name)
    rank = old.given(values).cdf(values[name]).clip(SMALLEST_RANK, 1.0 - SMALLEST_RANK)
    return new.quantile(rank)


def load_levers(layers: Iterable[Layer], race: Race, references: Iterable[str]) -> dict[str, Lever]:
    """Validate the levers of some layers.

    Raises
    ------
    InputError
        At the first unknown key, channel or reference, or a lever that does nothing.
    """
    levers, references = {}, list(references)
    for name, row in merge(layers, "lever").items():
        key = f"lever.{name}"
        lever = levers[name] = validate(Lever, row.values, file=row.file, key=key)
        for list_name in ("remove", "freeze"):
            # a firm that stays out of the race takes no channel out of the world
            refuse_unknown("channel", getattr(lever, list_name), race.known_channels, row.file, f"{key}.{list_name}")
        refuse_unknown("reference", lever.references, references, row.file, f"{key}.references")
        if not (lever.remove or lever.freeze or lever.limit_distillation):
            raise InputError("does nothing: give remove, freeze or limit_distillation", file=row.file, key=key)
    return levers


def load_regimes(layers: Iterable[Layer], table: PriorTable) -> dict[str, Regime]:
    """Validate the regimes of some layers.

    Raises
    ------
    InputError
        At the first unknown key, family, quantity or reference, or a commitment that is not positive.
    """
    regimes, quantities = {}, table.quantities
    for name, row in merge(layers, "regime", exclusive={"family": FAMILY_KEYS}).items():
        key = f"regime.{name}"
        stated, rest = take_distribution(row, RegimeText, key)
        distribution = conditional(stated, table.beliefs, row.file, key, where_stated(quantities))
        text = validate(RegimeText, rest, file=row.file, key=key)
        refuse_unknown("quantity", text.quantities, quantities, row.file, f"{key}.quantity")
        low, high = distribution.support()
        if low < 0 or high > 1 or math.isinf(high):
            raise InputError(f"a share between 0 and 1 was expected, not {low:g} to {high:g}", file=row.file, key=key)
        refuse_unknown("reference", text.references, table.references, row.file, f"{key}.references")
        regimes[name] = Regime(text, distribution)
    return regimes
