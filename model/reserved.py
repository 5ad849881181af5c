"""Names that no quantity can have: those of what the PyMC model, result trees and draws hold beside it."""

from __future__ import annotations

from collections.abc import Mapping

from ..priors.bases import BASES
from ..priors.errors import InputError
from ..priors.table import Quantity
from .naming import UNITS
from .reporting import RANK

OF_DIMS = ("chain", "draw", "event", "figure", "firm", "item", "probability", "quantity", "source")
SWITCHES = ("as_of_month", "distillation_limited", "source_kept", "source_stop")
OF_ITEMS = ("figures", "observation", "observed")
OF_TREES = ("kind", "prior_quantile", "source_channel", "source_firm", "unit")
BESIDE_DRAWS = ("log_ratio", "mfu_ratio", "proposal", RANK)
VECTORS = (*BASES, "correlated", "scored")
NUMBERED = "ready_foreseen_"  # begins the names of dates as they would have been before a policy
RESERVED = frozenset(
    (
        *UNITS,
        *OF_DIMS,
        *SWITCHES,
        *OF_ITEMS,
        *OF_TREES,
        *BESIDE_DRAWS,
        *(f"{name}_{kind}" for name in VECTORS for kind in ("quantities", "quantity")),
    )
)


def is_reserved(name: str) -> bool:
    """Whether a name is one of the program's own; those beside draws that are no words hold a colon.

    Examples
    --------
    >>> from catchup.model.reserved import is_reserved
    >>> [is_reserved(name) for name in ("ready", "before:zeta", "lag")]
    [True, True, False]
    """
    return name in RESERVED or name.startswith(NUMBERED) or ":" in name


def refuse_reserved(quantities: Mapping[str, Quantity]) -> None:
    """Refuse quantities that have a name of the program's own.

    Raises
    ------
    InputError
        Naming the first.
    """
    for name, quantity in quantities.items():
        if is_reserved(name):
            wanted = "a name without a colon" if ":" in name else "another name"
            raise InputError(f"{wanted} was expected: {name} is the model's own", file=quantity.file, key=quantity.key)
