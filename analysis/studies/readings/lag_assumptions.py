"""What each assumption about measured lags does to the date: taken up one after another, on the same evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ....evidence.selected import Selection
from ....model.assumptions import Assumptions, assemble
from ....priors.errors import InputError
from ....priors.families import Fixed, Normal
from ....priors.layers import Layer
from ...inference.conditioning import condition
from ...inference.estimates import Distribution
from ...inference.posterior import Posterior
from ...inference.result import Result

OPTIMISM = ("benchmark_optimism_general", "benchmark_optimism_cyber")
CORRELATED = "correlation"

STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cyber-lead": ("Mythos stood ahead of the trend in cyber benchmarks", ("mythos_lead_cyber",)),
    "general-lead": ("... and in general ones", ("mythos_lead_general",)),
    "growth": ("... the gap grows", ("gap_growth",)),
    "delay": (
        "... evaluations and releases take time",
        ("evaluation_delay", "american_release_delay", "chinese_release_delay"),
    ),
    "shared-errors": (
        "... errors are shared within organisations and across scopes",
        ("organisation_error", CORRELATED),
    ),
}
"""By id, each assumption's title and the quantities that it frees, in the order in which they are taken up."""


@dataclass(frozen=True)
class LagAssumption:
    """The date under some assumptions about measured lags.

    Attributes
    ----------
    id, title : str
        What is assumed.
    ready : Distribution
        The date, months since t = 0.
    engine : str
        What made its draws.
    """

    id: str
    title: str
    ready: Distribution
    engine: str


@dataclass(frozen=True)
class LagAssumptions(Result):
    """What each assumption about measured lags does to the date.

    Attributes
    ----------
    origin : Origin
        Where the draws of the model's own answer come from.
    rows : tuple of LagAssumption
        Without any lag; with lags as this project first read them; with one assumption after another, the last being
        the model's own answer; and with benchmarks that flatter nobody on average.
    not_made : tuple of str
        Ids of assumptions that the model does not make, so that they change nothing.
    """

    rows: tuple[LagAssumption, ...]
    not_made: tuple[str, ...] = ()


def lag_assumptions(posterior: Posterior) -> LagAssumptions:
    """Take up the assumptions about measured lags one after another.

    Parameters
    ----------
    posterior : Posterior
        On evidence that measures lags, of a model whose quantities say how they are read. Assumptions that its model
        does not make (the article's makes none) change nothing.

    Raises
    ------
    InputError
        If no lag is counted.
    UntrustworthyError
        If some draws cannot be trusted.
    """
    lags = {item.id for item in posterior.items if item.kind.measures_lag}
    if not lags:
        raise InputError(
            "no measured lag is counted: an item of the kind capability_lag was expected", key="--evidence"
        )
    without = replace(posterior.selection, counted=tuple(item for item in posterior.items if item.id not in lags))
    assumptions = posterior.question.assumptions
    freed: list[str] = []
    held = [name for _, names in STEPS.values() for name in names]
    rows = [
        _row(posterior, "without-lags", "No measured lag counted", assumptions, without),
        _row(posterior, "published", "Lags as this project first read them", _holding(assumptions, held)),
    ]
    for name, (title, names) in STEPS.items():
        freed += names
        rows.append(_row(posterior, name, title, _holding(assumptions, set(held) - set(freed))))
    if all(isinstance(assumptions.beliefs[name], Normal) for name in OPTIMISM):
        centred = _with_rows(assumptions, {"quantity": {name: {"mean": 0.0} for name in OPTIMISM}})
        rows.append(_row(posterior, "no-optimism", "All of it, benchmarks flattering nobody on average", centred))
    not_made = tuple(name for name, (_, names) in STEPS.items() if not any(_made(assumptions, each) for each in names))
    return LagAssumptions(posterior.origin, tuple(rows), not_made)


def _made(assumptions: Assumptions, name: str) -> bool:
    """Whether a model makes anything of a quantity, or of what ties the scopes."""
    if name == CORRELATED:
        return any(set(row.pair) == set(OPTIMISM) and row.rank for row in assumptions.table.correlations)
    belief = assumptions.beliefs.get(name)
    return belief is not None and not (isinstance(belief, Fixed) and belief.value == 0.0)


def _row(
    posterior: Posterior, name: str, title: str, assumptions: Assumptions, selection: Selection | None = None
) -> LagAssumption:
    asked = replace(posterior.question, assumptions=assumptions)
    found = condition(asked, selection or posterior.selection)
    return LagAssumption(name, title, found.ready, found.engine)


def _holding(assumptions: Assumptions, held: Collection[str]) -> Assumptions:
    """Hold quantities at 0, as in the article's race, and scopes apart where their correlation is held."""
    if not held:
        return assumptions
    rows: dict[str, Any] = {
        "quantity": {name: {"family": "fixed", "value": 0.0} for name in held if name != CORRELATED}
    }
    if CORRELATED in held:
        rows["correlation"] = [{"between": list(OPTIMISM), "rank": 0.0}]
    return _with_rows(assumptions, {section: text for section, text in rows.items() if text})


def _with_rows(assumptions: Assumptions, rows: Mapping[str, Any]) -> Assumptions:
    return assemble([*assumptions.layers, Layer.of(rows, file="assumptions about lags")])
