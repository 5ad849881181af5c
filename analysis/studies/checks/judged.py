r"""What was fixed by hand, given a prior of its own: how far the date moves.

Reliabilities, standard deviations and delays of items, and the spreads and medians of quantities that rest on this
project's judgement, are single numbers :math:`\theta`. Each gets a hyperprior around the number that stands:
:math:`\log\theta` (of a probability its log odds) is normal with standard deviation `SPREAD`. What that makes of the
posterior is a matter of weights: with :math:`p_\theta` the density in which it stands,

.. math:: w \propto \frac{\int p_{\theta}\,\mathrm{d}\pi(\theta)}{p_{\theta_0}},

by Gauss-Hermite quadrature in every draw. What the draws cannot say of it, k-hat says. No draw is made anew, and a
hyperprior's posterior is no part of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ....evidence.rumours import rumours_in
from ....evidence.schema import Item
from ....priors.families import Based, Family
from ....priors.families.registry import is_own
from ...inference.diagnostics import WORST_KHAT
from ...inference.differences import quantile_shift
from ...inference.draws import Values
from ...inference.estimates import Array, Estimate
from ...inference.importance import smooth_weights
from ...inference.likelihoods import Raced, likelihoods_of, races_of, total
from ...inference.posterior import Posterior
from ...inference.probabilities import SHIFTED
from ...inference.question import Question

SPREAD = 0.5  # of the logarithm, or of the log odds: a factor of 1.6 either way; this project's judgement
NODES = 7  # of the quadrature; odd, so that the middle one is the number that stands
_nodes, _weights = np.polynomial.hermite_e.hermegauss(NODES)
MOVES = tuple(SPREAD * float(node) for node in _nodes)
WEIGHTS = tuple(float(weight) / math.sqrt(2.0 * math.pi) for weight in _weights)
SCALES, SHARES = ("sd", "delay_months", "background_sd"), ("reliability",)
LAW = frozenset({"median_months", "sigma"})
QUANTITY_SCALES = (("median",), ("sigma",), ("sd",), ("alpha", "beta"))
"""Numbers of families that are positive; those of a pair rise and fall together, as a beta's concentration does."""
OURS = "project"  # the source of what this project judged itself
EVERYTHING = "all together"


@dataclass(frozen=True)
class Fixed:
    """A number that was fixed by hand.

    Attributes
    ----------
    id : str
        Item, quantity or law that it belongs to, and its name there.
    value : float
        What it is fixed at.
    densities : callable
        From a chunk of draws, and what became of the race in them, the log densities in which it stands, moved by each
        of `MOVES`.
    quantity : str
        The quantity whose prior it is a number of; empty for evidence.
    """

    id: str
    value: float
    densities: Callable[[Values, Raced], Sequence[Array]]
    quantity: str = ""


@dataclass(frozen=True)
class Judged:
    """A number that was fixed by hand, given a prior of its own.

    Attributes
    ----------
    id : str
        Item, quantity or law that it belongs to, and its name there.
    value : float or None
        What it is fixed at; None for all of them together.
    shifts : mapping of float to Estimate
        By probability, how many months later that quantile of the date is.
    khat : float
        Pareto k-hat of the new weights.
    """

    id: str
    value: float | None
    shifts: Mapping[float, Estimate]
    khat: float

    @property
    def trustworthy(self) -> bool:
        """Whether the draws can say how far the date moves."""
        return self.khat <= WORST_KHAT


def judged(posterior: Posterior) -> tuple[Judged, ...]:
    """Give every number that was fixed by hand a prior of its own, one after the other and then all of them.

    Parameters
    ----------
    posterior : Posterior
        Whose date may move.

    Returns
    -------
    tuple of Judged
        All together first, then whichever moves the median furthest; nothing where nothing was fixed by hand.
    """
    fixed = [*_of_items(posterior), *_of_law(posterior), *_of_quantities(posterior)]
    if not fixed:
        return ()
    assumptions = posterior.question.assumptions
    source = posterior.source.extended(assumptions.beliefs_of([one.quantity for one in fixed if one.quantity]))
    ratios = source.map(partial(_ratios, posterior, fixed))
    rows = [_moved(posterior, one.id, one.value, ratios[one.id]) for one in fixed]
    rows.sort(key=lambda row: -abs(row.shifts[0.5].value))
    every = np.sum([ratios[one.id] for one in fixed], axis=0)
    return (_moved(posterior, EVERYTHING, None, every), *rows)


def _ratios(posterior: Posterior, fixed: Sequence[Fixed], values: Values) -> Values:
    raced = races_of(posterior.question, values, posterior.items)  # the same whatever an item's numbers are
    return {one.id: _ratio(one.densities(values, raced)) for one in fixed}


