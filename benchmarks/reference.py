"""Reference posteriors: draws that other engines are held to, in posteriordb's manner.

    make reference                          the article's model on its default ledger
    make reference ARGS="--model current --acceptance 0.99"   the world as it stands: a quarter of an hour

Ten chains of NUTS, thinned until 1,000 draws are left of each, are kept where they pass posteriordb's checks: 10,000
draws, R-hat below 1.01, effective draws as of independent ones, no divergence. A reference is a folder of
`benchmarks/reference/`:

``draws.json.zip``
    A list of chains, each with the draws of every quantity and of the date (``ready``, months since t = 0) by name.
``info.json``
    What made them, their diagnostics, and the checks that they passed.
``inputs/``
    Priors and items, as runs keep them: a ledger that moves on leaves the reference's question as it was.

References
----------
.. [1] Magnusson et al., posteriordb: Testing, Benchmarking and Developing Bayesian Inference Algorithms (2024).
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from recording import surroundings

from catchup.analysis.archive.inputs import read_inputs, write_inputs
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.evidence.schema import Item
from catchup.model import load_assumptions
from catchup.priors.files import replacing, write_text

REFERENCES = Path(__file__).resolve().parent / "reference"
AS_OF = date(2026, 11, 21)
CHAINS, DRAWS, THIN, TUNING, SEED = 10, 1_000, 10, 2_000, 20261121
READY = "ready"
DIGITS = 5
HIGHEST_RHAT = 1.01
ESS_BOUNDS = (8_000, 12_500)  # of 10,000 draws: independent ones, or nearly so
STAMP = (1980, 1, 1, 0, 0, 0)  # of the file inside the archive: the same draws are the same bytes

Chains = Mapping[str, NDArray[np.float64]]
"""Draws by name, shape (chain, draw)."""


@dataclass(frozen=True)
class Reference:
    """A reference posterior that is kept.

    Attributes
    ----------
    question : Question
    items : tuple of Item
    draws : mapping of str to array of shape (chain, draw)
    info : dict
    """

    question: Question
    items: tuple[Item, ...]
    draws: Chains
    info: dict[str, Any]

    def distribution(self, name: str) -> Distribution:
        """Return a quantity's draws, or the date's, with the Monte Carlo error of chains."""
        values = self.draws[name]
        return Distribution(np.ascontiguousarray(values.ravel()), Weighting(values.size, chains=values.shape[0]))


def diagnosed(draws: Chains, divergences: int) -> dict[str, Any]:
    """Return the diagnostics of draws, and which of posteriordb's checks they pass."""
    from arviz_stats.base import array_stats

    def of(work: Any, **options: Any) -> dict[str, float]:
        return {name: float(work(values, chain_axis=0, draw_axis=1, **options)) for name, values in draws.items()}

    rhat = of(array_stats.rhat)
    bulk, tail = of(array_stats.ess, method="bulk"), of(array_stats.ess, method="tail", prob=(0.05, 0.95))
    shapes = {values.shape for values in draws.values()}
    chains, length = next(iter(shapes))
    smallest, largest = min(*bulk.values(), *tail.values()), max(*bulk.values(), *tail.values())
    return {
        "diagnostics": {
            "ndraws": chains * length,
            "nchains": chains,
            "r_hat": rhat,
            "effective_sample_size_bulk": bulk,
            "effective_sample_size_tail": tail,
            "divergent_transitions": divergences,
        },
        "checks_made": {
            "ndraws_is_10k": chains * length == 10_000 and len(shapes) == 1,
            "nchains_is_gte_4": chains >= 4,
            "ess_within_bounds": ESS_BOUNDS[0] <= smallest and largest <= ESS_BOUNDS[1],
            "r_hat_below_1_01": max(rhat.values()) < HIGHEST_RHAT,
            "no_divergences": divergences == 0,
        },
    }


