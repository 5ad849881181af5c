"""Checks: right verdicts on what is right and on what is wrong."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import numpy as np
import pytest
from false_alarms import FALSE_ALARM, widest
from scipy import stats

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import Diagnostics
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.figures.predictive import draw_predictive
from catchup.analysis.presentation.table import Room
from catchup.analysis.presentation.tables.checks import layout
from catchup.analysis.studies.checks.draws import _monte_carlo_error, check_draws
from catchup.analysis.studies.checks.leave_one_out import leave_one_out
from catchup.analysis.studies.checks.predictions import Prediction, check_predictions, predict
from catchup.analysis.studies.checks.result import CheckResult, judge_above, judge_below, trustworthy
from catchup.analysis.studies.checks.study import Checks, check, checks_of
from catchup.evidence.selection import Selection
from catchup.model import load_assumptions
from catchup.model.assumptions import Assumptions
from item_cases import DAY, counting, impossible, item, reading, twin_question, write_item


@pytest.fixture(scope="module")
def default(assumptions: Assumptions) -> Checks:
    return check(Request(Question(assumptions, DAY, draws=100_000), engine="importance"))


def by_id(results: object) -> dict[str, CheckResult]:
    return {result.id: result for result in results}  # type: ignore[attr-defined]


def test_one_frozen_type_for_every_check(default: Checks) -> None:
    assert {type(result) for result in default.results} == {CheckResult}
    wanted = {"id", "title", "verdict", "figure", "threshold", "detail", "advice"}
    assert wanted <= {field.name for field in fields(CheckResult)}
    with pytest.raises(FrozenInstanceError):
        default.results[0].verdict = "pass"  # type: ignore[misc]
    assert len({result.id for result in default.results}) == len(default.results)


def test_the_default_ledger_is_checked_whole_and_can_be_trusted(default: Checks, reweighted: Posterior) -> None:
    found = by_id(default.results)
    selection = reweighted.selection
    assert {"khat", "ess", "mcse", "power-scaling"} <= set(found)
    for row in (*selection.counted, *selection.checks, *selection.priors):
        assert f"prior-predictive:{row.id}" in found
        assert (f"posterior-predictive:{row.id}" in found) == (row not in selection.priors)
        assert (f"leave-one-out:{row.id}" in found) == (row in selection.counted)
    assert default.trustworthy
    assert all(result.advice for result in default.results if result.verdict != "pass")


def test_a_run_that_set_the_budgets_of_one_model_is_a_check_of_the_other() -> None:
    request = Request(Question(load_assumptions(model="article"), DAY, draws=2_000), engine="importance")
    found = by_id(check(request).results)
    for name in ("glm-5-run", "longcat-2-run"):
        assert found[f"posterior-predictive:{name}"].title == f"posterior predictive p-value of {name} (check)"
        assert found[f"prior-predictive:{name}"].title.endswith("(check)")


@pytest.mark.parametrize(("figure", "verdict"), [(0.4, "pass"), (0.5, "pass"), (0.6, "warn"), (0.8, "fail")])
def test_verdicts_by_threshold(figure: float, verdict: str) -> None:
    assert judge_above(figure, 0.5, 0.7) == verdict
    assert judge_below(-figure, -0.5, -0.7) == verdict
    assert judge_above(math.nan, 0.5, 0.7) == judge_below(math.nan, 0.5, 0.7) == "fail"


def conditioned_with(diagnostics: Diagnostics, engine: str, base: Posterior) -> Posterior:
    return replace(base, diagnostics=diagnostics, engine=engine)


GOOD = {
    "importance": Diagnostics(5_000.0, khat=0.3),
    "nuts": Diagnostics(5_000.0, khat=0.9, rhat_max=1.001, divergences=0),
}


@pytest.mark.parametrize(
    ("engine", "change", "failing", "verdict"),
    [
        ("importance", {}, None, "pass"),
        ("importance", {"khat": 0.6}, "khat", "warn"),
        ("importance", {"khat": 0.71}, "khat", "fail"),
        ("importance", {"khat": math.inf}, "khat", "fail"),
        ("importance", {"ess": 999.0}, "ess", "warn"),
        ("importance", {"ess": 399.0}, "ess", "fail"),
        ("nuts", {}, None, "pass"),
        ("nuts", {"rhat_max": 1.011}, "rhat", "fail"),
        ("nuts", {"rhat_max": math.nan}, "rhat", "fail"),
        ("nuts", {"ess": 999.0}, "ess", "warn"),
        ("nuts", {"ess": 399.0}, "ess", "fail"),
        ("nuts", {"divergences": 1}, "divergences", "warn"),
        ("nuts", {"divergences": 101}, "divergences", "fail"),
    ],
)
def test_draws_are_judged_by_their_diagnostics(engine, change, failing, verdict, reweighted: Posterior) -> None:
    found = by_id(check_draws(conditioned_with(replace(GOOD[engine], **change), engine, reweighted)))
    assert {name: row.verdict for name, row in found.items() if row.verdict != "pass"} == (
        {failing: verdict} if failing else {}
    )
    assert trustworthy(list(found.values())) == (verdict != "fail")


@pytest.mark.parametrize(("draws", "verdict"), [(50_000, "pass"), (300, "warn"), (4, "fail")])
def test_monte_carlo_error_is_judged_beside_the_spread(draws: int, verdict: str) -> None:
    ready = Distribution(np.random.default_rng(draws).normal(size=draws), Weighting(draws))
    assert _monte_carlo_error(ready).verdict == verdict


@pytest.mark.parametrize(("draws", "verdict"), [(50_000, "pass"), (300, "warn"), (4, "not applicable")])
def test_it_is_judged_as_well_where_some_draws_never_come(draws: int, verdict: str) -> None:
    values = np.random.default_rng(draws).normal(size=draws)
    values[: max(draws // 50, 3)] = np.inf
    found = _monte_carlo_error(Distribution(values, Weighting(draws)))
    assert found.verdict == verdict
    assert found.figure is None or 0.0 < found.figure < 1.0


def predicted(values: np.ndarray, observed: float, weights: np.ndarray | None = None) -> Prediction:
    seen = reading("seen", 1.0, 0.1)
    return Prediction(seen, "posterior", observed, Distribution(values, Weighting(values.size, weights=weights)))


@pytest.mark.parametrize("observed", [-2.5, -0.3, 0.0, 1.2])
def test_p_values_are_two_sided_and_carry_their_error(observed: float) -> None:
    """A standard normal, drawn as it is, and drawn wider and reweighted."""
    rng = np.random.default_rng(3)
    exact = 2.0 * stats.norm.sf(abs(observed))
    wide = 2.0 * rng.normal(size=40_000)
    weights = np.exp(-0.5 * wide**2 + 0.125 * wide**2)
    for row in (predicted(rng.normal(size=20_000), observed), predicted(wide, observed, weights / weights.sum())):
        found = row.probability
        folded = widest(found.mcse) if observed else 2.0 * widest(found.mcse)  # at the middle the smaller side is taken
        assert abs(found.value - exact) < folded


@pytest.mark.parametrize("chance", [0.02, 0.5, 0.9])
@pytest.mark.parametrize("observed", [0.0, 1.0])
def test_p_value_of_one_of_two_outcomes_is_its_probability(chance: float, observed: float) -> None:
    outcomes = (np.arange(10_000) < 10_000 * chance).astype(float)
    row = predicted(outcomes, observed)
    assert row.discrete
    assert row.probability.value == pytest.approx(chance if observed else 1.0 - chance, abs=1e-12)


def test_a_p_value_that_no_draw_bears_out_is_below_what_draws_can_tell(default: Checks) -> None:
    (row,) = check_predictions([predicted(np.arange(1_000.0), -1.0)])
    assert (row.figure, row.resolution) == (0.0, 2.0 / 1_000)
    shown = layout(replace(default, results=(row,))).tables[-1]
    column = next(column for column in shown.columns if column.title == "Figure")
    assert column.read(row, Room.PAGE) == "below 0.002"
    (row,) = check_predictions([predicted(np.arange(1_000.0), 1.0)])
    assert column.read(row, Room.PAGE) == "0.003"
    for figure, said in ((-2.34, "-2.34"), (0.0, "0")):  # no share of draws
        assert column.read(CheckResult("any", "Any", "warn", figure, 1.0, "x"), Room.PAGE) == said


def test_prior_p_values_are_uniform_where_the_model_is_true() -> None:
    """Observations simulated from the prior, held against the prior."""
    question, readings = twin_question(4_000), []
    source = prior_for(question, [])
    truth = source.map(lambda values: {"x": values["post_training_months"]})["x"]
    rng = np.random.default_rng(8)
    for index in range(200):
        value = float(truth[index] * np.exp(0.6 * rng.normal()))
        readings.append(reading(f"reading-{index}", value, 0.6))
    found = [row.probability.value for row in predict(question, source, readings, "prior", 5)]
    assert stats.kstest(found, "uniform").pvalue > FALSE_ALARM
    too_sure = [reading(row.id, row.observed.value, 0.05) for row in readings]
    found = [row.probability.value for row in predict(question, source, too_sure, "prior", 5)]
    assert stats.kstest(found, "uniform").pvalue < FALSE_ALARM


def test_predictions_are_those_of_the_closed_form() -> None:
    """Prior and posterior predictive of a reading of the twin's quantity are normal."""
    question = twin_question(100_000)
    first, second = reading("first", 2.0, 0.3), reading("second", 1.2, 0.4)
    answer = condition(question, counting([first], [second]), "importance")
    prior = predict(question, prior_for(question, [first]), [second], "prior", 1)
    after = predict(question, answer.source, [second], "posterior", 1)
    precision = 1 / 0.4**2 + 1 / 0.3**2
    mean = (math.log(1.5) / 0.4**2 + math.log(2.0) / 0.3**2) / precision
    for row, centre, spread in ((prior[0], math.log(1.5), 0.4), (after[0], mean, precision**-0.5)):
        exact = 2.0 * stats.norm(centre, math.hypot(spread, 0.4)).cdf(math.log(1.2))
        assert abs(row.probability.value - exact) < widest(row.probability.mcse)