def _ratio(densities: Sequence[Array]) -> Array:
    """Log of the density's mean over the hyperprior, relative to the density at its middle."""
    columns = np.stack(densities)
    largest = columns.max(axis=0)
    with np.errstate(invalid="ignore"):  # nothing is said of a draw in which both are nothing
        mean = np.einsum("nd,n->d", np.exp(columns - largest), WEIGHTS)
        ratio = largest + np.log(mean) - densities[NODES // 2]
    return np.asarray(np.nan_to_num(ratio, nan=0.0, posinf=0.0, neginf=-math.inf))


def _moved(posterior: Posterior, name: str, value: float | None, ratio: Array) -> Judged:
    ready, weighting = posterior.ready, posterior.source.weighting
    with np.errstate(divide="ignore"):  # draws without weight keep none
        smoothed = smooth_weights(np.log(weighting.shares) + ratio, weighting.replicates)
    after = ready.reweighted(replace(weighting, weights=smoothed.weights))
    return Judged(name, value, {p: quantile_shift(after, ready, p) for p in SHIFTED}, smoothed.khat)


def _of_items(posterior: Posterior) -> Iterator[Fixed]:
    question, company = posterior.question, _company(posterior)
    for item in posterior.items:
        figures = item.figures(question.clock)
        for key in (*SCALES, *SHARES):
            if key in item.stated_likelihood and isinstance(figures.get(key), float):
                variants = [_variant(item, key, by) for by in MOVES]
                densities = partial(_of_variants, question, variants, company.get(item.id, ()))
                yield Fixed(f"{item.id}: {key}", figures[key], densities)


def _company(posterior: Posterior) -> dict[str, tuple[Item, ...]]:
    """By item, others that it has one likelihood with: doubted reports, and silences about what they report."""
    found: dict[str, dict[str, Item]] = {}
    for rumours in rumours_in(posterior.items, posterior.question.as_of).values():
        together = [rumours[0].silence, *(rumour.report for rumour in rumours)]
        for item in together:
            found.setdefault(item.id, {}).update({other.id: other for other in together if other is not item})
    return {name: tuple(others.values()) for name, others in found.items()}


def _of_variants(
    question: Question, variants: Sequence[Item], company: Sequence[Item], values: Values, raced: Raced
) -> list[Array]:
    if company:  # each by itself: what one makes of the others is no part of what another does
        return [total(likelihoods_of(question, values, [variant, *company], raced)) for variant in variants]
    found = likelihoods_of(question, values, variants, raced)
    return [found[variant.id] for variant in variants]


def _variant(item: Item, key: str, by: float) -> Item:
    """The same item under an id of its own, one of its numbers moved."""
    text = item.text.model_copy(update={"id": f"{item.id} {by:+.3f}"})
    part = "likelihood" if key in type(item.likelihood).model_fields else "doubt"
    stated: Any = getattr(item, part)
    moved = _moved_odds if key in SHARES else _moved_scale
    changes: dict[str, Any] = {"text": text, part: stated.model_copy(update={key: moved(getattr(stated, key), by)})}
    return replace(item, **changes)


def _of_law(posterior: Posterior) -> Iterator[Fixed]:
    """Numbers of the law of reporting, which all items about what is known share."""
    reporting, items = posterior.question.assumptions.reporting, posterior.items
    if reporting is None or not items:
        return
    law = [item for item in items if item.figures(posterior.question.clock).keys() >= LAW]
    for key in sorted(LAW) if law else ():
        value = float(getattr(reporting, key))
        questions = [_under_law(posterior.question, key, _moved_scale(value, by)) for by in MOVES]
        yield Fixed(f"reporting: {key}", value, partial(_of_laws, questions, law))


def _under_law(question: Question, key: str, value: float) -> Question:
    assumptions = question.assumptions
    if assumptions.reporting is None:
        return question
    reporting = assumptions.reporting.model_copy(update={key: value})
    return replace(question, assumptions=replace(assumptions, reporting=reporting))


def _of_laws(questions: Sequence[Question], items: Sequence[Item], values: Values, raced: Raced) -> list[Array]:
    return [total(likelihoods_of(question, values, items, raced)) for question in questions]


def _of_quantities(posterior: Posterior) -> Iterator[Fixed]:
    """Quantities of this project's own that are drawn by themselves: of others, the density is not theirs alone."""
    assumptions = posterior.question.assumptions
    needed = {*assumptions.needed([posterior.question.event]), *assumptions.reporting_quantities}
    for name, quantity in assumptions.table.quantities.items():
        belief = quantity.distribution
        if name not in needed or OURS not in quantity.text.sources:
            continue
        if belief.parents or assumptions.copula.partners(name):
            continue
        for keys in _scales(belief):
            value = float(getattr(belief, keys[0]))
            variants = [
                belief.model_copy(update={key: _moved_scale(getattr(belief, key), by) for key in keys}) for by in MOVES
            ]
            yield Fixed(f"{name}: {', '.join(keys)}", value, partial(_of_beliefs, variants, name), name)


def _scales(belief: Family) -> Iterator[tuple[str, ...]]:
    for keys in QUANTITY_SCALES:
        numbers: list[Any] = [getattr(belief, key, None) for key in keys]
        if all(isinstance(number, int | float) and number > 0.0 for number in numbers):
            yield keys


def _of_beliefs(variants: Sequence[Family], name: str, values: Values, _: Raced) -> list[Array]:
    own = [variant for variant in variants if isinstance(variant, Based) and is_own(type(variant))]
    if len(own) < len(variants):
        return [np.asarray(variant.log_pdf(values[name])) for variant in variants]
    # None of the numbers that are moved is part of the coordinate, whose slope is in all densities alike.
    at = np.asarray(own[0].to_base(values[name]))
    return [variant.log_density_of_base(at) for variant in own]


def _moved_scale(value: float, by: float) -> float:
    return value * math.exp(by)


def _moved_odds(value: float, by: float) -> float:
    """A share whose log odds are moved; what is certain stays so."""
    return value if value in (0.0, 1.0) else 1.0 / (1.0 + (1.0 / value - 1.0) * math.exp(-by))