def sample(
    question: Question, items: tuple[Item, ...], *, cores: int, thin: int = THIN, acceptance: float | None = None
) -> tuple[dict[str, Any], int]:
    """Sample a question's posterior by NUTS; return thinned draws by name, and the number of divergences."""
    from catchup.analysis.inference.nuts import CompiledPosterior
    from catchup.evidence.graph import evidence_data

    data = evidence_data(items, question.assumptions, question.as_of)
    compiled = CompiledPosterior(question, items)
    draws = CHAINS * DRAWS * thin
    tree = compiled.sample(draws, SEED, chains=CHAINS, tune=TUNING, data=data, cores=cores, acceptance=acceptance)
    group = tree["posterior"].to_dataset().isel(draw=slice(thin - 1, None, thin))
    values = {
        str(name): np.asarray(variable.values, dtype=float)
        for name, variable in group.data_vars.items()
        if name in question.assumptions.beliefs and np.ptp(variable.values) > 0.0
    }
    values[READY] = np.asarray(group[READY].sel(event=question.event).values, dtype=float)
    return values, int(tree["sample_stats"]["diverging"].values.sum())


def write(folder: Path, question: Question, items: tuple[Item, ...], draws: Chains, made: dict[str, Any]) -> None:
    """Write a reference, whole or not at all."""
    inputs = inputs_of(question.assumptions, items)
    chains = next(iter(draws.values())).shape[0]
    rounded = [
        {name: [float(f"{value:.{DIGITS}g}") for value in values[chain]] for name, values in draws.items()}
        for chain in range(chains)
    ]
    info = {
        "name": f"{question.assumptions.model}-default",
        "model": question.assumptions.model,
        "as_of": question.as_of.isoformat(),
        "event": question.event,
        "priors_hash": inputs.priors_hash(),
        "ledger_hash": inputs.ledger_hash(),
        "unit": {READY: "months since t = 0"},
        **made,
        **surroundings(),
    }
    with replacing(folder) as unfinished:
        unfinished.mkdir()
        write_inputs(inputs, unfinished / "inputs")
        info["files"] = sorted(
            path.relative_to(unfinished / "inputs").as_posix() for path in (unfinished / "inputs").rglob("*.toml")
        )
        with zipfile.ZipFile(unfinished / "draws.json.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr(zipfile.ZipInfo("draws.json", STAMP), json.dumps(rounded), zipfile.ZIP_DEFLATED, 9)
        write_text(unfinished / "info.json", json.dumps(info, indent=1) + "\n")


def read(folder: Path) -> Reference:
    """Read a reference."""
    info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    inputs = read_inputs(folder / "inputs", info["files"])
    question = Question(inputs.assumptions(), date.fromisoformat(info["as_of"]), event=info["event"])
    with zipfile.ZipFile(folder / "draws.json.zip") as archive:
        chains = json.loads(archive.read("draws.json"))
    draws = {name: np.array([chain[name] for chain in chains]) for name in chains[0]}
    return Reference(question, tuple(inputs.evidence()), draws, info)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=("article", "current"), default="article")
    parser.add_argument("--thin", type=int, default=THIN, help="one draw in so many is kept")
    parser.add_argument("--acceptance", type=float, help="of proposals, wanted; more takes smaller steps")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--out", type=Path, help="the reference's folder")
    asked = parser.parse_args()
    request = Request(Question(load_assumptions(model=asked.model), AS_OF))
    items = request.selection.counted
    from catchup.evidence.latents import with_latents

    question = Question(with_latents(request.question.assumptions, items), AS_OF)
    draws, divergences = sample(question, items, cores=asked.cores, thin=asked.thin, acceptance=asked.acceptance)
    arguments: dict[str, float] = {"chains": CHAINS, "draws": DRAWS, "thin": asked.thin, "tuning": TUNING, "seed": SEED}
    if asked.acceptance is not None:
        arguments["target_acceptance"] = asked.acceptance
    found = diagnosed(draws, divergences)
    made = {"inference": {"method": "nutpie", "method_arguments": arguments}, **found}
    failed = [name for name, passed in found["checks_made"].items() if not passed]
    if failed:
        print(f"not kept: {', '.join(failed)} failed; try a larger --thin", file=sys.stderr)
        print(json.dumps(found["diagnostics"]), file=sys.stderr)
        return 1
    folder = asked.out or REFERENCES / asked.model
    write(folder, question, items, draws, made)
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
