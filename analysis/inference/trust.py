"""When an answer cannot be trusted, and what to try."""

from __future__ import annotations

from ...priors.errors import CatchupError

GOOD_KHAT = 0.5
WORST_KHAT = 0.7
FEWEST_EFFECTIVE = 1_000  # effective draws below which the importance engine hands over
COLLAPSED = 20  # effective draws below which prior and evidence hardly overlap
WORST_RHAT = 1.01
FEWEST_CHAIN_EFFECTIVE = 400  # bulk and tail ESS of the date, as R-hat's authors advise for four chains
MOST_DIVERGENT = 1e-3  # share of transitions


class UntrustworthyError(CatchupError):
    """The answer cannot be trusted; the message says which diagnostic failed and what to try."""

    exit_code = 1
