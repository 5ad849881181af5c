"""What correlated priors do to answers: evidence on one quantity speaks of another, as closed forms say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from false_alarms import widest
from scipy import stats

from catchup.analysis.archive.inputs import read_inputs, write_inputs
from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.likelihoods import latent_beliefs
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.snapshot import Snapshot
from catchup.analysis.inference.tree.files import save_tree
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.presentation import explorer
from catchup.analysis.presentation.explorer import explorer_data
from catchup.analysis.presentation.pages.priors import prior_tables
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.attribution import attribute
from catchup.analysis.studies.calibration.plan import make_plan
from catchup.analysis.studies.calibration.truths import simulate_truths
from catchup.analysis.studies.sensitivity.one_at_a_time import MFU_RATIO, one_at_a_time
from catchup.analysis.studies.sensitivity.power_scaling import power_scaling_of
from catchup.analysis.studies.sensitivity.study import sensitivity
from catchup.analysis.studies.sensitivity.variance import GIVEN_DATA, SALTELLI, first_order_from_draws
from catchup.model.assumptions import Assumptions, assemble
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.priors.copula import Copula, group_by_dependence, pearson_of
from catchup.priors.families import Normal
from catchup.priors.layers import Layer
from item_cases import DAY, MEDIAN, SIGMA, constant_part, counting, item, reading, twin_question

MFUS = ("mfu_anthropic", "mfu_china")
TWIN = ("post_training_months", "rl_ratio")
RL_MEDIAN, RL_SIGMA = 1.25, 0.75  # of the RL ratio's own prior
SEEN, SD, RANK = 3.0, 0.3, 0.7


def with_correlations(assumptions: Assumptions, ranks: dict[tuple[str, str], float]) -> Assumptions:
    rows = [{"between": list(pair), "rank": rank, "description": "as a test"} for pair, rank in ranks.items()]
    return assemble([*assumptions.layers, Layer.of({"correlation": rows}, file="mine.toml")])


@pytest.fixture(scope="module")
def correlated(question: Question) -> Question:
    return replace(question, assumptions=with_correlations(question.assumptions, {MFUS: 0.7}))


def correlated_twin(draws: int, seed: int = 1) -> Question:
    question = twin_question(draws, seed)
    return replace(question, assumptions=with_correlations(question.assumptions, {TWIN: RANK}))


def conditioned_twin(draws: int, engine: str = "importance") -> Posterior:
    """The date is a constant plus post-training's months; all that was seen is a reading of the RL ratio."""
    return condition(correlated_twin(draws), counting([reading("about-rl", SEEN, SD, "rl_ratio")]), engine)


def log_post_training() -> tuple[float, float]:
    """Mean and standard deviation of the log of post-training's months, given the reading: all are normal."""
    gain = pearson_of(RANK) * SIGMA * RL_SIGMA / (RL_SIGMA**2 + SD**2)
    mean = math.log(MEDIAN) + gain * (math.log(SEEN) - math.log(RL_MEDIAN))
    return mean, math.sqrt(SIGMA**2 - gain * pearson_of(RANK) * SIGMA * RL_SIGMA)


def check_twin(found: Posterior, constant: float) -> None:
    mean, sd = log_post_training()
    assert mean > math.log(MEDIAN) + 0.1, "the reading would otherwise say nothing of the date"
    values = found.source.map(lambda v: {"ready": ready_under(found.question, v), "post": v["post_training_months"]})
    post = Distribution(np.log(values["post"]), found.source.weighting)
    assert abs(post.mean.value - mean) < widest(post.mean.mcse)
    ready = Distribution(values["ready"], found.source.weighting)
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        expected = constant + math.exp(mean + sd * float(stats.norm.ppf(p)))
        assert abs(ready.quantile(p).value - expected) < widest(ready.quantile(p).mcse), p


def test_a_reading_of_one_quantity_moves_the_date_through_another() -> None:
    found = conditioned_twin(100_000)
    check_twin(found, constant_part(found.question))
    log_evidence = stats.norm(math.log(RL_MEDIAN), math.hypot(RL_SIGMA, SD)).logpdf(math.log(SEEN))
    assert abs(found.log_evidence.value - log_evidence) < widest(found.log_evidence.mcse)


