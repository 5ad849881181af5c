"""Progress read off tables: planted progress comes back, intervals hold what they promise, NUTS says the same."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from recording import Add
from scipy import stats

from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.studies.tables.efficiency import Choice, measured_progress, refuse_missed_peak
from catchup.evidence import (
    EfficiencyCurve,
    ScoredModels,
    build_efficiency_model,
    efficiency_curve,
    read_table,
    scored_models,
)
from catchup.evidence.efficiency.equations import error_variance, expected_score
from catchup.evidence.efficiency.integration import COUNT, FIRST, PARAMETERS, STEP, Integrated
from catchup.model import load_assumptions
from catchup.priors.errors import InputError
from catchup.priors.families import Fixed
from catchup.priors.log_densities import log_student_t
from efficiency_cases import DEGREES, PROGRESS, Line, drawn_line, drawn_models, fixed, own_beliefs
from table_cases import INDEX_HEADER, INDEX_ROWS, OLDER_HEADER, OLDER_ROWS, public_table, write_csv

FALSE_ALARMS = 1e-4  # of each test, were the curve exact and the seed another
WITHIN = 0.02  # of progress: curve against NUTS
FOR_RECORD = 400  # tables of each progress, that the page on trust tells of


def within_binomial(hits: int, trials: int, chance: float) -> bool:
    low, high = stats.binom.ppf([0.5 * FALSE_ALARMS, 1.0 - 0.5 * FALSE_ALARMS], trials, chance)
    return bool(low <= hits <= high)


@pytest.mark.parametrize(
    ("planted", "tables"),
    [(8.0, 30), *(pytest.param(planted, FOR_RECORD, marks=pytest.mark.slow) for planted in (3.0, 8.0, 25.0))],
)
def test_planted_progress_comes_back(planted: float, tables: int, record: Add) -> None:
    """Of tables drawn with it, nine in ten intervals hold it, and half the medians lie above it."""
    rng = np.random.default_rng(int(planted))
    quantiles = []
    for _ in range(tables):
        models = drawn_models(rng, Line(), math.log10(planted), score_sd=2.0)
        quantiles.append(efficiency_curve(models, own_beliefs(), DEGREES).curve.quantiles((0.05, 0.5, 0.95)))
    low, middle, high = np.array(quantiles).T
    held = int(((low < planted) & (planted < high)).sum())
    if tables >= FOR_RECORD:
        record("recovery-of-progress", planted=planted, truths=tables, promise=0.9, held=held / tables)
    assert within_binomial(held, tables, 0.9)
    assert within_binomial(int((middle > planted).sum()), tables, 0.5)
    assert np.median(high / low) < 6.0  # an interval that says something


def ranks_of_truths(tables: int, seed: int, **options: int) -> np.ndarray:
    """Where the truth stands in the posterior of tables drawn from the prior: uniform, if all is right."""
    rng, beliefs = np.random.default_rng(seed), own_beliefs()
    ranks = []
    for _ in range(tables):
        truth = float(beliefs[PROGRESS].quantile(rng.uniform()))
        models = drawn_models(rng, drawn_line(rng, beliefs), math.log10(truth), score_sd=2.0, **options)
        curve = efficiency_curve(models, beliefs, DEGREES).curve
        probabilities = np.linspace(0.0005, 0.9995, 1_000)
        ranks.append(np.interp(truth, curve.quantiles(probabilities, beliefs[PROGRESS]), probabilities))
    return np.array(ranks)


def test_truths_stand_anywhere_in_their_posteriors() -> None:
    ranks = ranks_of_truths(60, seed=4, count=40, organisations=12)
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARMS


@pytest.mark.slow
def test_truths_stand_anywhere_in_the_posteriors_of_many_tables() -> None:
    ranks = ranks_of_truths(1_000, seed=5)
    assert stats.kstest(ranks, "uniform").pvalue > FALSE_ALARMS
    counts = np.histogram(ranks, bins=20, range=(0.0, 1.0))[0]
    assert stats.chisquare(counts).pvalue > FALSE_ALARMS


def test_the_pymc_model_weighs_scores_as_the_arrays_do() -> None:
    import pymc as pm

    models = drawn_models(np.random.default_rng(2), Line(), 0.9, count=30, organisations=8, score_sd=2.0)
    model = build_efficiency_model(models, own_beliefs(), DEGREES)
    wanted = [model[name] for name in (*PARAMETERS, PROGRESS, "organisation_effect")]
    outputs = [model.logp(vars=[model["scores"]], sum=True), *model.replace_rvs_by_values(wanted)]
    compiled = pm.compile(model.value_vars, outputs)
    rng = np.random.default_rng(3)
    for _ in range(20):
        point = [value + rng.normal(0.0, 0.1, np.shape(value)) for value in model.initial_point().values()]
        density, score, slope, noise, _, progress, effect = compiled(*point)
        expected = expected_score(
            score, slope, models.log10_compute, math.log10(progress), models.years, effect[models.organisation]
        )
        exact = log_student_t(np, models.score - expected, error_variance(noise, models.score_sd), DEGREES).sum()
        assert float(density) == pytest.approx(float(exact), rel=1e-10)


def test_the_pymc_model_draws_scores_about_the_line() -> None:
    import pymc as pm

    line = Line(spread=1e-6)
    models = drawn_models(np.random.default_rng(2), line, 0.9, count=20, organisations=5, score_sd=2.0)
    beliefs = {**fixed(line), PROGRESS: Fixed(value=8.0)}
    drawn = pm.draw(build_efficiency_model(models, beliefs, DEGREES)["scores"], 400, random_seed=9)
    expected = expected_score(line.score, line.slope, models.log10_compute, math.log10(8.0), models.years)
    scaled = (drawn - expected) / np.sqrt(error_variance(line.noise, models.score_sd))
    assert stats.kstest(scaled.ravel(), stats.t(DEGREES).cdf).pvalue > FALSE_ALARMS


def highest_of_draws(values: np.ndarray) -> float:
    """Where draws are densest: the top of a quartic through the logarithms of their counts about the middle."""
    middle, sd = np.median(values), 0.7413 * np.subtract(*np.quantile(values, [0.75, 0.25]))
    counts, edges = np.histogram(values, bins=60, range=(middle - 1.3 * sd, middle + 1.3 * sd))
    places = 0.5 * (edges[1:] + edges[:-1])
    quartic = np.polynomial.Polynomial.fit(places, np.log(counts), 4, w=np.sqrt(counts))
    fine = np.linspace(places[0], places[-1], 4_001)
    return float(fine[quartic(fine).argmax()])


def assert_nuts_agrees(models: ScoredModels) -> None:
    """Mode and 90% interval within 2%, by so many draws that the sampler's own error is a third of that at most."""
    import arviz as az
    import nutpie

    beliefs = own_beliefs()
    curve = efficiency_curve(models, beliefs, DEGREES).curve
    compiled = nutpie.compile_pymc_model(build_efficiency_model(models, beliefs, DEGREES))
    tree = nutpie.sample(compiled, draws=80_000, tune=2_000, chains=4, seed=1, target_accept=0.9, progress_bar=False)
    assert int(tree["sample_stats"]["diverging"].sum()) == 0
    drawn = np.log10(np.asarray(tree["posterior"][PROGRESS]))
    quantiles = {}
    for p, wanted in zip((0.05, 0.5, 0.95), curve.quantiles((0.05, 0.5, 0.95), beliefs[PROGRESS]), strict=True):
        error = float(az.mcse(drawn, method="quantile", prob=p)) * math.log(10.0)
        assert error < WITHIN / 3.0
        quantiles[p] = wanted / 10.0 ** np.quantile(drawn, p) - 1.0
    fine = np.linspace(-0.5, 3.0, 8_001)
    height = curve(fine) + stats.norm.logpdf(fine, 1.0, beliefs[PROGRESS].sigma / math.log(10.0))
    mode = 10.0 ** (fine[height.argmax()] - highest_of_draws(drawn.ravel())) - 1.0
    assert abs(mode) < WITHIN, f"mode off by {mode:.2%}"
    assert all(abs(off) < WITHIN for off in quantiles.values()), quantiles


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("planted", [3.0, 25.0])
def test_nuts_says_what_the_curve_says(planted: float) -> None:
    rng = np.random.default_rng(21)
    assert_nuts_agrees(drawn_models(rng, Line(), math.log10(planted), count=60, organisations=18, score_sd=2.0))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("whose", ["all", "chinese"])
