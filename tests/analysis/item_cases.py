"""Items and questions for tests of what evidence does."""

from __future__ import annotations

import copy
import math
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import Diagnostics
from catchup.analysis.inference.draws import DrawSource, PriorDraws
from catchup.analysis.inference.importance import ReweightedPrior, weights_given
from catchup.analysis.inference.likelihoods import likelihoods, total
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.selection import Selection
from catchup.evidence.template import template
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.layers import Layer

DAY = date(2026, 11, 21)  # day of the questions
MEDIAN, SIGMA = 1.5, 0.4  # of post-training's lognormal, in the analytic twin


def table(kind: str, name: str, /, **changes: Any) -> dict[str, Any]:
    """A kind's template as a table; ``observed__value=3`` changes one key."""
    made: dict[str, Any] = copy.deepcopy(tomllib.loads(template(kind)))
    made |= {"id": name, "shares": [f"statement-of-{name}"]}
    for path, value in changes.items():
        *parents, key = path.split("__")
        place = made
        for parent in parents:
            place = place.setdefault(parent, {})
        place[key] = value
    return made


def item(kind: str, name: str, /, **changes: Any) -> Item:
    """An item of a kind."""
    return item_from_table(table(kind, name, **changes), file=f"{name}.toml")


def write_item(folder: Path, kind: str, name: str, /, **changes: Any) -> Path:
    """An item's file."""
    path = folder / f"{name}.toml"
    path.write_text(tomli_w.dumps(table(kind, name, **changes)))
    return path


def counting(items: Sequence[Item], checks: Sequence[Item] = ()) -> Selection:
    """A selection that counts these items and no others."""
    return Selection(tuple(items), tuple(checks), (), ())


def impossible(name: str = "odd-reading") -> dict[str, Any]:
    """Changes that make a compute reading that nothing allows."""
    return {
        "observed__value": 1e30,
        "observed__interval": [0.9e30, 1.1e30],
        "observed__scope": "pretraining",
        "likelihood__reliability": 1.0,
        "likelihood__accounting_sd": 0.1,
    }


def reweighted(prior: PriorDraws, question: Question, items: Sequence[Item]) -> ReweightedPrior:
    """Draws that stand for the prior, weighed by the likelihood of items."""
    return ReweightedPrior(prior, weights_given(total(likelihoods(question, prior, items)), prior))


def posterior_from(
    question: Question, source: DrawSource, items: Sequence[Item] = (), engine: str = "importance"
) -> Posterior:
    """A posterior of given draws."""
    diagnostics = Diagnostics(ess=source.weighting.effective_draws())
    return Posterior(question, source, diagnostics, engine, Selection(counted=tuple(items)))


def default_posterior(question: Question, engine: str = "importance") -> Posterior:
    """The default ledger's posterior."""
    return condition(question, choose_evidence(question, "default", None, ()), engine)


def reading(name: str, value: float, sd: float, quantity: str = "post_training_months") -> Item:
    """A published value of a quantity."""
    return item(
        "quantity_reading",
        name,
        observed={"value": value, "quantity": quantity},
        likelihood={"sd": sd},
    )


def twin_question(draws: int, seed: int = 1, model: str = "article", **options: Any) -> Question:
    """A question whose date is a constant plus a lognormal quantity: all that evidence does has a closed form."""
    plain = load_assumptions(model=model)
    fixed = {
        name: float(plain.quantiles(name, [0.5])[0])
        for name in plain.needed(distillation=True)
        if name in plain.table.quantities and "post_training_months" not in (name, *plain.beliefs[name].parents)
    }
    row = {"family": "lognormal", "median": MEDIAN, "sigma": SIGMA}
    overlay = Layer.of({"quantity": {"post_training_months": row}}, file="twin.toml")
    return Question(load_assumptions([overlay], fixed, model=model), DAY, draws=draws, seed=seed, **options)


def conjugate(values: Sequence[float], sds: Sequence[float]) -> tuple[float, float]:
    """Posterior mean and standard deviation of the twin's log quantity, given readings of it."""
    precision = 1 / SIGMA**2 + sum(1 / sd**2 for sd in sds)
    weighted = math.log(MEDIAN) / SIGMA**2 + sum(math.log(value) / sd**2 for value, sd in zip(values, sds, strict=True))
    return weighted / precision, precision**-0.5


def constant_part(question: Question) -> float:
    """Months that the twin's date has beside its one uncertain quantity."""
    source = PriorDraws(replace(question, draws=1))
    columns = source.map(lambda values: {"rest": ready_under(question, values) - values["post_training_months"]})
    return float(columns["rest"][0])


def assumptions_with(fixed: dict[str, float]) -> Assumptions:
    """The baseline with quantities fixed."""
    return load_assumptions((), fixed)