@pytest.mark.slow
def test_both_engines_give_the_closed_form() -> None:
    by_nuts = conditioned_twin(40_000, "nuts")
    assert by_nuts.diagnostics.divergences == 0
    assert by_nuts.diagnostics.rhat_max is not None
    assert by_nuts.diagnostics.rhat_max < 1.01
    check_twin(by_nuts, constant_part(by_nuts.question))
    check_twin(conditioned_twin(400_000), constant_part(by_nuts.question))


@pytest.mark.slow
def test_the_engines_agree_where_families_differ(correlated: Question) -> None:
    """Triangular, log-triangular and normal quantities that depend on each other, on a ledger of two items."""
    ranks = {
        MFUS: 0.7,
        ("h200_purchases", "algorithmic_progress"): -0.5,
        ("benchmark_optimism_general", "rl_ratio"): 0.4,
    }
    asked = replace(correlated, assumptions=with_correlations(correlated.assumptions, ranks), draws=400_000, as_of=DAY)
    seen = counting([item("capability_lag", "lag"), reading("mfu-read", 0.27, 0.1, "mfu_china")])
    left, right = condition(asked, seen, "importance"), condition(replace(asked, draws=80_000), seen, "nuts")
    assert right.diagnostics.divergences == 0
    columns = [
        each.source.map(lambda v: {"ready": ready_under(asked, v), **{n: v[n] for n in (*MFUS, "rl_ratio")}})
        for each in (left, right)
    ]
    for name in columns[0]:
        pairs = zip(columns, (left, right), strict=True)
        first, second = (Distribution(column[name], each.source.weighting) for column, each in pairs)
        for p in (0.05, 0.25, 0.5, 0.75, 0.95):
            one, other = first.quantile(p), second.quantile(p)
            assert abs(one.value - other.value) < widest(math.hypot(one.mcse, other.mcse)), (name, p)


def test_first_order_indices_of_dependent_normal_quantities() -> None:
    """For y = a x, x normal with covariance C: S_i = (C a)_i^2 / (C_ii a C a)."""
    ranks = {("x", "y"): 0.6, ("y", "z"): -0.4}
    copula = Copula(tuple(group_by_dependence("wxyz", ranks)))
    sds = {"w": 1.0, "x": 0.5, "y": 2.0, "z": 1.0}
    transform = QuantileTransform({name: Normal(mean=1.0, sd=sd) for name, sd in sds.items()}, list(sds), copula)
    values = transform(next(UniformStreams(np.random.default_rng(1)).chunks(transform.names, 0, 100_000, 100_000)))
    slopes = {"w": 1.0, "x": 1.0, "y": 0.5, "z": 0.0}
    outcome = sum(slopes[name] * values[name] for name in slopes)
    pearson = np.eye(4)
    pearson[1, 2] = pearson[2, 1] = pearson_of(0.6)
    pearson[2, 3] = pearson[3, 2] = pearson_of(-0.4)
    order = np.array(list(sds.values()))
    covariance, a = pearson * np.outer(order, order), np.array(list(slopes.values()))
    expected = (covariance @ a) ** 2 / (np.diag(covariance) * (a @ covariance @ a))
    found = first_order_from_draws(values, np.asarray(outcome), Weighting(100_000))
    assert expected.sum() > 1.2, "dependent shares overlap"
    assert expected[3] > 0.02, "what has no effect of its own still speaks of what has"
    for index, share in zip(found, expected, strict=True):
        assert index.total is None
        assert abs(index.first.value - share) < widest(index.first.mcse) + 1e-3, index.quantity
        assert index.first.mcse < 0.01


def test_sensitivity_switches_to_given_data_and_says_so(question: Question, correlated: Question) -> None:
    alone, together = (sensitivity(prior_of(each)) for each in (question, correlated))
    assert (alone.sobol_method, together.sobol_method) == (SALTELLI, GIVEN_DATA)
    assert not alone.notes
    (note,) = together.notes
    assert "the prior correlates mfu_anthropic, mfu_china: one at a time, each moves alone" in note
    assert "first-order indices" in note
    assert all(index.total is None for index in together.sobol)
    before = {index.quantity: index.first for index in alone.sobol}
    after = {index.quantity: index.first for index in together.sobol}
    # as their ratio varies less, each says less, and what is left says more
    for name in MFUS:
        assert after[name].value < before[name].value - widest(math.hypot(after[name].mcse, before[name].mcse)), name
    rows = {row["quantity"]: row for row in as_json(together)["one_at_a_time"]}
    assert rows["mfu_china"]["correlated_with"] == ["mfu_anthropic"]
    assert rows["china_stock"]["correlated_with"] == []


