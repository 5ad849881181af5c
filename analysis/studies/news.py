"""What kind of change a step of an attribution is: news of the world, a correction of ours, or chance.

News is what would have moved the date of any forecaster who kept the same beliefs and methods: time passing, an item
that has become known, silence confirmed through a later day. A correction is a change of what was there before: an item
revised or withdrawn, other priors, another version of the program. An item that another takes the place of comes and
goes with that one. The two are never added to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from .attribution import Attribution, Change, Step
from .attribution_steps import FOLLOWING

Kind = Literal["news", "correction", "chance", "together"]
KINDS: tuple[Kind, ...] = ("news", "correction", "chance", "together")
Cause = Literal["time", "evidence", "correction", "chance", "together"]
OF_CHANGES: Mapping[str, Kind] = {
    "time": "news",
    "added": "news",
    "confirmed": "news",
    "removed": "correction",
    "changed": "correction",
    "priors": "correction",
    "version": "correction",
}
"""By the kind of a change; what is not named here is chance."""


def kind_of(step: Step) -> Kind:
    """Say which kind of change a step is; `together` where it holds news as well as corrections.

    Examples
    --------
    >>> from catchup.analysis.inference.estimates import ZERO
    >>> kind_of(Step((Change("time"),), "time passing", {0.5: ZERO}, ZERO))
    'news'
    >>> kind_of(Step((Change("time"), Change("priors")), "time passing, priors changed", {0.5: ZERO}, ZERO))
    'together'
    """
    kinds = {OF_CHANGES.get(change.kind, "chance") for change in step.changes if change.kind not in FOLLOWING}
    return kinds.pop() if len(kinds) == 1 else "together"


def cause_of(step: Step) -> Cause:
    """Say what a step comes from: news are told apart into time passing and evidence.

    Examples
    --------
    >>> from catchup.analysis.inference.estimates import ZERO
    >>> cause_of(Step((Change("added", "eci-lag"),), "item added: eci-lag", {0.5: ZERO}, ZERO))
    'evidence'
    """
    kind = kind_of(step)
    if kind == "news":
        return "time" if step.changes == (Change("time"),) else "evidence"
    return kind


def by_kind(attribution: Attribution) -> dict[Kind, Sequence[Step]]:
    """Return the steps of each kind, in their order; kinds without any are left out."""
    found = {kind: [step for step in attribution.steps if kind_of(step) == kind] for kind in KINDS}
    return {kind: steps for kind, steps in found.items() if steps}
