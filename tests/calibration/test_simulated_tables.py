"""Calibration with simulated tables: scores with training compute, and lags of records of which some are still open.

Of every truth drawn from the prior a table is drawn with its progress, and episodes whose next lag is its own. The
race's draws are weighted by what both say, as the engine does, and the truth is ranked among them. Every truth counts
alike, whatever the population of lags is believed to be before any was measured: what the race believes of the lag is
its own. But records that are to be open must be, so others are drawn anew, which is part of the likelihood and leaves
ranks exact.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from recording import Add

from calibration_figures import uniformity_of
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import Calibration, make_plan
from catchup.analysis.studies.calibration.fits import Fit, ranks_of
from catchup.analysis.studies.calibration.importance_fits import resample
from catchup.analysis.studies.calibration.plan import Plan
from catchup.analysis.studies.calibration.truths import simulate_truths
from catchup.evidence import LikelihoodCurve, ScoredModels, efficiency_curve
from catchup.evidence.efficiency.equations import error_variance, expected_score
from catchup.evidence.efficiency.integration import PARAMETERS
from catchup.evidence.kinds.lag_records import held
from catchup.evidence.lag_records import LagBelief, LagRecord, lag_curve
from catchup.evidence.schema import Item
from catchup.model.assumptions import PROGRESS_QUANTITY, load_assumptions
from catchup.priors.families import Family

LAGS = "epoch-lag-records"
POPULATIONS = 2_000  # spreads drawn for every truth, of which one is taken
MODELS, ORGANISATIONS, SCORE_SD = 60, 16, 2.0
FITS, FEW_FITS = 1_000, 300
HALVED = 0.5  # of a standard deviation


@dataclasses.dataclass(frozen=True)
class Tables:
    """What is seen of a truth: models of one table, and records of another."""

    models: ScoredModels
    records: tuple[LagRecord, ...]


@dataclasses.dataclass(frozen=True)
class World:
    """What tables are drawn from and read with."""

    beliefs: Mapping[str, Family]
    degrees: float
    lags: LagBelief

    def scores(self, rng: np.random.Generator, log10_progress: float) -> ScoredModels:
        """Draw a table of models whose line is one of those believed possible."""
        score, slope, noise, spread = (float(self.beliefs[name].quantile(rng.random())) for name in PARAMETERS)
        years = rng.uniform(-3.0, 0.2, MODELS)
        compute = rng.normal(-0.5 + 0.3 * years, 0.7)
        owner = rng.integers(0, ORGANISATIONS, MODELS)
        effect = rng.normal(0.0, spread, ORGANISATIONS)[owner]
        own = SCORE_SD * rng.uniform(0.5, 1.5, MODELS)
        scores = expected_score(score, slope, compute, log10_progress, years, effect)
        scores = scores + np.sqrt(error_variance(noise, own)) * rng.standard_t(self.degrees, MODELS)
        names = [f"m{place}" for place in range(MODELS)]
        return ScoredModels.of(names, scores, own, compute, years, [f"o{of:02d}" for of in owner])

    def records(self, rng: np.random.Generator, log_lag: float) -> tuple[LagRecord, ...] | None:
        """Draw records of a population whose next lag is given; None where this draw is not to be kept."""
        middle, sigma = math.log(self.lags.typical_months), self.lags.typical_sigma
        spreads = self.lags.spread * np.exp(self.lags.spread_sigma * rng.standard_normal(POPULATIONS))
        wide = np.hypot(sigma, spreads)
        density = np.exp(-0.5 * ((log_lag - middle) / wide) ** 2) / wide
        spread = rng.choice(spreads, p=density / density.sum())
        told = sigma**2 / (sigma**2 + spread**2)  # of how far the lag lies from the middle, by the typical one
        typical = middle + told * (log_lag - middle) + math.sqrt(told) * spread * rng.standard_normal()
        sizes, ages = rng.integers(1, 4, 7), rng.uniform(0.5, 9.0, 3)
        group = np.repeat(np.arange(sizes.size + 1), [*sizes, ages.size])  # the last is of those still open
        errors, shared = rng.uniform(0.02, 0.4, group.size), rng.random() * spread**2
        common = math.sqrt(shared) * rng.standard_normal(sizes.size + 1)
        width = np.sqrt(spread**2 - shared + errors**2)
        months = np.exp(typical + common[group] + width * rng.standard_normal(group.size))
        still = slice(-ages.size, None)
        if (months[still] < ages).any():
            return None
        met = zip(months[: -ages.size], errors, group, strict=False)
        return (
            *(LagRecord(float(month), float(error), f"f{of}") for month, error, of in met),
            *(LagRecord(float(age), float(error), None) for age, error in zip(ages, errors[still], strict=True)),
        )

    def curves(self, seen: Tables) -> tuple[LikelihoodCurve, LikelihoodCurve]:
        """What the project reads off tables, by its own likelihoods."""
        return efficiency_curve(seen.models, self.beliefs, self.degrees).curve, lag_curve(seen.records, self.lags)


def world_of(item: Item) -> World:
    assumptions = load_assumptions()
    beliefs = {name: assumptions.beliefs[name] for name in PARAMETERS}
    return World(beliefs, assumptions.table.number("efficiency_degrees_of_freedom"), item.likelihood.belief)


def simulated(plan: Plan, world: World, fits: int) -> Iterator[tuple[int, np.ndarray, float, Tables]]:
    """Yield truths with what is seen of them: place, tracked values, logarithm of the lag, tables."""
    truths = simulate_truths(plan, 0, 12 * fits)
    progress, kept = plan.tracked.index(PROGRESS_QUANTITY), 0
    for place, (tracked, log_lag) in enumerate(zip(truths.tracked, held(np, truths.predictions[LAGS]), strict=True)):
        rng = np.random.default_rng([plan.question.seed, place])
        records = world.records(rng, float(log_lag))
        if records is not None:
            yield place, tracked, float(log_lag), Tables(world.scores(rng, math.log10(tracked[progress])), records)
            kept += 1
        if kept == fits:
            return
    raise AssertionError(f"{kept} truths were kept; {fits} were expected")


def curves_of(job: tuple[World, Tables]) -> tuple[LikelihoodCurve, LikelihoodCurve]:
    world, seen = job
    return world.curves(seen)


def narrowed(curve: LikelihoodCurve, factor: float) -> LikelihoodCurve:
    """A likelihood whose standard deviation is multiplied, as it is where it is normal."""
    return dataclasses.replace(curve, values=curve.values / factor**2)


def calibrate_tables(
    question: Question, items: tuple[Item, ...], fits: int, *, scores: float = 1.0, lags: float = 1.0
) -> Calibration:
    """Rank truths among the race's draws, weighted by simulated tables; of a wrong likelihood, the factors say how."""
    (item,) = (each for each in items if each.id == LAGS)
    plan, world = make_plan(question, [item]), world_of(item)
    columns = prior_for(plan.question, plan.items).map(lambda values: described(plan, values))
    draws = np.stack([columns[name] for name in plan.tracked[:-1]], axis=1)
    log10_progress, log_lag = np.log10(columns[PROGRESS_QUANTITY]), columns["log_lag"]
    cases = list(simulated(plan, world, fits))
    done = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        read = pool.map(curves_of, [(world, seen) for *_, seen in cases], chunksize=20)
        for (place, truth, own_lag, _), (of_scores, of_lags) in zip(cases, read, strict=True):
            progress_seen, lag_seen = narrowed(of_scores, scores), narrowed(of_lags, lags)
            progress = math.log10(truth[plan.tracked.index(PROGRESS_QUANTITY)])
            log_ratios = np.append(
                progress_seen(log10_progress) + lag_seen(log_lag), progress_seen(progress) + lag_seen(own_lag)
            )
            weights = np.exp(log_ratios - log_ratios.max())
            rng = np.random.default_rng([question.seed, place, 1])
            chosen = resample(weights, plan.ranked_draws, rng)
            every = np.column_stack([np.vstack([draws, truth]), log_ratios])
            ranks = ranks_of(every[-1], every[chosen], rng)
            done.append(Fit(place, ranks, float(weights.sum() ** 2 / (weights**2).sum())))
    return Calibration(plan, tuple(done))


