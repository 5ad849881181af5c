r"""What is calibrated: a model, the evidence simulated from it, an engine, and the quantities whose ranks are taken.

A truth is drawn from the prior, evidence from the likelihoods given that truth, and the engine conditions on
it. If model, likelihoods and engine agree, the truth cannot be told from the posterior's draws: its rank among L of
them is uniform on 0 ... L, for every quantity. What follows from that, and is easily got wrong:

- **Silence is data.** A silence (`not_yet`) and a `claim` are indicators, whose likelihoods know both outcomes. A truth
  that is ready before the day of the question is therefore simulated into a report as often as the likelihood says,
  and the engine conditions on that report. Keeping only truths that stay silent would be valid too, but would leave the
  likelihood of a report untested and the early truths unused.
- **A silence stands beside reports and claims as they are.** What doubted reports and claims of its event make of it is
  taken of what they say in the ledger, in the data and in the fits alike, whatever is simulated of them.
- **A milestone's date is drawn whole**, also where it falls after the day of the question: its likelihood is a density
  over all dates, and only data drawn from that density can calibrate it.
- **Items count in full.** A likelihood raised to a power below 1 is no distribution that data could be drawn from.

References
----------
.. [1] Talts, Betancourt, Simpson, Vehtari and Gelman, Validating Bayesian inference algorithms with simulation-based
   calibration (2018).
.. [2] Modrák et al., Simulation-based calibration checking for Bayesian computation: the choice of test quantities
   shapes sensitivity, Bayesian Analysis (2023), for the joint log likelihood among the quantities.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from numbers import Real
from typing import Any

import numpy as np

from ....evidence.latents import events_of, latent_quantities, with_latents
from ....evidence.schema import Item
from ....model.calendar import Clock
from ....priors.arguments import listed, refuse_others
from ....priors.errors import InputError, unknown_name
from ....priors.strict import StrictModel
from ...inference.code_hash import code_hash
from ...inference.draws import Values
from ...inference.estimates import Array
from ...inference.inputs import inputs_of
from ...inference.likelihoods import predictions_of
from ...inference.question import Question, refuse_other_than_question

LOG_LIKELIHOOD = "log_likelihood"
RANKED_DRAWS = {"importance": 999, "nuts": 99}  # L; one less than a round number, so that shares of ranks are exact
FORMAT = 1  # of the file that keeps fits


@dataclass(frozen=True)
class Plan:
    """Everything that determines a calibration but the number of fits.

    Attributes
    ----------
    question : Question
        The model, the day and the seed; its draws are the prior draws that importance fits share.
    items : tuple of Item
        Those that data are simulated from.
    analysed : tuple of Item
        The same items as the engine is told of them; another spread here is a wrong likelihood.
    engine : str
        ``importance`` or ``nuts``.
    spread : float
        What the engine takes every standard deviation of a likelihood to be, as a multiple of the true one.
    posterior : bool
        Whether truths are drawn from the posterior on the items as they are, which fits count as well.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, make_plan
    >>> from catchup.evidence import load_ledger
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    >>> plan = make_plan(question, [load_ledger().items["eci-lag"]])
    >>> plan.engine, plan.ranked_draws
    ('importance', 999)
    """

    question: Question
    items: tuple[Item, ...]
    analysed: tuple[Item, ...]
    engine: str
    spread: float = 1.0
    posterior: bool = False

    @property
    def clock(self) -> Clock:
        """How the question's days count."""
        return self.question.clock

    @property
    def ranked_draws(self) -> int:
        """Posterior draws among which a truth is ranked."""
        return RANKED_DRAWS[self.engine]

    @property
    def truths_from(self) -> str:
        """What truths are drawn from: ``prior`` or ``posterior``."""
        return "posterior" if self.posterior else "prior"

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """What is drawn: everything that evidence touches, latents of the items included."""
        question = self.question
        dates = question.assumptions.needed([question.event, *events_of(self.items)])
        return tuple(dict.fromkeys([*dates, *latent_quantities(self.items, question.assumptions)]))

    @cached_property
    def tracked(self) -> tuple[str, ...]:
        """Names of what is ranked: dates, Mythos's compute, each uncertain quantity, the joint log likelihood."""
        beliefs = self.question.assumptions.beliefs
        uncertain = [name for name in self.quantities if not beliefs[name].certain]
        return ("ready", "pretrained", "mythos_flop", *uncertain, LOG_LIKELIHOOD)

    def describe(self, values: Values, items: Sequence[Item]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Work out what is ranked (but the log likelihood), and what each item is about.

        Parameters
        ----------
        values : dict of str to array of shape (draw,)
            Every quantity drawn.
        items : sequence of Item
            Whose predictions.

        Returns
        -------
        tuple of dict
            By tracked name and by item's id, arrays of shape (draw,).
        """
        world, outcome, predicted = predictions_of(self.question, values, items)
        derived = {"ready": outcome.ready, "pretrained": outcome.pretrained, "mythos_flop": world.mythos_flop}
        tracked = {name: np.asarray(derived.get(name, values.get(name))) for name in self.tracked[:-1]}
        return tracked, dict(predicted)

    def settings(self) -> dict[str, Any]:
        """Return what two sets of fits must share to be joined, as JSON."""
        question = self.question
        return {
            "format": FORMAT,
            "catchup": version("catchup"),
            "code": code_hash(),
            "engine": self.engine,
            "event": question.event,
            "as_of": question.as_of.isoformat(),
            "draws": question.draws if self.engine == "importance" else None,
            "seed": question.seed,
            "launch_grid": question.launch_grid,
            "ranked_draws": self.ranked_draws,
            "tracked": list(self.tracked),
            "priors": inputs_of(question.assumptions, ()).priors_hash(),
            "simulated": self._hash(self.items),
            "analysed": self._hash(self.analysed),
            "truths": self.truths_from,
        }

    def _hash(self, items: Sequence[Item]) -> str:
        content = {
            item.id: [
                item.kind.name,
                item.observed.model_dump(mode="json"),
                item.figures(self.clock),
                dict(item.renamed),
            ]
            for item in items
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def make_plan(
    question: Question,
    items: Sequence[Item],
    engine: str = "importance",
    *,
    spread: float = 1.0,
    posterior: bool = False,
) -> Plan:
    """Plan a calibration.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        Whose likelihoods make the data; their own observations play no part but for truths from the posterior.
    engine : str
        ``importance`` or ``nuts``.
    spread : float, default 1
        What the engine takes every standard deviation of a likelihood to be, as a multiple of the true one. Any
        other value than 1 is a wrong likelihood, which the ranks should give away.
    posterior : bool, default False
        Draw truths from the posterior on the items as they are, which fits count as well; importance alone.

    Raises
    ------
    InputError
        If there is no such engine or no evidence, a multiple is impossible, the draws are quasi-random, or NUTS is
        asked for truths from the posterior.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, make_plan
    >>> from catchup.evidence import load_ledger
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    >>> plan = make_plan(question, [load_ledger().items["eci-lag"]])
    >>> plan.tracked[0], plan.tracked[-1]
    ('ready', 'log_likelihood')
    """
    refuse_other_than_question(question)
    items = listed("items", items, "items", Item)
    refuse_others("engine", engine, str, "the name of an engine")
    if engine not in RANKED_DRAWS:
        raise unknown_name("engine", engine, RANKED_DRAWS, key="--engine")
    refuse_others("spread", spread, Real, "a number")
    if not items:
        raise InputError("no item is counted: there is nothing to calibrate", key="--evidence")
    if question.quasi_random:
        raise InputError("a truth cannot be exchanged with quasi-random draws: leave it out", key="--quasi")
    if posterior and engine != "importance":
        raise InputError(f"truths are drawn from the posterior by importance alone, not {engine}", key="--engine")
    if not 0.0 < spread < float("inf"):
        raise InputError(f"a finite number above 0 was expected, not {spread:g}", key="--wrong-spread")
    question = replace(question, assumptions=with_latents(question.assumptions, items))
    in_full = tuple(replace(item, text=item.text.model_copy(update={"weight": 1.0})) for item in items)
    return Plan(question, in_full, tuple(with_spread(item, spread) for item in in_full), engine, spread, posterior)


def with_spread(item: Item, factor: float) -> Item:
    """Return an item whose likelihood has other standard deviations; kinds without any come back as they are."""
    doubt = None if item.doubt is None else _spread(item.doubt, factor)
    return replace(item, likelihood=_spread(item.likelihood, factor), doubt=doubt)


def _spread[Table: StrictModel](table: Table, factor: float) -> Table:
    figures: Mapping[str, Any] = table.model_dump(exclude_none=True)
    spreads = {name: value * factor for name, value in figures.items() if name == "sd" or name.endswith("_sd")}
    return table.model_copy(update=spreads)
