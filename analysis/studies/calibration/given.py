r"""Calibration given what has been seen: truths from the posterior on a ledger, which fits count as well.

The prior of a wide model holds much that the evidence rules out, and calibration over all of it says little about where
the answer is. Posterior simulation-based calibration [1]_ draws a truth from the posterior on the items as they are,
lets it leave the same evidence once more, conditions on both, and ranks the truth:

.. math:: \theta^* \sim p(\theta \mid y), \quad y' \sim p(y' \mid \theta^*), \quad \theta \sim p(\theta \mid y, y').

If the engine's posteriors are right, ranks are uniform. Truths and fits are drawn by importance from proposals fitted
with different random numbers; fits weigh the draws by the density of both, from the prior. A truth is therefore not one
of the draws, as it is in calibration over the prior, which changes ranks by one part in the effective draws.

References
----------
.. [1] Säilynoja, Schmitt, Bürkner and Vehtari, Posterior SBC: simulation-based calibration checking conditional on data
   (2025).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ....evidence.schema import Item
from ...inference.adaptation import drawn_from_fit
from ...inference.diagnostics import FEWEST_EFFECTIVE, WORST_KHAT, UntrustworthyError, few_draws
from ...inference.draws import PriorDraws, Values
from ...inference.estimates import Array
from ...inference.importance import ReweightedPrior, weights_given
from ...inference.likelihoods import prior_for
from ...inference.question import Question
from ...inference.subsets import SharedDraws
from .plan import Plan
from .purposes import BANK, TRUTHS, generator


class Given:
    """What a plan's items, as they are, say of draws.

    Parameters
    ----------
    plan : Plan
        What is calibrated.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.source, self.log_weights = self._weighed(plan.question, plan.analysed)

    def truths(self, first: int, count: int) -> Values:
        """Values of truths `first` to `first + count`, each chosen from the posterior by random numbers of its own."""
        size = next(iter(self._bank.values())).size
        # the generator of truth 0 is taken: noise in what all of them leave is drawn by it
        places = [int(generator(self._plan, TRUTHS, fit + 1).integers(size)) for fit in range(first, first + count)]
        return {name: column[places] for name, column in self._bank.items()}

    @cached_property
    def _bank(self) -> Values:
        rng = generator(self._plan, BANK)
        question = replace(self._plan.question, seed=int(rng.integers(2**32)))
        source, likelihood = self._weighed(question, self._plan.items, joined=False)
        smoothed = weights_given(likelihood, source)
        if smoothed.khat > WORST_KHAT:
            raise UntrustworthyError(f"the posterior's weights cannot be trusted (k-hat {smoothed.khat:.2f})")
        if smoothed.effective_draws < FEWEST_EFFECTIVE:
            raise UntrustworthyError(f"{few_draws(smoothed.effective_draws, 'posterior')}: try more --draws")
        return ReweightedPrior(source, smoothed).resampled(question.draws, rng)[0].values

    @staticmethod
    def _weighed(question: Question, items: tuple[Item, ...], *, joined: bool = True) -> tuple[PriorDraws, Array]:
        """Draws that stand for the prior, and the items' log likelihood in each; with their own log ratios, joined."""
        prior = prior_for(question, items)
        source = drawn_from_fit(prior, question, items) or prior
        likelihood = SharedDraws(question, items, source).joint([item.id for item in items])
        if joined and source.log_ratios is not None:
            likelihood = likelihood + source.log_ratios
        return source, np.asarray(likelihood)
