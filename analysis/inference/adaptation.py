r"""A proposal adapted to evidence, by raising the likelihood to its full power step by step.

Draws of the current proposal are weighted by the prior's density, times the likelihood to a power :math:`\beta`, over
the proposal's; the largest power that leaves enough of them effective gives the next proposal, until at
:math:`\beta = 1` it has been fitted to draws of its own kind [1]_ [2]_. A round costs as much as `PILOT_DRAWS` draws
of a forecast.

References
----------
.. [1] Cappe, Guillin, Marin and Robert, Population Monte Carlo (2004).
.. [2] Del Moral, Doucet and Jasra, Sequential Monte Carlo samplers (2006), for the choice of the powers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...evidence.schema import Item
from ...model.draws import OFFSET, Transform
from ...model.forward import CHUNK
from .draws import PriorDraws, Values
from .estimates import Array
from .importance import ReweightedPrior, effective_number, weights_given
from .likelihoods import joint_likelihood, likelihoods_of, total
from .proposal import Proposal, fit_proposal
from .question import Question

PILOT_DRAWS = CHUNK
FIRST_EFFECTIVE, EFFECTIVE = 0.03, 0.2  # shares of a round's draws: enough to fit to, from the prior and later on
MOST_ROUNDS = 20
HALVINGS = 40  # of the interval in which the power lies
STREAM = 1_129_336_912  # sets the rounds' random numbers apart from all others of a seed


def reweighted(prior: PriorDraws, question: Question, items: Sequence[Item]) -> ReweightedPrior:
    """Weigh draws that stand for the prior by the likelihood of some items."""
    return ReweightedPrior(prior, weights_given(joint_likelihood(question, prior, items), prior))


def drawn_from_fit(prior: PriorDraws, question: Question, items: Sequence[Item]) -> PriorDraws | None:
    """Draw as many from a proposal fitted to the posterior.

    Parameters
    ----------
    prior : PriorDraws
        Of everything that the question and the items depend on.
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        What is counted.

    Returns
    -------
    PriorDraws or None
        Draws that stand for the prior, most of them where the posterior is; None where there is nothing to fit to.
    """
    if not items:
        return None

    def log_likelihood(values: Values) -> Array:
        return total(likelihoods_of(question, values, items))

    proposal = adapt(prior.transform, log_likelihood, np.random.default_rng([STREAM, question.seed]))
    return None if proposal is None else prior.proposed(proposal)


def adapt(transform: Transform, log_likelihood: Callable[[Values], Array], rng: np.random.Generator) -> Proposal | None:
    """Fit a proposal to a posterior.

    Parameters
    ----------
    transform : Transform
        Turns uniforms into values drawn from the prior.
    log_likelihood : callable
        Given values, returns the log likelihood, shape (draw,).
    rng : numpy.random.Generator
        Of the rounds' draws.

    Returns
    -------
    Proposal or None
        None where so few draws agree with the evidence that there is nothing to fit to.
    """
    proposal: Proposal | None = None
    power = 0.0
    for round_ in range(MOST_ROUNDS):
        ranks, log_ratios = _pilot(transform.names, proposal, rng)
        found = _evaluate(transform, ranks, log_likelihood)
        if not np.isfinite(found).any():
            return None
        share = EFFECTIVE if round_ else FIRST_EFFECTIVE
        before, power = power, _largest_power(log_ratios, found, share * PILOT_DRAWS)
        tempered = log_ratios + power * found
        weights = np.exp(tempered - tempered.max())
        proposal = fit_proposal(transform.names, ranks, weights / weights.sum())
        if before == power == 1.0:
            return proposal
    return None


def _pilot(names: list[str], proposal: Proposal | None, rng: np.random.Generator) -> tuple[Array, Array]:
    """A round's draws, as ranks under the prior, and their log ratios."""
    uniforms = rng.random((len(names) + (proposal is not None), PILOT_DRAWS)) + OFFSET
    return (uniforms, np.zeros(PILOT_DRAWS)) if proposal is None else proposal.carry(uniforms)


def _evaluate(transform: Transform, ranks: Array, log_likelihood: Callable[[Values], Array]) -> Array:
    return np.concatenate(
        [log_likelihood(transform(ranks[:, first : first + CHUNK])) for first in range(0, ranks.shape[1], CHUNK)]
    )


def _largest_power(log_ratios: Array, log_likelihoods: Array, effective: float) -> float:
    """Largest power of the likelihood, at most 1, that leaves so many draws effective; hardly any where none does."""
    low, high = 0.0, 1.0
    if effective_number(log_ratios + log_likelihoods) >= effective:
        return high
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = effective_number(log_ratios + middle * log_likelihoods) >= effective
        low, high = (middle, high) if enough else (low, middle)
    return high  # above 0, as nothing to the power of nothing would be something