def test_nuts_says_what_the_curve_says_of_the_public_index(whose: str) -> None:
    assert_nuts_agrees(public_models(models=whose))


def public_models(**options) -> ScoredModels:
    assumptions = load_assumptions()
    table = read_table(public_table("epoch-eci-2026-06-16.csv"))
    return scored_models(table, assumptions.calendar, assumptions.table.number("efficiency_reference_flop"), **options)


@pytest.mark.parametrize(
    ("whose", "count", "measured"), [("all", 88, (4.8, 8.8, 18.4)), ("chinese", 32, (2.2, 4.2, 10.1))]
)
def test_progress_by_the_public_index(whose: str, count: int, measured: tuple[float, ...]) -> None:
    """As measured elsewhere by NUTS with other priors, within the tenth that those make."""
    result = measured_progress(
        read_table(public_table("epoch-eci-2026-06-16.csv")), load_assumptions(), Choice(models=whose)
    )
    assert len(result.read.counted.names) == count
    np.testing.assert_allclose(result.read.progress[[0, 2, 4]], measured, rtol=0.1)


def test_of_a_model_the_best_score_counts_on_its_first_day(tmp_path) -> None:
    assumptions = load_assumptions()
    table = read_table(write_csv(tmp_path / "older.csv", OLDER_HEADER, OLDER_ROWS))
    models = scored_models(table, assumptions.calendar, 1e25)
    place = models.names.index("Ash")
    assert models.score[place] == 120.0
    assert models.years[place] == assumptions.calendar.months(date(2024, 1, 11)) / 12.0
    assert models.log10_compute[place] == pytest.approx(math.log10(0.2))
    assert sorted(models.names) == ["Ash", "Birch", "Cedar", "Elm", "Fir", "Ginkgo"]
    assert dict(zip(models.organisations, models.counts, strict=True)) == {
        "East Lab": 2,
        "North Lab": 2,
        "South Lab": 1,
        "West Lab": 1,
    }


