"""The named variables of the PyMC model: how each is declared, read back, and taken apart for what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.basic import MakeVector
from pytensor.tensor.rewriting.basic import register_canonicalize
from pytensor.tensor.shape import Reshape
from pytensor.tensor.subtensor import Subtensor, get_constant_idx

from .naming import DIMS
from .observable import derived


def declare(name: str, value: Any) -> Any:
    """Declare an intermediate in the model in context, and return what all that follows is made of.

    Parameters
    ----------
    name : str
        One of `naming.UNITS`.
    value : variable, or mapping of variables
        By event and firm, as `naming.Naming` has it.

    Returns
    -------
    variable, or dict of variables
        The declared variable, or its entries.
    """
    if not isinstance(value, Mapping):
        return pm.Deterministic(name, derived(name, value))
    shape = [len(pm.modelcontext(None).coords[dim]) for dim in DIMS[name]]
    table = pt.stack(list(value.values())).reshape(shape)
    return _entries(pm.Deterministic(name, derived(name, table), dims=DIMS[name]), value)


def declared(model: pm.Model, name: str, value: Any) -> Any:
    """Read back what `declare` returned for an intermediate."""
    return _entries(model[name], value) if isinstance(value, Mapping) else model[name]


def _entries(variable: Any, keys: Iterable[Any]) -> dict[Any, Any]:
    keys = list(keys)
    shape = variable.type.shape
    return {key: variable[tuple(np.unravel_index(place, shape))] for place, key in enumerate(keys)}


@register_canonicalize
@node_rewriter([Subtensor])
def _entry_of_table(fgraph: Any, node: Apply) -> list[Variable] | None:
    """Take an entry of a table from where it came: to put the table together and apart again costs compile time."""
    table = node.inputs[0].owner
    if table is None or not isinstance(table.op, Reshape):
        return None
    stacked, shape = table.inputs[0].owner, table.outputs[0].type.shape
    indices = get_constant_idx(node.op.idx_list, node.inputs, allow_partial=True)
    if stacked is None or not isinstance(stacked.op, MakeVector) or None in shape or len(indices) < len(shape):
        return None
    if not all(isinstance(index, (int, np.integer)) for index in indices):
        return None
    return [stacked.inputs[int(np.ravel_multi_index([int(index) for index in indices], shape))]]