def test_one_at_a_time_holds_partners_at_their_medians(question: Question, correlated: Question) -> None:
    alone, together = (
        {swing.quantity: swing for swing in one_at_a_time(prior_of(each)).swings} for each in (question, correlated)
    )
    for name in alone.keys() - {MFU_RATIO}:
        assert alone[name].span == together[name].span, name
    assert abs(together[MFU_RATIO].span.value) < 0.8 * abs(alone[MFU_RATIO].span.value)


def test_a_correlation_with_what_the_date_ignores_leaves_independent_indices(question: Question) -> None:
    asked = replace(
        question, assumptions=with_correlations(question.assumptions, {("rental_price", "mythos_chips"): 0.5})
    )
    found = sensitivity(prior_of(asked))
    assert found.sobol_method == SALTELLI
    assert not found.notes


@pytest.fixture(scope="module")
def twin() -> Posterior:
    return conditioned_twin(20_000)


@pytest.fixture(scope="module")
def tree(twin: Posterior) -> xr.DataTree:
    return result_tree(twin, 2_000)


def test_log_prior_sums_to_the_joint_density(tree: xr.DataTree, tmp_path: Path) -> None:
    log_prior = tree["log_prior"].to_dataset()["quantities"]
    label = "correlation(post_training_months, rl_ratio)"
    assert label in log_prior.coords["quantity"].values
    posterior = tree["posterior"].to_dataset()
    logs = np.stack([np.log10(posterior[name].values) for name in TWIN], axis=-1)
    sds = np.array([SIGMA, RL_SIGMA]) / math.log(10.0)
    r = pearson_of(RANK)
    oracle = stats.multivariate_normal(
        np.log10([MEDIAN, RL_MEDIAN]), np.outer(sds, sds) * np.array([[1.0, r], [r, 1.0]])
    )
    found = log_prior.sel(quantity=[*TWIN, label]).sum("quantity").values
    np.testing.assert_allclose(found, oracle.logpdf(logs), rtol=1e-9, atol=1e-9)
    save_tree(tree, tmp_path / "tree.nc")


def test_power_scaling_scales_the_correlations_as_well(twin: Posterior) -> None:
    rows = {row.component: row for row in power_scaling_of(twin)}
    row = rows["correlation(post_training_months, rl_ratio)"]
    assert row.prior is not None
    assert row.prior.value > 0.0
    assert row.likelihood is None


def test_latents_that_a_posterior_lacks_are_drawn_together(question: Question) -> None:
    pair = ("benchmark_optimism_general", "benchmark_optimism_cyber")
    assumptions = with_correlations(question.assumptions, {pair: 0.6})
    asked = replace(question, assumptions=assumptions)
    items = [item("capability_lag", "general"), item("capability_lag", "cyber", observed__scope="cyber")]
    latents = latent_beliefs(asked, items)
    assert set(pair) <= latents.keys()
    stored = StoredDraws({"ready": np.zeros(20_000)}, Weighting(20_000), 1, assumptions.copula)
    for values in (stored.extended(latents).values, PriorDraws(asked).extended(latents).first(20_000)):
        found = stats.spearmanr(values[pair[0]], values[pair[1]]).statistic
        error = math.sqrt((1.0 + 0.6**2 / 2.0) / 19_997)
        assert abs(math.atanh(found) - math.atanh(0.6)) < widest(error)