@pytest.mark.parametrize(
    ("role", "stage", "observed", "verdict"),
    [
        ("likelihood", "prior", 0.5, "pass"),
        ("likelihood", "prior", 2.5, "warn"),
        ("likelihood", "prior", 9.0, "fail"),
        ("check", "prior", 9.0, "warn"),
        ("check", "posterior", 2.5, "warn"),
        ("check", "posterior", 9.0, "fail"),
        ("prior", "prior", 9.0, "warn"),
    ],
)
def test_what_the_model_accounts_for_fails_and_the_rest_warns(role, stage, observed, verdict) -> None:
    seen = item("quantity_reading", "seen", role=role)
    values = np.random.default_rng(1).normal(size=20_000)
    row = Prediction(seen, stage, observed, Distribution(values, Weighting(20_000)))
    result = next(iter(check_predictions([row])))
    assert result.verdict == verdict
    assert bool(result.advice) == (verdict != "pass")


def test_a_held_out_item_far_off_fails_the_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Held out, known, and nothing like what is concluded: the answer should not be trusted."""
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    write_item(ledger, "capability_lag", "a-lag", observed__value=8.0)
    write_item(ledger, "capability_lag", "far-lag", observed__value=200.0, role="check")
    arguments = ["check", "--ledger", str(ledger), "--as-of", DAY.isoformat(), "--draws", "20000", "--json"]
    assert run([*arguments, "--engine", "importance", "--figures", str(tmp_path / "figures")]) == 1
    printed = json.loads(capsys.readouterr().out)
    failed = [row for row in printed["checks"] if row["verdict"] == "fail"]
    assert [row["id"] for row in failed] == ["posterior-predictive:far-lag"]
    assert not printed["trustworthy"]
    assert (tmp_path / "figures" / "predictive-checks.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_impossible_evidence_fails_and_is_looked_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = write_item(tmp_path, "compute_reading", "odd-reading", **impossible())
    assert run(["check", "--as-of", DAY.isoformat(), "--draws", "20000", "--add", str(odd)]) == 1
    printed = capsys.readouterr().out
    assert "fail overlap of prior and evidence" in printed
    assert "odd-reading: hardly possible under the prior" in printed
    assert "the answer should not be trusted" in printed


def test_the_command_prints_a_verdict_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", "--as-of", DAY.isoformat(), "--draws", "50000", "--engine", "importance"]
    assert run([*arguments, "--evidence", "eci-lag"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in ("khat", "ess", "mcse", "posterior-predictive: eci-lag", "leave-one-out: eci-lag", "power-scaling"):
        assert sum(line.split("  ")[0].strip() == name for line in lines) == 1
    assert lines[-1].endswith("the answer can be trusted")


def test_bad_destinations_are_refused_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["check", "--figures", str(tmp_path / "file")]) == 2
    assert "is a file; a folder was expected" in capsys.readouterr().err


def test_a_prior_can_be_checked_too(assumptions: Assumptions) -> None:
    found = check(Request(Question(assumptions, DAY, draws=5_000), evidence="none"))
    assert found.trustworthy
    assert not any(result.id.startswith(("leave-one-out", "power")) for result in found.results)
    assert any(result.id == "posterior-predictive:rl-ratio-ten" for result in found.results)


def test_without_evidence_the_draws_are_the_priors_and_no_weight_is_judged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As `forecast` says of the same draws."""
    asked = ["check", "--evidence", "none", "--draws", "5000", "--as-of", DAY.isoformat()]
    assert run([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["engine"] == "forward"
    khat = next(row for row in found["checks"] if row["id"] == "khat")
    assert (khat["verdict"], khat["figure"]) == ("not applicable", None)
    assert run(asked) == 0
    printed = capsys.readouterr().out
    assert ", forward, 5,000 draws" in printed
    assert "not applicable Pareto k-hat of the importance weights: all draws weigh the same" in printed
    assert "1 not applicable: the answer can be trusted" in " ".join(printed.split())


@pytest.mark.slow
def test_chains_pass_their_checks(sampled: Posterior) -> None:
    found = checks_of(sampled)
    assert found.engine == "nuts"
    assert found.trustworthy
    assert {"rhat", "ess", "divergences", "mcse", "power-scaling"} <= set(by_id(found.results))
    assert by_id(found.results)["rhat"].verdict == "pass"
    assert by_id(found.results)["divergences"].figure == 0.0


def test_every_item_has_its_panel(default: Checks) -> None:
    figure = draw_predictive(default)
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.axison]
    items = {row.item.id for row in default.predictions}
    assert len(titles) == len(items)
    assert all(any(name.replace("-", " ").split()[0] in title for title in titles) for name in items)


def test_checks_know_nothing_of_items_known_only_later(assumptions: Assumptions) -> None:
    early = Question(assumptions, assumptions.table.day("article_day"), draws=20_000)
    found = check(Request(early, engine="importance"))
    assert not any("glm-5-3" in result.id for result in found.results)


def test_ready_is_the_forecasts(default: Checks, reweighted: Posterior) -> None:
    """Checks look at the posterior that the forecast reports."""
    ready = forecast(reweighted).ready
    share = max(ready.quantile(p).mcse for p in (0.05, 0.5, 0.95)) / ready.sd
    assert by_id(default.results)["mcse"].figure == pytest.approx(share, rel=1e-9)


def test_nothing_counted_is_a_selection_too(assumptions: Assumptions) -> None:
    answer = condition(Question(assumptions, DAY, draws=2_000), Selection((), (), (), ()), "importance")
    assert list(leave_one_out(answer)) == []
