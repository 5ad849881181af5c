r"""The size of a model of given training compute, by two rules of thumb.

With C the compute (FLOP), D the training tokens, N the parameters and :math:`N_a` those active for a token,

.. math:: C = 6 N_a D, \qquad D = k N, \qquad N_a = s N \qquad\Rightarrow\qquad D = \sqrt{k C / (6 s)},

k being the tokens per parameter and s the active share.

References
----------
.. [1] Thread on the FLOP figure read off a conference slide, June 2026: k = 20, s = 5%, so that
   :math:`D = \sqrt{400 C / 6}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .assumptions import Assumptions
from .equations import SECONDS_PER_DAY, mythos_flop

SIZE_QUANTITIES = ("tokens_per_parameter", "active_share")


@dataclass(frozen=True)
class Size:
    """Size of a model.

    Attributes
    ----------
    tokens : (draw,)
        Training tokens.
    parameters : (draw,)
        All parameters.
    active_parameters : (draw,)
        Those active for a token.
    """

    tokens: Any
    parameters: Any
    active_parameters: Any


def size_of(xp: Any, flop: Any, tokens_per_parameter: Any, active_share: Any, flop_per_parameter_token: float) -> Size:
    """Size of a model that takes `flop` (FLOP) to train."""
    tokens = xp.sqrt(tokens_per_parameter * flop / (flop_per_parameter_token * active_share))
    parameters = tokens / tokens_per_parameter
    return Size(tokens, parameters, active_share * parameters)


def implied_size(xp: Any, assumptions: Assumptions, flop: Any, values: Mapping[str, Any]) -> Size:
    """Size that the assumptions imply, given values of `SIZE_QUANTITIES`."""
    constant = assumptions.table.number("flop_per_parameter_token")
    return size_of(xp, flop, values["tokens_per_parameter"], values["active_share"], constant)


def thread_flop(assumptions: Assumptions) -> dict[str, float]:
    """Mythos's compute as the thread estimates it, by length of the run (days)."""
    table = assumptions.table
    longest = (table.day("origin") - table.day("thread_first_day")).days
    lengths = [table.number(f"thread_{name}_days") for name in ("shortest", "likely", "long")]
    return {
        f"{days:g}": float(
            mythos_flop(
                table.number("thread_chips"),
                table.number("thread_chip_peak"),
                table.number("thread_mfu"),
                days,
                SECONDS_PER_DAY,
            )
        )
        for days in (*lengths, float(longest))
    }
