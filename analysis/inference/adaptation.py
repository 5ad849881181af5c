r"""A proposal adapted to evidence, by raising the likelihood to its full power step by step.

Draws of the current proposal are weighted by the prior's density, times the likelihood to a power :math:`\beta`, over
the proposal's; the largest power that leaves enough of them effective gives the next proposal, until at
:math:`\beta = 1` it has been fitted to draws of its own kind [1]_ [2]_, and to those of the round before, where its own
are not quite enough. The first round's draws are the prior's, and the last where enough of them count; a later round
costs as much as `PILOT_DRAWS` draws of a forecast, and `MORE` times as much once a fit has led astray: to few draws
that are effective, of two dozen scores, so has the next. In all rounds nuisances are integrated out: see `nuisances`.

References
----------
.. [1] Cappe, Guillin, Marin and Robert, Population Monte Carlo (2004).
.. [2] Del Moral, Doucet and Jasra, Sequential Monte Carlo samplers (2006), for the choice of the powers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...evidence.schema import Item
from ...model.draws import Transform, uniform_numbers
from ...model.forward import CHUNK
from .draws import PriorDraws, Values
from .estimates import Array
from .importance import effective_number
from .nuisances import Nuisances, integrated_likelihood, nuisances_of
from .parts import parts_of
from .processes import shared_array, together
from .proposal import Proposal, fit_proposal
from .question import Question

PILOT_DRAWS = CHUNK
FIRST_EFFECTIVE, EFFECTIVE = 0.08, 0.06  # of `PILOT_DRAWS`: enough to fit to, from the prior and later on
MORE, FAR = 4, 0.5  # times as many draws, once a fit has led to less than that power of the likelihood
SETTLED = 0.15  # of `PILOT_DRAWS`: effective draws of the prior to which a fit is as good as any later one would be ...
FEW = 0.25  # ... where they are no larger share of its draws: of the prior's own draws, as many might count
OWN = 0.5  # of the effective draws that a fit needs, which must be a round's own where those of the one before help out
NEARLY = 0.95  # of the likelihood's full power, from which on a round would be spent on next to nothing
MOST_ROUNDS = 20
HALVINGS = 40  # of the interval in which the power lies
STREAM = 1_129_336_912  # sets the rounds' random numbers apart from all others of a seed


@dataclass(frozen=True, eq=False)
class Pilot:
    """Draws of a round.

    Attributes
    ----------
    ranks : array of shape (quantity, draw)
        Uniforms whose quantiles they are, under the prior.
    log_ratios : array of shape (draw,)
        Log density of the prior over that of what they were drawn from.
    log_likelihoods : array of shape (draw,)
        Of the evidence, nuisances integrated out.
    """

    ranks: Array
    log_ratios: Array
    log_likelihoods: Array

    def effective_share(self, power: float = 1.0) -> float:
        """Share of the draws that is effective under the prior times the likelihood to a power."""
        return effective_number(self.log_ratios + power * self.log_likelihoods) / self.log_ratios.size

    @property
    def effective(self) -> float:
        """Number of draws that are effective in the posterior."""
        return self.effective_share() * self.log_ratios.size

    def pooled(self, other: Pilot) -> tuple[Array, Array]:
        """Ranks and weights for the posterior of the draws of two rounds, each round counting as it is effective."""
        effective = np.array([self.effective, other.effective])
        shares = effective / effective.sum()
        weights = [share * each.weights(1.0) for share, each in zip(shares, (self, other), strict=True)]
        return np.concatenate([self.ranks, other.ranks], axis=1), np.concatenate(weights)

    def weights(self, power: float) -> Array:
        """Weights of the draws for the prior times the likelihood to a power, shape (draw,), summing to one."""
        tempered = self.log_ratios + power * self.log_likelihoods
        weights = np.exp(tempered - tempered.max())
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True, eq=False)
class Fit:
    """A proposal fitted to a posterior.

    Attributes
    ----------
    proposal : Proposal
        What to draw from.
    share, share_of_prior : float
        Shares of its draws, and of the prior's, that are effective in the posterior, nuisances integrated out. That of
        its own is infinite where nobody had to look.
    """

    proposal: Proposal
    share: float
    share_of_prior: float

    @property
    def worthwhile(self) -> bool:
        """Whether more of its draws count than of the prior's."""
        return self.proposal.moved.size > 0 and self.share > self.share_of_prior


def rounds_of(question: Question, attempt: int = 0) -> np.random.Generator:
    """Random numbers of the rounds that fit proposals to a question's posteriors, others at each attempt."""
    return np.random.default_rng([STREAM, question.seed, *([attempt] if attempt else [])])


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
    fit = fit_to(prior, question, items)
    return None if fit is None else prior.proposed(fit.proposal)