def test_a_changed_correlation_is_a_changed_prior(correlated: Question, tmp_path: Path) -> None:
    weaker = replace(correlated, assumptions=with_correlations(correlated.assumptions, {MFUS: -0.7}))
    before, after = (inputs_of(each.assumptions, ()) for each in (correlated, weaker))
    assert before.priors_hash() != after.priors_hash()
    write_inputs(after, tmp_path)
    again = read_inputs(tmp_path, [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.toml")])
    assert again.priors_hash() == after.priors_hash()
    assert again.assumptions().copula.groups[0].pearson[0, 1] == pytest.approx(pearson_of(-0.7))
    steps = attribute(
        Snapshot(correlated, {}, before, "1"), Snapshot(weaker, {}, inputs_of(weaker.assumptions, ()), "1")
    ).steps
    (step,) = steps
    assert step.id == "priors"
    shift = step.shifts[0.95]
    assert shift.value > widest(shift.mcse), "MFUs that move against each other widen the date"


def test_calibration_draws_its_truths_from_the_correlated_prior(correlated: Question) -> None:
    plan = make_plan(correlated, [item("capability_lag", "lag")])
    tracked = simulate_truths(plan, 0, 4_000).tracked
    columns = [tracked[:, plan.tracked.index(name)] for name in MFUS]
    found = stats.spearmanr(*columns).statistic
    error = math.sqrt((1.0 + 0.7**2 / 2.0) / 3_997)
    assert abs(math.atanh(found) - math.atanh(0.7)) < widest(error)
    plain = make_plan(
        replace(correlated, assumptions=with_correlations(correlated.assumptions, {MFUS: 0.0})), plan.items
    )
    assert plan.settings()["priors"] != plain.settings()["priors"]


def test_the_explorer_carries_correlated_draws(
    question: Question, correlated: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catchup.analysis.studies.explored.POOL", 400)
    one, other = (explorer_data(each, [], 200)["dates"] for each in (question, correlated))
    assert one.keys() == other.keys()
    key = f"{question.event}/none"
    assert one[key] != other[key]
    expected = ready_under(correlated, PriorDraws(replace(correlated, draws=400)).first(200))
    assert other[key] == explorer._packed(np.rint(expected * explorer.RESOLUTION), "<u2")


def test_the_documents_show_correlations(correlated: Question, assumptions: Assumptions) -> None:
    assert "## Rank correlations" not in prior_tables(assumptions)
    assert "| `mfu_anthropic` | `mfu_china` | +0.7 | as a test |" in prior_tables(correlated.assumptions)


OVERLAY = """
[[correlation]]
between = ["mfu_anthropic", "mfu_china"]
rank = 0.7
description = "One art"
sources = ["project"]

[[correlation]]
between = ["mythos_chips", "mfu_china"]
rank = RANK
"""


def overlay_file(folder: Path, rank: float) -> str:
    path = folder / "mine.toml"
    path.write_text(OVERLAY.replace("RANK", str(rank)))
    return str(path)


def test_commands_show_correlations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # whose name may be long, and take the room of a column's head
    file = Path(overlay_file(tmp_path, 0.2)).name

    def said(*arguments: str) -> str:
        assert run(["priors", *arguments, "--model", "article"]) == 0  # which has no correlation of its own
        return " ".join(capsys.readouterr().out.split())

    assert "2 correlated pairs" in said("check", file)
    assert "mfu_anthropic with mfu_china: rank correlation +0.7 (One art)" in said("check", file)
    assert "Correlated with mfu_anthropic: rank correlation +0.7 (One art)" in said(
        "show", "mfu_china", "--priors", file
    )
    assert "Correlated with mythos_chips: rank correlation +0.2" in said("show", "mfu_china", "--priors", file)
    assert "Correlated" not in said("show", "china_stock", "--priors", file)
    assert "Rank correlation" in said("list", "--priors", file)
    assert "Rank correlation" not in said("list")
    for command in (["list"], ["show", "mfu_china"], ["check"]):
        first, second = json.loads(said(*command, "--priors", file, "--json"))["correlations"]
        expected = {"between": list(MFUS), "rank": 0.7, "description": "One art", "sources": ["project"], "file": file}
        assert first == expected
        assert second["rank"] == 0.2


@pytest.mark.parametrize("command", [["forecast", "--json"], ["sensitivity"], ["levers"], ["calibrate"], ["explore"]])
def test_impossible_correlations_are_one_line_and_exit_2(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = overlay_file(tmp_path, 0.9)
    more = tmp_path / "more.toml"
    more.write_text('[[correlation]]\nbetween = ["mythos_chips", "mfu_anthropic"]\nrank = -0.9\n')
    assert run([*command, "--priors", file, "--priors", str(more)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "mythos_chips and mfu_anthropic (-0.9)" in printed.err
    assert "not positive definite" in printed.err