def described(plan: Plan, values: Any) -> dict[str, np.ndarray]:
    tracked, predicted = plan.describe(values, plan.items)
    return {**tracked, "log_lag": held(np, predicted[LAGS])}


@pytest.fixture(scope="module")
def asked(question: Question) -> Question:
    return dataclasses.replace(question, draws=50_000)


def test_some_records_are_open_and_lags_are_about_what_they_were_drawn_with(items: tuple[Item, ...]) -> None:
    (item,) = (each for each in items if each.id == LAGS)
    world = world_of(item)
    rng = np.random.default_rng(4)
    drawn = [found for found in (world.records(rng, math.log(8.0)) for _ in range(200)) if found is not None]
    assert len(drawn) > 20
    assert all(sum(record.follower is None for record in found) == 3 for found in drawn)
    middle = np.median([record.months for found in drawn for record in found if record.follower])
    assert 5.0 < middle < 13.0  # eight months and a spread of about two in three, of some two dozen populations


@pytest.mark.slow
def test_truths_stand_anywhere_among_draws_weighted_by_simulated_tables(
    asked: Question, items: tuple[Item, ...], record: Add
) -> None:
    result = calibrate_tables(asked, items, FITS)
    record("sbc-tables", **uniformity_of(result))
    assert result.failed == []


@pytest.mark.slow
@pytest.mark.parametrize(("table", "tells"), [("scores", PROGRESS_QUANTITY), ("lags", "log_likelihood")])
def test_halved_standard_deviations_are_found_out(
    table: str, tells: str, asked: Question, items: tuple[Item, ...], record: Add
) -> None:
    result = calibrate_tables(asked, items, FEW_FITS, **{table: HALVED})
    record(f"sbc-tables-wrong-{table}", **(uniformity_of(result) | {"spread": HALVED}))
    assert tells in result.failed