def fit_to(
    prior: PriorDraws,
    question: Question,
    items: Sequence[Item],
    first: Callable[[Nuisances | None], Pilot] | None = None,
    attempt: int = 0,
) -> Fit | None:
    """Fit a proposal to the posterior that some items make.

    Parameters
    ----------
    prior, question, items
        As for `drawn_from_fit`.
    first : callable, optional
        Given the nuisances, returns draws of the prior to begin with, if there are some.
    attempt : int, default 0
        Number of fits to the same posterior made before, whose random numbers this one does not share.

    Returns
    -------
    Fit or None
        None where there is nothing to fit to.
    """
    if not items:
        return None

    nuisances = nuisances_of(question, prior, items)

    def log_likelihood(values: Values) -> Array:
        return integrated_likelihood(question, values, items, nuisances)

    begun = None if first is None else first(nuisances)
    return adapt(prior.transform, log_likelihood, rounds_of(question, attempt), begun, nuisances)


def adapt(
    transform: Transform,
    log_likelihood: Callable[[Values], Array],
    rng: np.random.Generator,
    first: Pilot | None = None,
    nuisances: Nuisances | None = None,
) -> Fit | None:
    """Fit a proposal to a posterior.

    Parameters
    ----------
    transform : Transform
        Turns uniforms into values drawn from the prior.
    log_likelihood : callable
        Given values, returns the log likelihood, shape (draw,): the nuisances' are of the score 0.
    rng : numpy.random.Generator
        Of the rounds' draws.
    first : Pilot, optional
        Draws of the prior for the first round.
    nuisances : Nuisances, optional
        Quantities that the likelihood has integrated out.

    Returns
    -------
    Fit or None
        None where so few draws agree with the evidence that there is nothing to fit to.
    """
    pilot, draws = first or _pilot(transform, None, log_likelihood, rng, nuisances), PILOT_DRAWS
    share_of_prior, power, best, earlier = pilot.effective_share(), 0.0, None, pilot
    for round_ in range(MOST_ROUNDS):
        if not np.isfinite(pilot.log_likelihoods).any():
            return best
        wanted = (EFFECTIVE if round_ else FIRST_EFFECTIVE) * PILOT_DRAWS
        before, power = power, _largest_power(pilot, wanted / pilot.log_ratios.size)
        draws = MORE * PILOT_DRAWS if round_ and power < FAR else draws
        ranks, weights = pilot.ranks, pilot.weights(power)
        own = pilot.effective if before == 1.0 and power < 1.0 else 0.0
        if own >= OWN * wanted and own + earlier.effective >= wanted:
            (ranks, weights), power = pilot.pooled(earlier), 1.0
        proposal = fit_proposal(transform.names, ranks, weights, rng, nuisances)
        if power == 1.0 and not round_ and share_of_prior <= FEW and pilot.effective >= SETTLED * PILOT_DRAWS:
            return Fit(proposal, math.inf, share_of_prior)
        if before == 1.0:
            fit = Fit(proposal, pilot.effective_share(), share_of_prior)
            best = fit if best is None or fit.share > best.share else best
            if power == 1.0:
                return best
        earlier = pilot
        pilot = _pilot(transform, proposal, log_likelihood, rng, nuisances, draws)
    return best


def _pilot(
    transform: Transform,
    proposal: Proposal | None,
    log_likelihood: Callable[[Values], Array],
    rng: np.random.Generator,
    nuisances: Nuisances | None,
    draws: int = PILOT_DRAWS,
) -> Pilot:
    """Draw a round, from the prior or from a proposal; nuisances, which are integrated out, have the score 0."""
    uniforms = uniform_numbers(len(transform.names) + (proposal is not None), draws, rng)
    if nuisances is not None:
        uniforms[nuisances.places] = 0.5
    if proposal is None:
        return Pilot(uniforms, np.zeros(draws), log_likelihood(transform(uniforms)))
    ranks = shared_array((len(transform.names), draws))

    def carried(part: slice) -> tuple[Array, Array]:
        own, densities = proposal.carry(uniforms[:-1, part].copy(), uniforms[-1, part])
        ranks[:, part] = own
        return densities.log_ratio(), log_likelihood(transform(own))

    parts = together([partial(carried, part) for part in parts_of(draws)])
    log_ratios, log_likelihoods = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Pilot(ranks, log_ratios, log_likelihoods)


def _largest_power(pilot: Pilot, share: float) -> float:
    """Largest power of the likelihood that leaves such a share effective: 1 if nearly, hardly any where none does."""
    if pilot.effective_share(NEARLY) >= share:
        return 1.0
    low, high = 0.0, NEARLY
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = pilot.effective_share(middle) >= share
        low, high = (middle, high) if enough else (low, middle)
    return high  # above 0, as nothing to the power of nothing would be something