def test_which_models_count_is_a_choice(tmp_path) -> None:
    calendar = load_assumptions().calendar
    rows = [
        *OLDER_ROWS,
        *((f"x{n}", "125", "2025-06-01", f"Lab {n}", "China", "3e24", "Likely", f"X{n}") for n in range(4)),
    ]
    table = read_table(write_csv(tmp_path / "older.csv", OLDER_HEADER, rows))

    def names(**options) -> set[str]:
        return set(scored_models(table, calendar, 1e25, **options).names)

    added = {f"X{n}" for n in range(4)}
    assert names() == {"Ash", "Birch", "Cedar", "Elm", "Fir", "Ginkgo"} | added
    assert names(models="chinese") == {"Birch", "Elm", "Ginkgo"} | added
    assert names(since=date(2025, 1, 5)) == {"Fir", "Ginkgo"} | added
    assert names(confidence="likely") == {"Ash", "Birch", "Elm", "Fir", "Ginkgo"} | added
    with pytest.raises(InputError, match="3 models are left of 10 with a score and a training compute"):
        names(confidence="confident")
    for options in ({"models": "chinse"}, {"confidence": "sure"}):
        with pytest.raises(InputError, match=r"did you mean|known are"):
            names(**options)


def test_scores_own_errors_widen_the_interval() -> None:
    rng = np.random.default_rng(8)
    models = drawn_models(rng, Line(noise=1.0), 0.9)
    wider = ScoredModels(
        models.names,
        models.score,
        np.full(len(models.names), 12.0),
        models.log10_compute,
        models.years,
        models.organisations,
        models.counts,
    )
    spans = [
        np.ptp(np.log(efficiency_curve(each, own_beliefs(), DEGREES).curve.quantiles((0.05, 0.95))))
        for each in (models, wider)
    ]
    assert spans[1] > 1.5 * spans[0]


def test_a_table_without_compute_says_so(tmp_path) -> None:
    table = read_table(write_csv(tmp_path / "index.csv", INDEX_HEADER, INDEX_ROWS))
    with pytest.raises(InputError, match=r"has no column 'Training compute \(FLOP\)' here"):
        measured_progress(table, load_assumptions())


def test_points_that_missed_the_peak_are_refused() -> None:
    curve = EfficiencyCurve(FIRST, STEP, -0.5 * ((FIRST + STEP * np.arange(COUNT) - 1.0) / 0.3) ** 2)
    share = np.full(COUNT, 0.8)
    refuse_missed_peak(Integrated(curve, share), "all")
    share[-1] = 0.01  # where the curve has no weight
    refuse_missed_peak(Integrated(curve, share), "all")
    share[12] = 0.01
    with pytest.raises(UntrustworthyError, match="no single peak"):
        refuse_missed_peak(Integrated(curve, share), "all")
