"""``pm.observe`` on quantities of the conditioned model gives the posterior that reweighted prior draws give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pymc as pm
import pytest
from false_alarms import widest
from scipy import special

from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import latent_beliefs, likelihoods_of, total
from catchup.analysis.inference.nuts import build_posterior_model
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence.latents import with_latents
from catchup.model.assumptions import load_assumptions
from catchup.priors import Layer

pytestmark = pytest.mark.slow

CORRELATED = {"between": ["mfu_anthropic", "mfu_china"], "rank": 0.7, "description": "one team's kernels"}
SEEN = {"mfu_china": 0.2, "algorithmic_progress": 8.0}
DRAWS = 1_000_000
CHAINS, CHAIN_DRAWS = 4, 20_000
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def test_nuts_given_observed_quantities_agrees_with_reweighted_draws() -> None:
    """One of a correlated pair, of which the other learns, and one that is independent."""
    import nutpie

    layer = Layer.of({"correlation": [{**CORRELATED, "sources": ["project"]}]}, file="correlated.toml")
    asked = Question(load_assumptions([layer], model="article"), date(2026, 11, 21), draws=DRAWS)
    items = choose_evidence(asked, "default", None, ()).counted
    asked = replace(asked, assumptions=with_latents(asked.assumptions, items))
    model = pm.observe(build_posterior_model(asked, items), SEEN)
    tree = nutpie.sample(
        nutpie.compile_pymc_model(model), draws=CHAIN_DRAWS, tune=1_500, chains=CHAINS, seed=1, progress_bar=False
    )
    assert int(tree["sample_stats"]["diverging"].sum()) == 0

    beliefs = asked.assumptions.beliefs
    names = list(dict.fromkeys([*asked.assumptions.needed([asked.event]), *latent_beliefs(asked, items)]))
    rng = np.random.default_rng(2)
    values = {name: beliefs[name].quantile(rng.random(DRAWS)) for name in names}
    (group,) = asked.assumptions.copula.groups
    here, there = (group.names.index(name) for name in ("mfu_china", "mfu_anthropic"))
    score = special.ndtri(beliefs["mfu_china"].cdf(SEEN["mfu_china"]))
    r = group.pearson[here, there]
    other = r * score + np.sqrt(1.0 - r * r) * rng.standard_normal(DRAWS)
    values["mfu_anthropic"] = beliefs["mfu_anthropic"].quantile(special.ndtr(other))
    values |= {name: np.full(DRAWS, number) for name, number in SEEN.items()}
    weights = smooth_weights(total(likelihoods_of(asked, values, items))).weights

    columns = {"ready": ready_under(asked, values), "mfu_anthropic": values["mfu_anthropic"]}
    for name, column in columns.items():
        expected = Distribution(column, Weighting(DRAWS, weights=weights))
        sampled = tree["posterior"][name].squeeze("event") if name == "ready" else tree["posterior"][name]
        found = Distribution(sampled.values.ravel(), Weighting(CHAINS * CHAIN_DRAWS, chains=CHAINS))
        for p in LEVELS:
            one, another = expected.quantile(p), found.quantile(p)
            assert abs(one.value - another.value) < widest(float(np.hypot(one.mcse, another.mcse))), (name, p)
