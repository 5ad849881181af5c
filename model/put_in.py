"""What is set in Python, as rows of a layer like any other: what merges layers again cannot lose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..priors.correlations import Correlation
from ..priors.errors import InputError, unknown_name
from ..priors.families import FAMILIES, Dirichlet, Family, as_family
from ..priors.families.conversion import draws_of
from ..priors.layers import WITHOUT, Layer
from ..priors.strict import StrictModel
from .events import multiple_name
from .policies import Regime

PYTHON = "priors set in Python"  # how messages name their layer
RULES = "assumptions set in Python"  # that of all else

Rules = Mapping[str, Mapping[str, StrictModel | Regime]]


@dataclass(frozen=True)
class Stated:
    """What layers say.

    Attributes
    ----------
    beliefs : mapping of str to Family
        Distributions by name.
    correlations : tuple of Correlation
        Rank correlations.
    rules : mapping
        Obstacles, levers, regimes and the law of reporting, by section and name.
    """

    beliefs: Mapping[str, Family]
    correlations: tuple[Correlation, ...]
    rules: Rules


def layer_of_priors(priors: Mapping[str, Any], layers: Sequence[Layer]) -> Layer:
    """Write distributions down as rows.

    Parameters
    ----------
    priors : mapping of str to object
        By quantity (or name of an event's multiple), whatever `as_family` takes.
    layers : sequence of Layer
        Those that they are laid over.

    Raises
    ------
    InputError
        If a name is unknown, an object is no distribution, or its family is not registered.
    """
    quantities = list(dict.fromkeys(name for layer in layers for name in layer.tables.get("quantity", {})))
    events = {multiple_name(name): name for layer in layers for name in layer.tables.get("event", {})}
    tables: dict[str, dict[str, Any]] = {}
    for name, distribution in priors.items():
        if name not in quantities and name not in events:
            raise unknown_name("quantity", name, [*quantities, *events], key="priors")
        section, row = ("quantity", name) if name in quantities else ("event", events[name])
        below: dict[str, Any] = {}
        for layer in layers:
            below |= layer.tables.get(section, {}).get(row, {})
        tables.setdefault(section, {})[row] = _row(name, distribution, below)
    return Layer.of(tables, file=PYTHON)


def _row(name: str, distribution: Any, below: Mapping[str, Any]) -> dict[str, Any]:
    try:
        family = as_family(distribution)
        if draws_of(distribution) is not None:
            # draws do not say what they cannot be: the quantity does
            bounds = {"low": below.get("above", below.get("minimum")), "high": below.get("maximum")}
            stated = {name: float(bound) for name, bound in bounds.items() if bound is not None}
            family = as_family({**family.as_row(), **stated})
    except InputError as error:
        key = " ".join(part for part in (f"priors {name}", error.key) if part)
        raise InputError(error.problem, key=key, nearest=error.nearest) from None
    if isinstance(family, Dirichlet) and "block" not in below:
        problem = "a share of one whole is a row that names its block: lay it over them as one of the overlays"
        raise InputError(problem, key=f"priors {name}")
    if FAMILIES.get(family.family) is not type(family):
        problem = f"the family {type(family).__name__} is not registered: catchup.priors.register_family does so"
        raise InputError(problem, key=f"priors {name}")
    return family.as_row()


def put_in(
    stated: Stated | None, beliefs: Mapping[str, Family], correlations: Sequence[Correlation], layers: Sequence[Layer]
) -> Layer | None:
    """Write down what has been put into assumptions since they were merged; None if nothing has.

    Raises
    ------
    InputError
        As `layer_of_priors` does.
    """
    if stated is None:
        return None
    changed = {name: belief for name, belief in beliefs.items() if name in stated.beliefs}
    changed = {name: belief for name, belief in changed.items() if belief != stated.beliefs[name]}
    pairs = {frozenset(each.pair): each for each in correlations}
    before = {frozenset(each.pair): each for each in stated.correlations}
    rows = [_correlation_row(each) for pair, each in pairs.items() if before.get(pair) != each]
    rows += [{"between": list(each.pair), "rank": 0.0} for pair, each in before.items() if pair not in pairs]
    if not changed and not rows:
        return None
    tables = layer_of_priors(changed, layers).tables if changed else {}
    return Layer.of({**tables, **({"correlation": rows} if rows else {})}, file=PYTHON)


def rules_put_in(stated: Stated | None, rules: Rules) -> Layer | None:
    """Write down which rows have been taken out since layers were merged, or others put in their place; None if none.

    A row that takes another's place is laid down whole: some of its keys may be ones that it lacks.
    """
    if stated is None:
        return None
    tables: dict[str, dict[str, Any]] = {}
    gone: dict[str, list[str]] = {}
    for section, rows in rules.items():
        before = stated.rules[section]
        changed = {name: _rule_row(row) for name, row in rows.items() if row != before.get(name)}
        out = [name for name in before if name in changed or name not in rows]
        tables |= {section: changed} if changed else {}
        gone |= {section: out} if out else {}
    if gone:
        tables[WITHOUT] = gone
    return Layer.of(tables, file=RULES) if tables else None


def _rule_row(rule: StrictModel | Regime) -> dict[str, Any]:
    if isinstance(rule, Regime):
        return {**rule.text.model_dump(exclude_none=True), **rule.distribution.as_row()}
    return rule.model_dump(exclude_none=True)


def _correlation_row(correlation: Correlation) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in correlation.text.model_dump(exclude_none=True).items()
    }
