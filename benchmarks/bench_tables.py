"""Public tables read against csv alone, the efficiency curve against NUTS, and what records cost a forecast."""

from __future__ import annotations

import csv
import math
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparing import Ledger, in_turns, shortest

from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, choose_evidence, posterior
from catchup.evidence import ScoredModels, build_efficiency_model, efficiency_curve, read_table
from catchup.evidence.efficiency.equations import expected_score
from catchup.model import load_assumptions

ROWS = 100_000
DAY = date(2026, 11, 21)
RECORDS = "epoch-lag-records"
SEED = 20_261_126
MODELS, ORGANISATIONS = 88, 24  # as many as the index of June 2026 has with training compute
HEADER = (
    "Model",
    "Display name",
    "eci",
    "eci_ci_low",
    "eci_ci_high",
    "date",
    "Organization",
    "Country (of organization)",
    "Model accessibility",
    "Training compute (FLOP)",
    "Confidence",
)
COUNTRIES = ("United States of America", "China", "France", "China,United States of America", "")


@pytest.fixture(scope="module")
def large_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of many models, made up: a third of them with training compute."""
    rng = np.random.default_rng(SEED)
    scores, days = rng.uniform(60.0, 160.0, ROWS), rng.integers(0, 2_000, ROWS)
    owners, countries = rng.integers(0, 60, ROWS), rng.integers(0, len(COUNTRIES), ROWS)
    exponents = rng.uniform(20.0, 26.0, ROWS)
    path = tmp_path_factory.mktemp("tables") / "index.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for row in range(ROWS):
            score = float(scores[row])
            writer.writerow(
                (
                    f"model {row}",
                    f"Model {row}",
                    f"{score:.2f}",
                    f"{score - 3.0:.2f}",
                    f"{score + 3.0:.2f}",
                    date(2020, 1, 1) + timedelta(days=int(days[row])),
                    f"Laboratory {owners[row]}",
                    COUNTRIES[countries[row]],
                    "API access",
                    f"{10.0 ** exponents[row]:.3e}" if row % 3 == 0 else "",
                    "Confident" if row % 3 == 0 else "Unknown",
                )
            )
    return path


def test_reading_against_csv(benchmark: Any, ledger: Ledger, large_table: Path) -> None:
    def alone() -> list[list[str]]:
        with large_table.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))

    assert len(read_table(large_table)) == len(alone()) - 1 == ROWS
    own, plain = shortest(*in_turns(benchmark, lambda: read_table(large_table), alone, rounds=12))
    ledger.at_most(
        f"{ROWS:,} rows: time to read and check / time of the csv module alone",
        own / plain,
        3.0,
        f"{1e3 * own:.0f} ms against {1e3 * plain:.0f} ms",
    )


def models() -> ScoredModels:
    rng = np.random.default_rng(SEED)
    years, owner = rng.uniform(-3.0, 0.2, MODELS), np.arange(MODELS) % ORGANISATIONS
    compute = rng.normal(-0.5 + 0.3 * years, 0.7)
    effect = rng.normal(0.0, 7.0, ORGANISATIONS)[owner]
    score = expected_score(140.0, 10.0, compute, math.log10(8.0), years, effect) + 3.4 * rng.standard_t(4.0, MODELS)
    names, owners = [f"m{place}" for place in range(MODELS)], [f"o{of}" for of in owner]
    return ScoredModels.of(names, score, np.zeros(MODELS), compute, years, owners)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_efficiency_curve_against_nuts(benchmark: Any, ledger: Ledger) -> None:
    import nutpie

    assumptions, counted = load_assumptions(), models()
    degrees = assumptions.table.number("efficiency_degrees_of_freedom")

    def curve(seconds: list[float]) -> None:
        begun = time.process_time()
        efficiency_curve(counted, assumptions.beliefs, degrees)
        seconds.append(time.process_time() - begun)

    curve([])  # SciPy is loaded
    seconds: list[float] = []
    in_turns(benchmark, lambda: curve(seconds), rounds=20)
    own = min(seconds)
    ledger.at_most(f"an efficiency curve of {MODELS} models, milliseconds of processor time", 1e3 * own, 100.0)
    begun = time.process_time()
    compiled = nutpie.compile_pymc_model(build_efficiency_model(counted, assumptions.beliefs, degrees))
    ready = time.process_time()
    nutpie.sample(compiled, draws=1_000, tune=1_000, chains=4, seed=SEED, progress_bar=False)
    sampled = time.process_time()
    ledger.at_least(
        "4 x 1,000 draws by NUTS, compiled already: their processor time / the curve's",
        (sampled - ready) / own,
        5.0,
        f"{sampled - ready:.1f} s, after {ready - begun:.1f} s of compiling, against {1e3 * own:.0f} ms",
    )


def test_forecast_with_the_records(benchmark: Any, ledger: Ledger) -> None:
    """A default forecast, and one on the same items but the records of the frontier: processor time of both."""
    question = Question(load_assumptions(), DAY)
    counted = [item.id for item in choose_evidence(question, "default", None, ()).counted]
    assert RECORDS in counted
    sides = [",".join(counted), ",".join(name for name in counted if name != RECORDS)]
    seconds: dict[str, list[float]] = {side: [] for side in sides}

    def answer(side: str) -> None:
        begun = time.process_time()
        forecast(posterior(Request(question, evidence=side)))
        seconds[side].append(time.process_time() - begun)

    in_turns(benchmark, lambda: answer(sides[0]), lambda: answer(sides[1]), rounds=7)
    own, without = shortest(*seconds.values())
    what = "default forecast / the same without the frontier's records, processor time"
    ledger.at_most(what, own / without, 1.15, f"{own:.2f} s against {without:.2f} s")
