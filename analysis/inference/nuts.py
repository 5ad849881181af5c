"""The NUTS engine: nutpie on the PyMC graph of the same model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, filterwarnings

import numpy as np

from ...evidence.graph import add_evidence, evidence_data
from ...evidence.latents import events_of, latent_quantities
from ...evidence.schema import Item
from ...model.graph import build_model
from .diagnostics import FEWEST_CHAIN_EFFECTIVE, MOST_DIVERGENT, WORST_RHAT, Diagnostics, UntrustworthyError
from .draws import StoredDraws
from .estimates import Array, Weighting
from .progress import waiting
from .question import Question

CHAINS = 4
TUNING = 1_500
TARGET_ACCEPTANCE = 0.9  # with 0.8, two of twenty seeds diverge once where obstacles have heavy tails
SMALL_STEPS = 0.99  # acceptance at which the reference of the default ledger has no divergence
TAILS = (0.05, 0.95)  # quantiles whose effective draws are the tail ESS


@dataclass(frozen=True)
class NutsPosterior:
    """A posterior sampled by NUTS.

    Attributes
    ----------
    source : StoredDraws
        Quantities by name, chains following one another.
    diagnostics : Diagnostics
        R-hat, ESS of the date, divergences.
    tree : xarray.DataTree
        What nutpie returned.
    """

    source: StoredDraws
    diagnostics: Diagnostics
    tree: Any


class CompiledPosterior:
    """The graph of a question and its items, compiled once and sampled for any figures.

    Parameters
    ----------
    question : Question
        What is asked.
    items : sequence of Item
        What it is conditioned on.
    why : str, optional
        Why anybody waits for it: shown to who does.
    """

    def __init__(self, question: Question, items: Sequence[Item], why: str = "") -> None:
        import nutpie

        self.question = question
        self.items = tuple(items)
        self.model = build_posterior_model(question, items)
        several = len(self.model.coords["event"]) > 1
        rewrites, how_long = ("inplace", "minutes") if several else ("inplace_elemwise", "a minute")
        with waiting(f"{why}Compiling the model ({how_long})"), _without(rewrites), _without_remarks():
            self.compiled = nutpie.compile_pymc_model(self.model)

    def refitted(self, data: Mapping[str, Array]) -> Any:
        """Return the compiled model with other figures, without compiling again."""
        return self.compiled.with_data(**data)

    def sample(
        self,
        draws: int,
        seed: int,
        *,
        chains: int = CHAINS,
        tune: int = TUNING,
        data: Mapping[str, Array] | None = None,
        cores: int | None = None,
        acceptance: float | None = None,
    ) -> Any:
        """Sample, and return nutpie's tree; `draws` counts all chains together."""
        import nutpie

        compiled = self.refitted(data) if data else self.compiled
        sampler = nutpie.sample(
            compiled,
            draws=-(-draws // chains),
            tune=tune,
            chains=chains,
            cores=cores,
            seed=seed,
            target_accept=TARGET_ACCEPTANCE if acceptance is None else acceptance,
            progress_bar=False,
            save_warmup=False,
            blocking=False,
        )
        try:
            return sampler.wait()
        except BaseException:  # left to itself, nutpie answers an interruption with the draws that it has by then
            sampler.cancel()
            raise

    def sample_carefully(self, draws: int, seed: int, *, data: Mapping[str, Array] | None = None) -> Any:
        """Sample, and once more in smaller steps where too many transitions diverge for the draws to be believed.

        They do along edges as sharp as those of a milestone reached: of three, 376 of 50,000 transitions, and in
        smaller steps fewer than one in a thousand.
        """
        tree = self.sample(draws, seed, data=data)
        diverging = tree["sample_stats"]["diverging"].values
        if diverging.sum() <= MOST_DIVERGENT * diverging.size:
            return tree
        return self.sample(draws, seed, data=data, acceptance=SMALL_STEPS)


@contextmanager
def _without(rewrites: str) -> Iterator[None]:
    """Keep PyTensor from looking for operations that could write over their input, one by one and in vain.

    Of six firms the search takes minutes, as each attempt is checked against the whole graph; numba fuses the loops
    whose memory it would save. Once a single operation does write over its input, every later change of the graph is
    checked so, too: of two events of six firms they took over twenty minutes, and without any such operation take
    four, for a third more time to draw. nutpie takes a mode by name only.
    """
    from pytensor.compile.mode import predefined_modes

    whole = predefined_modes["NUMBA"]
    predefined_modes["NUMBA"] = whole.excluding(rewrites)
    try:
        yield
    finally:
        predefined_modes["NUMBA"] = whole


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keep to itself that PyTensor leaves two loops apart that would have more operands together than a loop may.

    A loop may have a thousand, and where there is no C++ compiler 31; two events of six firms have more. Nothing is
    wrong, and nobody who asks can do anything about it.
    """
    with catch_warnings():
        filterwarnings("ignore", "Loop fusion failed", UserWarning)
        yield


def build_posterior_model(question: Question, items: Sequence[Item]) -> Any:
    """Build the PyMC model of a question conditioned on items; returns a pymc.Model."""
    events = list(dict.fromkeys([question.event, *events_of(items)]))
    model = build_model(
        question.assumptions,
        events=events,
        extra_quantities=latent_quantities(items, question.assumptions),
        launch_grid=question.launch_grid,
        as_of_month=question.as_of_months,
    )
    return add_evidence(model, items, question.assumptions, question.as_of)


def sample_posterior(question: Question, items: Sequence[Item], *, refuse: bool = True, why: str = "") -> NutsPosterior:
    """Sample a question's posterior; unless `refuse` is False, only a trustworthy one.

    Parameters
    ----------
    question, items, why
        As of `CompiledPosterior`.
    refuse : bool, default True
        Refuse draws whose diagnostics failed.

    Raises
    ------
    UntrustworthyError
        If chains disagree, transitions diverge or too few draws count.
    """
    compiled = CompiledPosterior(question, items, why)
    data = evidence_data(items, question.assumptions, question.as_of) if items else None
    with waiting(f"{why}Sampling"):
        tree = compiled.sample_carefully(question.draws, question.seed, data=data)
    posterior = as_posterior(tree, question)
    if refuse:
        refuse_untrustworthy(posterior.diagnostics, posterior.source.weighting.draws)
    return posterior


def as_posterior(tree: Any, question: Question) -> NutsPosterior:
    """Take a tree's draws, chain after chain, and its diagnostics."""
    group = tree["posterior"]
    chains = group.sizes["chain"]
    values = {
        str(name): np.ascontiguousarray(variable.values.ravel(), dtype=float)
        for name, variable in group.data_vars.items()
        if name in question.assumptions.beliefs
    }
    draws = next(iter(values.values())).size
    weighting = Weighting(draws=draws, chains=chains)
    source = StoredDraws(values, weighting, question.seed, question.assumptions.copula)
    return NutsPosterior(source, diagnose(tree, question.event), tree)


def diagnose(tree: Any, event: str) -> Diagnostics:
    """Work out the largest R-hat, the smaller of bulk and tail ESS of the event's date, and the divergences."""
    from arviz_stats.base import array_stats

    group = tree["posterior"]
    ready = group["ready"].sel(event=event).values
    rhats = [
        array_stats.rhat(column, chain_axis=0, draw_axis=1)
        for variable in group.data_vars.values()
        if str(variable.name).endswith("_quantities")
        for column in np.moveaxis(variable.values, -1, 0)
    ]
    rhats.append(array_stats.rhat(ready, chain_axis=0, draw_axis=1))
    bulk = array_stats.ess(ready, chain_axis=0, draw_axis=1, method="bulk")
    tail = array_stats.ess(ready, chain_axis=0, draw_axis=1, method="tail", prob=TAILS)
    return Diagnostics(
        ess=float(min(bulk, tail)),
        rhat_max=float(np.max(rhats)),
        divergences=int(tree["sample_stats"]["diverging"].values.sum()),
    )


def refuse_untrustworthy(diagnostics: Diagnostics, draws: int) -> None:
    """Refuse draws whose diagnostics failed.

    Raises
    ------
    UntrustworthyError
        Naming the diagnostic, and what to try.
    """
    if diagnostics.rhat_max is not None and not diagnostics.rhat_max < WORST_RHAT:
        raise UntrustworthyError(
            f"chains disagree (R-hat {diagnostics.rhat_max:.4f}, {WORST_RHAT} at most is wanted): try more --draws, "
            "or --engine importance"
        )
    if diagnostics.ess < FEWEST_CHAIN_EFFECTIVE:
        raise UntrustworthyError(
            f"only {diagnostics.ess:.0f} effective draws of the date ({FEWEST_CHAIN_EFFECTIVE} are wanted): "
            "try more --draws"
        )
    if diagnostics.divergences is not None and diagnostics.divergences > MOST_DIVERGENT * draws:
        raise UntrustworthyError(
            f"{diagnostics.divergences} of {draws:,} transitions diverged: try --engine importance"
        )
