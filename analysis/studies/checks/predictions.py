"""Predictive checks: what was observed, against what the prior and the posterior predict of it.

References
----------
.. [1] Box, Sampling and Bayes' inference in scientific modelling and robustness (1980), for the prior predictive.
.. [2] Gelman, Meng and Stern, Posterior predictive assessment of model fitness (1996).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....evidence.likelihood import simulate
from ....evidence.schema import Item
from ...inference.draws import DrawSource, Values
from ...inference.estimates import Distribution, Estimate
from ...inference.likelihoods import latent_beliefs, predictions_of
from ...inference.question import Question
from .result import CheckResult, Verdict

SURPRISING, IMPOSSIBLE = 0.05, 0.001  # probabilities of anything as far out as what was observed
STAGES = {"prior": "prior predictive", "posterior": "posterior predictive"}


@dataclass(frozen=True)
class Prediction:
    """One item's observation, and what was predicted of it.

    Attributes
    ----------
    item : Item
        Which.
    stage : str
        ``prior`` or ``posterior``.
    observed : float
        In the kind's coordinate.
    predicted : Distribution
        Observations simulated from the draws.
    """

    item: Item
    stage: str
    observed: float
    predicted: Distribution

    @property
    def probability(self) -> Estimate:
        """Two-sided p-value: probability of an observation as far out as this one, on either side.

        What is predicted exactly counts half for each side, so that of two possible outcomes each has its own
        probability as p-value.
        """
        values = self.predicted.values
        below = (values < self.observed) + 0.5 * (values == self.observed)
        share = self.predicted.weighting.estimate(below)
        return Estimate(2.0 * min(share.value, 1.0 - share.value), 2.0 * share.mcse)

    @property
    def discrete(self) -> bool:
        """Whether only two outcomes are possible."""
        return bool(np.isin(self.predicted.values, (0.0, 1.0)).all())


def predict(
    question: Question, source: DrawSource, items: Sequence[Item], stage: str, seed: int, counted: Sequence[Item] = ()
) -> list[Prediction]:
    """Simulate every item's observation from every draw.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    source : DrawSource
        Draws from the prior or the posterior.
    items : sequence of Item
        Counted or not.
    stage : str
        ``prior`` or ``posterior``.
    seed : int
        Of the observations' random numbers.
    counted : sequence of Item, optional
        Those that have made the draws; silence is predicted beside their doubted reports alone.
    """
    if not items:
        return []
    clock, predicted = question.clock, {item.id for item in items}
    heard = [item for item in counted if item.id in predicted]

    def evaluate(values: Values) -> Values:
        return dict(predictions_of(question, values, items, heard=heard)[2])

    columns = source.extended(latent_beliefs(question, items)).map(evaluate)
    streams = np.random.default_rng(seed).spawn(len(items))
    return [
        Prediction(
            item,
            stage,
            item.observation(clock),
            Distribution(simulate(item, columns[item.id], clock, rng), source.weighting),
        )
        for item, rng in zip(items, streams, strict=True)
    ]


def check_predictions(predictions: Sequence[Prediction]) -> Iterator[CheckResult]:
    """Hold every observation against its prediction."""
    for row in predictions:
        p = row.probability
        verdict = _verdict(row, p)
        low, high = (row.predicted.quantile_value(tail) for tail in (0.05, 0.95))
        spread = (
            f"probability {p.value:.2g} of this outcome"
            if row.discrete
            else f"observed {row.observed:.3g}, predicted {low:.3g} to {high:.3g} (90%), {row.item.kind.unit}"
        )
        yield CheckResult(
            id=f"{row.stage}-predictive:{row.item.id}",
            title=f"{STAGES[row.stage]} p-value of {row.item.id} ({row.item.text.role})",
            verdict=verdict,
            figure=p.value,
            threshold=SURPRISING,
            at_least=True,
            detail=spread,
            advice="" if verdict == "pass" else _advice(row),
            mcse=p.mcse,
            resolution=2.0 / row.predicted.values.size,
        )


def _verdict(row: Prediction, p: Estimate) -> Verdict:
    """An impossible observation fails where the model has to account for it; a surprising one is looked into."""
    if p.value >= SURPRISING:
        return "pass"
    accountable = row.stage == "posterior" or row.item.text.role == "likelihood"
    return "fail" if accountable and p.value + 2.0 * p.mcse < IMPOSSIBLE else "warn"


def _advice(row: Prediction) -> str:
    if row.item.text.role == "check":
        return "held out: if it is right, priors or likelihoods are wrong about what it measures"
    if row.item.text.role == "prior":
        return "it was to set a prior, which hardly expects it: look at that prior"
    if row.stage == "prior":
        return "the prior hardly expects it: widen the prior, or lower the item's reliability"
    return "what was counted does not fit what is concluded: look at catchup influence, or leave the item out"
