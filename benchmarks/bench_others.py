"""Other samplers and another sensitivity analysis on the same model, compilation counted, as far as they are installed.

None of them is in the lock file: ``pip install numpyro blackjax==1.5 SALib`` beside it, and what is found is measured
(PyMC 6.4 gives BlackJAX an argument that 1.7 takes no longer). For JAX the launch date is given as an operation of its
own, with the gradient of the implicit function theorem.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from comparing import Ledger, in_turns, shortest

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.nuts import (
    CHAINS,
    TARGET_ACCEPTANCE,
    TUNING,
    CompiledPosterior,
    as_posterior,
    build_posterior_model,
)
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.sensitivity.variance import DESIGN_POINTS, REPLICATES, sobol_from_design
from catchup.evidence.latents import with_latents
from catchup.evidence.selection import Selection
from catchup.model import equations
from catchup.model.assumptions import load_assumptions
from catchup.model.draws import QuantileTransform
from catchup.priors.scores import LARGEST_UNIFORM, SMALLEST_UNIFORM

NUTS_DRAWS = 8_000  # 4 chains of 2,000
HALVINGS = 60
LATEST = 600.0  # months: a launch as late as that is never


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(load_assumptions(model="article"), date(2026, 11, 21), draws=1_000_000)


@pytest.fixture(scope="module")
def selection(question: Question) -> Selection:
    return choose_evidence(question, "default", None, [])


@cache
def launch_for_jax() -> None:
    """Tell PyTensor's JAX backend how to solve for a launch: by halving, and by the implicit function theorem."""
    import jax
    import jax.numpy as jnp
    from pytensor.link.jax.dispatch import jax_funcify

    from catchup.model.launch_operation import LaunchDate, _as_solved

    jax.config.update("jax_enable_x64", True)

    def gap(moment: Any, inputs: Any) -> Any:
        stock, rates, starts, lengths, growth, target = _as_solved(inputs)
        return jnp.log(equations.pool(jnp, moment, stock, rates, starts, lengths)) + growth * moment - target

    @jax.custom_jvp
    def launch(*inputs: Any) -> Any:
        def halve(_: int, bounds: Any) -> Any:
            low, high = bounds
            middle = 0.5 * (low + high)
            reached = gap(middle, inputs) >= 0.0
            return jnp.where(reached, low, middle), jnp.where(reached, middle, high)

        high = jax.lax.fori_loop(0, HALVINGS, halve, (jnp.asarray(0.0), jnp.asarray(LATEST)))[1]
        moment = jnp.where(gap(0.0, inputs) >= 0.0, 0.0, high)
        return jnp.where(gap(LATEST, inputs) < 0.0, jnp.inf, moment)

    @launch.defjvp
    def _(inputs: Any, tangents: Any) -> Any:
        moment = launch(*inputs)
        moves = (moment > 0.0) & (moment < jnp.inf)
        at = jnp.where(moves, moment, 1.0)
        rise = jax.grad(gap)(at, inputs)
        along = jax.jvp(partial(gap, at), (inputs,), (tangents,))[1]
        return moment, jnp.where(moves, -along / rise, 0.0)

    @jax_funcify.register(LaunchDate)
    def _(op: Any, node: Any, **_: Any) -> Any:
        return lambda *inputs: launch(*(jnp.asarray(value, dtype=jnp.float64) for value in inputs))


@pytest.mark.parametrize("sampler", ["numpyro", "blackjax"])
def test_effective_draws_a_second(
    benchmark: Any, ledger: Ledger, question: Question, selection: Selection, sampler: str
) -> None:
    pytest.importorskip(sampler)
    import pymc as pm

    launch_for_jax()
    known = replace(question, assumptions=with_latents(question.assumptions, selection.counted))
    start = time.perf_counter()
    tree = pm.sample(
        draws=NUTS_DRAWS // CHAINS,
        tune=TUNING,
        chains=CHAINS,
        nuts_sampler=sampler,
        nuts={"target_accept": TARGET_ACCEPTANCE, "chain_method": "vectorized"},
        random_seed=known.seed,
        progressbar=False,
        compute_convergence_checks=False,
        model=build_posterior_model(known, selection.counted),
    )
    theirs = time.perf_counter() - start
    found = as_posterior(tree, known).diagnostics
    start = time.perf_counter()
    nutpie = as_posterior(CompiledPosterior(known, selection.counted).sample(NUTS_DRAWS, known.seed), known).diagnostics
    of_nutpie = time.perf_counter() - start
    effective: list[float] = []
    benchmark.pedantic(
        lambda: effective.append(condition(question, selection, "importance").diagnostics.ess), rounds=3, iterations=1
    )
    ours = effective[-1] / benchmark.stats.stats.min
    detail = f"{found.ess:,.0f} in {theirs:.1f} s, {found.divergences:,} divergences"
    ledger.at_least(
        f"effective draws a second, article: importance from a fitted proposal / {sampler} with its compilation",
        ours * theirs / found.ess,
        100.0,
        f"{effective[-1]:,.0f} in {benchmark.stats.stats.min:.2f} s against {detail}",
    )
    ledger.at_least(
        f"effective draws a second, article: NUTS (nutpie) / {sampler}, both with their compilation",
        (nutpie.ess / of_nutpie) / (found.ess / theirs),
        1.0,
        f"{nutpie.ess:,.0f} in {of_nutpie:.1f} s against {detail}",
    )


def test_sobol_indices(benchmark: Any, ledger: Ledger, question: Question) -> None:
    """The same number of evaluations of the date by SALib's design and estimators, and by this project's."""
    pytest.importorskip("SALib")
    from SALib.analyze import sobol
    from SALib.sample import sobol as design

    assumptions = question.assumptions
    transform = QuantileTransform(assumptions.beliefs, assumptions.needed([question.event]), assumptions.copula)
    names = transform.names
    fixed = {name: column for name, column in transform(np.full((len(names), 1), 0.5)).items() if name not in names}
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    totals: dict[str, np.ndarray] = {}

    def months(values: dict[str, np.ndarray]) -> np.ndarray:
        return np.minimum(ready_under(question, {**fixed, **values}), LATEST)

    def by_salib() -> None:
        points = design.sample(problem, REPLICATES * DESIGN_POINTS, calc_second_order=False, seed=1)
        values = transform(np.ascontiguousarray(np.clip(points, SMALLEST_UNIFORM, LARGEST_UNIFORM).T))
        totals["salib"] = sobol.analyze(problem, months(values), calc_second_order=False, seed=1)["ST"]

    def by_own() -> None:
        beliefs = {name: assumptions.beliefs[name] for name in names}
        found = sobol_from_design(months, beliefs, np.random.default_rng(1))
        totals["own"] = np.array([index.total.value for index in found if index.total is not None])

    own, theirs = shortest(*in_turns(benchmark, by_own, by_salib, rounds=3))
    apart = float(np.abs(totals["own"] - totals["salib"]).max())
    ledger.at_least(
        f"Sobol indices of {len(names)} quantities: time of SALib / of this project",
        theirs / own,
        1.0,
        f"{theirs:.2f} s, its intervals from 100 resamples with them, against {own:.2f} s; as many evaluations; total "
        f"indices differ by at most {apart:.3f}",
    )
