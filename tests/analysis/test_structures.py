"""Pools, stacking and what would tell structures apart, against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.structures import (
    COMPUTE,
    MOBILISATION,
    Structure,
    between_share,
    linear_pool,
    mutual_information,
    quantile_pool,
    stacking_weights,
    structures,
)


def normal(name: str, mean: float, sd: float, draws: int = 50_000) -> Structure:
    values = stats.norm.ppf((np.arange(draws) + 0.5) / draws, mean, sd)
    return Structure(name, name, Distribution(values, Weighting(draws)))


ROWS = [normal("early", 8.0, 1.0), normal("late", 12.0, 2.0)]


def test_the_linear_pool_is_the_mixture() -> None:
    pool = linear_pool(ROWS, {"early": 0.3, "late": 0.7})
    for moment in (7.0, 9.0, 11.0, 14.0):
        exact = 0.3 * stats.norm.cdf(moment, 8.0, 1.0) + 0.7 * stats.norm.cdf(moment, 12.0, 2.0)
        assert pool.probability_below(moment).value == pytest.approx(exact, abs=1e-4)  # 20 000 values a structure


def test_the_quantile_pool_of_normals_is_normal() -> None:
    pool = quantile_pool(ROWS)
    for p in (0.05, 0.5, 0.95):
        assert pool.quantile_value(p) == pytest.approx(stats.norm.ppf(p, 10.0, 1.5), abs=2e-3)


def test_the_share_between_structures() -> None:
    # means 8 and 12: variance 4 between; 1 and 4 within, 2.5 on average
    assert between_share(ROWS) == pytest.approx(4.0 / 6.5, rel=1e-3)
    assert between_share([ROWS[0], ROWS[0]]) == 0.0


def test_information() -> None:
    assert mutual_information([0.0, 1.0]) == pytest.approx(1.0)
    assert mutual_information([0.4, 0.4, 0.4]) == pytest.approx(0.0)
    assert 0.0 < mutual_information([0.2, 0.4]) < 0.1


def test_stacking_maximises_the_mixed_density() -> None:
    rng = np.random.default_rng(1)
    log_densities = rng.normal(size=(7, 3))
    weights = stacking_weights(log_densities)

    def loss(free: np.ndarray) -> float:
        shares = np.exp(np.append(free, 0.0))
        return -float(np.log(np.exp(log_densities) @ (shares / shares.sum())).mean())

    best = optimize.minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})
    assert weights.sum() == pytest.approx(1.0)
    assert -np.log(np.exp(log_densities) @ weights).mean() <= best.fun + 1e-7
    assert stacking_weights(np.zeros((0, 4))) == pytest.approx(np.full(4, 0.25))


def test_all_structures_stand_side_by_side(question: Question) -> None:
    result = structures(posterior(Request(replace(question, draws=40_000))))
    assert [row.id for row in result.structures[:2]] == [COMPUTE, MOBILISATION]
    assert sum(result.stacking_weights.values()) == pytest.approx(1.0)
    assert 0.0 < result.between < 1.0
    means = [row.ready.mean.value for row in result.structures]
    pool = {row.id: row.ready for row in result.ensembles}["linear-pool"]
    assert pool.mean.value == pytest.approx(np.mean(means), abs=5e-3)  # 20 000 values a structure
    assert result.soonest.information == max(result.soonest.information, 0.0)
    content = as_json(result)
    assert {row["id"] for row in content["ensembles"]} == {"linear-pool", "quantile-pool", "stacking"}


def test_another_event_has_structures_too(question: Question) -> None:
    narrow = replace(question, event="narrow-exploit", draws=4_000)
    whole = replace(question, draws=4_000)
    found, beside = (structures(posterior(Request(asked, evidence="none"))) for asked in (narrow, whole))
    assert [row.id for row in found.structures] == [row.id for row in beside.structures]
    for one, other in zip(found.structures, beside.structures, strict=True):
        assert one.ready.quantile_value(0.5) < other.ready.quantile_value(0.5)
