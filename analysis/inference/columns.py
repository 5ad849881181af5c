"""Columns worked out of a prior's draws, and the weights items give them, for models of other shapes than the race."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ...model.assumptions import Assumptions
from ...model.forward import simulate, sobol_layout
from ...priors.errors import InputError
from ...priors.families import Family
from .diagnostics import COLLAPSED, WORST_KHAT, Diagnostics, UntrustworthyError
from .draws import MOST_STORED_DRAWS, Values
from .estimates import Array, Estimate, Weighting
from .importance import smooth_weights
from .likelihoods import total
from .parts import joined
from .question import Question


def columns_of_draws(
    question: Question,
    assumptions: Assumptions,
    names: Sequence[str],
    evaluate: Callable[[Values], Values],
    beliefs: Mapping[str, Family] | None = None,
) -> tuple[dict[str, Array], Weighting]:
    """Draw quantities as a question asks, and work columns out of them.

    Parameters
    ----------
    question : Question
        Sets how many draws, of which seed, and whether they are quasi-random.
    assumptions : Assumptions
        Its own, with further quantities among them.
    names : sequence of str
        What is drawn.
    evaluate : callable
        From values of a chunk to columns of shape (draw,).
    beliefs : mapping of str to Family, optional
        What is believed of them; as the assumptions do by default.

    Returns
    -------
    tuple of dict and Weighting
        The columns, and how the draws stand for the prior.

    Raises
    ------
    InputError
        If there are more draws than fit into memory.
    """
    if question.draws > MOST_STORED_DRAWS:
        raise InputError(f"at most {MOST_STORED_DRAWS:,} draws fit here, not {question.draws:,}", key="--draws")
    replicates, draws = sobol_layout(question.draws) if question.quasi_random else (0, question.draws)
    rng = np.random.default_rng(question.seed)
    chunks = simulate(assumptions, evaluate, draws, rng, names=names, beliefs=beliefs, replicates=replicates)
    return joined(list(chunks)), Weighting(draws, replicates=replicates)


def reweighted(
    whose: str, columns: Mapping[str, Array], weighting: Weighting
) -> tuple[Weighting, Estimate, Diagnostics]:
    """Weigh prior draws by what they make of items; as they are where there is none.

    Parameters
    ----------
    whose : str
        How messages name the model.
    columns : mapping of str to array, shape (draw,)
        Log likelihood of each item.
    weighting : Weighting
        How the draws stand for the prior.

    Raises
    ------
    UntrustworthyError
        If the weights cannot be trusted.
    """
    if not columns:
        return weighting, Estimate(0.0, 0.0), Diagnostics(float(weighting.draws))
    smoothed = smooth_weights(total(columns), weighting.replicates)
    if smoothed.effective_draws < COLLAPSED or smoothed.khat > WORST_KHAT:
        raise UntrustworthyError(
            f"{whose} and the evidence conflict: {smoothed.effective_draws:,.0f} effective draws, "
            f"k-hat {smoothed.khat:.2f}. Try more --draws, or leave items out with --evidence"
        )
    weighted = Weighting(weighting.draws, weights=smoothed.weights, replicates=weighting.replicates)
    return weighted, smoothed.log_mean, Diagnostics(smoothed.effective_draws, khat=smoothed.khat)
