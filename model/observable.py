r"""What ``pm.observe`` may be told of a named variable.

Quantities are entries of a few vectors of random variables, which compiles several times faster than a random variable
each. PyMC finds no density for an entry that is observed while its vector is not. So every quantity passes through an
operation, `Observable`, that leaves its value as it is and knows the density: where the quantity is observed, all that
follows is worked out of the observation, and the vector's entry, on which nothing depends any longer, keeps its prior.

Among quantities that are correlated the observation tells of the others as well. With z the scores of a group,
:math:`\Lambda` the inverse of their correlation matrix and S the quantities observed so far,

.. math:: z_S \mid z_{-S} \sim N(-\Lambda_{SS}^{-1} \Lambda_{S,-S}\, z_{-S},\ \Lambda_{SS}^{-1}) ,

and a further observation adds the difference between the log densities with and without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.logprob.abstract import MeasurableOp, ValuedRV, _logprob
from pymc.logprob.rewriting import early_measurable_ir_rewrites_db
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.rewriting.basic import register_canonicalize, register_useless

from ..priors.bases import BASES
from ..priors.copula import Group
from ..priors.errors import InputError
from ..priors.families import Family
from ..priors.scores import LARGEST_UNIFORM, SMALLEST_UNIFORM

NORMAL = BASES["normal"]


class Observable(MeasurableOp, Op):
    """A value as it is, which has a density where it is observed.

    Parameters
    ----------
    name : str
        Of the variable, for messages.
    log_density : callable
        Given the observation, then the context, returns the log density. A variable of the context that is observed as
        well comes as `ValuedRV`.
    """

    __props__ = ("log_density", "name")
    view_map = {0: [0]}  # noqa: RUF012  (as PyTensor declares it)

    def __init__(self, name: str, log_density: Callable[..., Any]) -> None:
        self.name = name
        self.log_density = log_density

    def make_node(self, value: Any, *context: Any) -> Apply:
        variables = [pt.as_tensor_variable(each) for each in (value, *context)]
        return Apply(self, variables, [variables[0].type()])

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Any) -> None:
        outputs[0][0] = inputs[0]

    def do_constant_folding(self, fgraph: Any, node: Apply) -> bool:
        return False  # where it is observed, what is known must be told from what is seen

    def infer_shape(self, node: Apply, shapes: Sequence[Any]) -> list[Any]:
        return [shapes[0]]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[position == 0] for position in range(len(node.inputs))]

    def pullback(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence[Variable]
    ) -> list[Variable]:
        return [cotangents[0], *(DisconnectedType()() for _ in inputs[1:])]


@_logprob.register(Observable)
def _observable_logprob(
    op: Observable, values: Sequence[Variable], value: Variable, *context: Variable, **_: Any
) -> Any:
    return op.log_density(values[0], *context)


@register_useless("fast_compile")
@register_canonicalize("fast_compile")
@node_rewriter([Observable])
def _pass_unobserved(fgraph: Any, node: Apply) -> list[Variable] | None:
    """Outside a density's derivation, and where nothing is observed, a value is only passed on."""
    observed = any(isinstance(getattr(client, "op", None), ValuedRV) for client, _ in fgraph.clients[node.outputs[0]])
    return None if observed else [node.inputs[0]]


# Before PyMC looks for densities: what is never observed must not look as if it had one to be found.
early_measurable_ir_rewrites_db.register(_pass_unobserved.name, _pass_unobserved, "basic")


def observable(name: str, value: Any, belief: Family) -> Any:
    """Let a quantity that is independent of all others be observed.

    Parameters
    ----------
    name : str
        Of the quantity.
    value : variable
        Its value, in its own unit.
    belief : Family
        What is believed of it.
    """

    def log_density(seen: Variable) -> Any:
        return pt.constant(float(belief.log_pdf(_number(name, seen, belief))))

    return Observable(name, log_density)(value)


def observable_together(
    group: Group, values: Mapping[str, Any], scores: Mapping[str, Any], beliefs: Mapping[str, Family]
) -> dict[str, Any]:
    """Let quantities that depend on each other be observed, any of them.

    Parameters
    ----------
    group : Group
        How they depend on each other.
    values, scores : mapping of str to variable
        Their values and normal scores.
    beliefs : mapping of str to Family
        What is believed of each by itself.

    Returns
    -------
    dict of str to variable
        The same values, as they may be observed.
    """
    found: dict[str, Any] = {}
    for name in group.names:
        log_density = partial(_density_among, group, name, beliefs)
        found[name] = Observable(name, log_density)(
            values[name], *(scores[each] for each in group.names), *found.values()
        )
    return found


def _density_among(group: Group, name: str, beliefs: Mapping[str, Family], seen: Variable, *context: Variable) -> Any:
    """What a quantity's observation adds to those of earlier ones in the group; the context is scores, then those."""
    size = len(group.names)
    known = {
        position: _score(each, variable.owner.inputs[1], beliefs[each])
        for position, (each, variable) in enumerate(zip(group.names, context[size:], strict=False))
        if variable.owner is not None and isinstance(variable.owner.op, ValuedRV)
    }
    score = _score(name, seen, beliefs[name])
    slope = float(beliefs[name].log_pdf(_number(name, seen, beliefs[name]))) - NORMAL.log_density(
        np.float64(score), 0.0, 1.0
    )
    before = group.conditional_log_density(known, context[:size]) if known else 0.0
    after = group.conditional_log_density({**known, group.names.index(name): score}, context[:size])
    return pt.as_tensor_variable(after - before + slope)


def derived(name: str, value: Any) -> Any:
    """Let a variable that follows from others say so where it is observed."""
    return _refusing(
        name,
        value,
        "follows from other variables and cannot be observed: count an item of evidence about it (add_evidence), "
        "observe quantities that it follows from, or hold it with pm.do",
    )


def fixed(name: str, value: Any) -> Any:
    """Let a quantity without uncertainty say so where it is observed."""
    return _refusing(
        name, value, "is fixed, and cannot be observed as well: give it a distribution, or hold it with pm.do"
    )


def _refusing(name: str, value: Any, problem: str) -> Any:
    def refuse(seen: Variable) -> Any:
        raise InputError(problem, key=name)

    return Observable(name, refuse)(value)


def _score(name: str, seen: Variable, belief: Family) -> float:
    rank = np.clip(belief.cdf(_number(name, seen, belief)), SMALLEST_UNIFORM, LARGEST_UNIFORM)
    return float(NORMAL.quantile(np, rank, 0.0, 1.0))


def _number(name: str, seen: Variable, belief: Family) -> float:
    """The number that a quantity is observed to be."""
    if not isinstance(seen, Constant):
        raise InputError("is observed through data that may change; a number was expected", key=name)
    number = float(seen.data)
    low, high = belief.support()
    if not low <= number <= high:
        raise InputError(f"is observed to be {number:g}, where {low:g} to {high:g} is believed possible", key=name)
    return number
