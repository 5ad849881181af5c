"""NUTS fits of one compiled model, refitted to every simulated data set.

Compiling takes tens of seconds and a fit a fraction of one, so the model is compiled once per process, with the figures
as data, and threads share it: nutpie samples outside Python's lock. Ranks need draws that are as good as
independent. A chain is therefore thinned to L draws; should fewer than L of its draws count as effective for any
tracked quantity, the data set is sampled again with a longer chain, thinned as much more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....evidence.layout import OBSERVED
from ....evidence.likelihood import log_density
from ...inference.estimates import Array
from ...inference.nuts import CompiledPosterior
from .fits import Fit, ranks_of
from .plan import Plan
from .purposes import CHAINS, RANKS, generator
from .truths import Truths, simulate_truths

DRAWS = 1_000
TUNING = 1_000
LENGTHENING = 4  # of a chain with too few effective draws ...
ATTEMPTS = 4  # ... until it has been sampled so often


class NutsFits:
    """The compiled posterior of a plan, ready to be sampled on any data.

    Parameters
    ----------
    plan : Plan
        What is calibrated.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._posterior = CompiledPosterior(plan.question, plan.analysed)

    def __call__(self, first: int, count: int) -> list[Fit]:
        """Fit the truths `first` to `first + count`."""
        truths = simulate_truths(self._plan, first, count)
        return [self._fit(first + row, row, truths) for row in range(count)]

    def _fit(self, fit: int, row: int, truths: Truths) -> Fit:
        plan = self._plan
        observed = {name: float(column[row]) for name, column in truths.observations.items()}
        seeds = generator(plan, CHAINS, fit)
        draws = DRAWS
        for attempt in range(ATTEMPTS):
            tree = self._posterior.sample(
                draws,
                int(seeds.integers(2**31)),
                chains=1,
                tune=TUNING,
                cores=1,
                data={OBSERVED: np.array([observed[item.id] for item in plan.analysed])},
            )
            chain = self._tracked(tree, observed)
            ess = smallest_ess(chain)
            if ess >= plan.ranked_draws or attempt == ATTEMPTS - 1:
                break
            draws *= LENGTHENING
        thinned = chain[draws // (plan.ranked_draws + 1) - 1 :: draws // (plan.ranked_draws + 1)][: plan.ranked_draws]
        own = {name: column[row : row + 1] for name, column in truths.predictions.items()}
        truth = np.append(truths.tracked[row], self._log_likelihood(observed, own))
        ranks = ranks_of(truth, thinned, generator(plan, RANKS, fit))
        divergences = int(tree["sample_stats"]["diverging"].values.sum())
        return Fit(fit, ranks, ess, divergences=divergences, draws=draws)

    def _tracked(self, tree: Any, observed: dict[str, float]) -> Array:
        """Everything that is ranked, shape (draw, tracked quantity)."""
        plan, group = self._plan, tree["posterior"]
        values = {name: group[name].values[0].astype(float) for name in plan.quantities}
        tracked, predicted = plan.describe(values, plan.analysed)
        # what the graph worked out itself is ranked as it is: the forward simulation is not under test
        own = [_of_chain(group[name], plan) if name in group else column for name, column in tracked.items()]
        return np.column_stack([*own, self._log_likelihood(observed, predicted)])

    def _log_likelihood(self, observed: dict[str, float], predicted: dict[str, Array]) -> Array:
        clock = self._plan.clock
        return np.sum(
            [log_density(item, observed[item.id], predicted[item.id], clock) for item in self._plan.analysed], axis=0
        )


def _of_chain(variable: Any, plan: Plan) -> Array:
    """The only chain's draws of a variable, of the plan's event where it has one; shape (draw,)."""
    own = variable.sel(event=plan.question.event) if "event" in variable.dims else variable
    return np.asarray(own.values[0], dtype=float)


def smallest_ess(chain: Array) -> float:
    """Smallest bulk ESS over the columns of one chain, shape (draw, quantity)."""
    from arviz_stats.base import array_stats

    return float(min(array_stats.ess(column[None, :], chain_axis=0, draw_axis=1, method="bulk") for column in chain.T))
