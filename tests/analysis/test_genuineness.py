"""Items that their files believe and the answer does not: said, with what would let them count."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.forecast import Forecast, answer, forecast
from catchup.analysis.inference.genuineness import DISBELIEVED, Genuineness, genuineness_on_prior
from catchup.analysis.inference.likelihoods import latent_beliefs, predictions_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.inference.widening import BELIEVED, HELPS, SHOWN, widenings
from catchup.analysis.presentation.report.report import _headline as headline
from catchup.analysis.presentation.tables.builders import as_json
from catchup.evidence import KINDS
from catchup.evidence.latents import with_latents
from catchup.evidence.likelihood import explanation
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.template import template
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.layers import Layer
from item_cases import DAY, counting, item, reading, write_item

SLIDE = {
    "observed": {"value": 6.1e27, "interval": [5.3e27, 7.1e27], "level": 0.95, "scope": "pretraining"},
    "likelihood": {"accounting_sd": 0.15, "reliability": 0.95, "background_mean": 26.8, "background_sd": 0.8},
}
BEYOND = {"observed": {"value": 5e28, "interval": [4.5e28, 5.5e28], "level": 0.95, "scope": "pretraining"}}


def known_on(day: date, event: str = "compute-equivalent") -> dict[str, object]:
    source = {"title": "t", "publisher": "p", "date": day, "quoted_in": "q"}
    return {"known_since": day, "sources": [source], "observed": {"event": event, "date": day}}


EARLY = {
    **known_on(date(2026, 8, 15)),
    "likelihood": {"delay_months": 2.0, "true_positive": 0.6, "false_positive": 0.02},
}
MYTHOS = ("mythos_chips", "mythos_training_months", "mfu_anthropic")


def slide(reliability: float, **changes: object) -> Item:
    likelihood = {**SLIDE["likelihood"], "reliability": reliability}
    return item("compute_reading", "slide", **{**SLIDE, "likelihood": likelihood, **changes})


def asked(items: list[Item], assumptions: Assumptions, draws: int = 20_000) -> Forecast:
    question = Question(assumptions, DAY, draws=draws)
    return forecast(condition(question, counting(items), "importance", refuse=False))


def only(forecast: Forecast) -> Genuineness:
    (row,) = forecast.genuine
    return row


def test_a_believed_reading_that_the_prior_excludes_is_said_so(assumptions: Assumptions) -> None:
    found = asked([slide(0.95)], assumptions)
    row = only(found)
    assert row.overruled
    assert row.excluded_by == "prior"
    assert {each.quantity for each in row.widenings} == set(MYTHOS)
    (line,) = found.warnings()
    assert "slide" in line
    assert "read as not genuine (posterior below 0.1%): the prior excludes it" in line
    assert all(name in line for name in (*MYTHOS, "--set", "--priors"))
    assert "\n" not in line


def test_what_is_needed_is_the_observation_over_what_the_others_make(assumptions: Assumptions) -> None:
    case = slide(0.95)
    found = {each.quantity: each for each in widenings(Question(assumptions, DAY), case)}
    medians = {name: float(assumptions.beliefs[name].quantile(0.5)) for name in MYTHOS}
    seconds = assumptions.table.number("days_per_month") * 86_400
    for name in MYTHOS:
        others = math.prod(value for other, value in medians.items() if other != name)
        exact = 6.1e27 / (others * assumptions.table.number("trainium2_peak") * seconds)
        needed = found[name].needed
        if exact < (1.0 if name == "mfu_anthropic" else math.inf):
            assert needed == pytest.approx(exact, rel=1e-4)  # log-linear, between two values a percent apart
        else:
            assert needed is None  # no run uses more than all of its peak
    assert found["mythos_chips"].needed is not None
    assert found["mfu_anthropic"].needed is None


@pytest.mark.parametrize("name", ["mythos_chips", "mythos_training_months"])
def test_what_is_advised_lets_it_count(name: str, assumptions: Assumptions) -> None:
    case = slide(0.95)
    needed = as_json(asked([case], assumptions))["genuine"]["slide"]["widen"]
    value = next(each["needed"] for each in needed if each["quantity"] == name)
    known = only(asked([case], load_assumptions((), {name: value})))
    assert not known.overruled
    assert known.posterior.value > known.stated
    wider = Layer.of({"quantity": {name: {"high": value}}}, file="wider.toml")
    widened = only(asked([case], load_assumptions([wider]), draws=100_000))
    assert not widened.overruled
    assert widened.posterior.value > DISBELIEVED


def test_a_believed_claim_that_compute_excludes_is_said_so_too() -> None:
    """Another kind, another doubt: what would have to be different is found from how its prediction answers."""
    assumptions, case = load_assumptions(model="article"), item("claim", "claimed", **EARLY)
    found = asked([case], assumptions)
    row = only(found)
    assert row.stated == pytest.approx(0.6 / 0.62)
    assert row.overruled
    assert row.excluded_by == "prior"
    # its file holds no such number: what it comes to is said
    assert row.warning.startswith("claimed, whose true_positive / (true_positive + false_positive) is 97%, is read as")
    enough = [each for each in row.widenings if each.needed is not None]
    assert "hyperscaler_budget" in {each.quantity for each in enough}
    for each in as_json(found)["genuine"]["claimed"]["widen"]:
        if each["needed"] is None:
            continue
        known = load_assumptions((), {each["quantity"]: each["needed"]}, model="article")
        assert not only(asked([case], known)).overruled


def test_where_no_quantity_does_it_alone_those_that_do_most_are_named(assumptions: Assumptions) -> None:
    """Pre-training and post-training take their time, however much compute there is."""
    case = item("claim", "claimed", **{**EARLY, **known_on(date(2026, 6, 29))})
    row = only(asked([case], assumptions))
    assert row.excluded_by == "prior"
    assert 1 <= len(row.widenings) <= SHOWN
    assert all(each.needed is None and HELPS <= each.covers < 1.0 for each in row.widenings)
    assert "widen the priors of several quantities" in row.warning


@pytest.mark.parametrize(
    "case",
    [
        slide(0.95),
        item("compute_reading", "total", **{**SLIDE, "observed": {**SLIDE["observed"], "scope": "total"}}),
        item("claim", "claimed", **EARLY),
        item("claim", "range", **{**EARLY, **known_on(date(2026, 9, 29), "autonomous-range")}),
        item("capability_lag", "behind", observed={"value": 200.0, "scope": "general"}),
        item("rental_spend", "bill", observed={"value": 1e10, "firm": "Z.ai"}),
        reading("post-training", 40.0, 0.1),
    ],
    ids=lambda case: case.id,
)
def test_a_quantity_at_what_it_needs_explains_the_observation(case: Item, assumptions: Assumptions) -> None:
    question = Question(with_latents(assumptions, [case]), DAY)
    beliefs = {name: question.assumptions.beliefs[name] for name in assumptions.needed(distillation=True)}
    beliefs |= latent_beliefs(question, [case])
    medians = {name: question.assumptions.quantiles(name, [0.5]) for name in beliefs}
    target = explanation(case, assumptions.clock(DAY))
    start = predictions_of(question, medians, [case])[2][case.id][0]
    found = widenings(question, case)
    assert any(each.needed is not None for each in found)
    for each in found:
        limits = question.assumptions.table.quantities[each.quantity].limits
        bounds, central = beliefs[each.quantity].support(), question.assumptions.quantiles(each.quantity, BELIEVED)
        assert (each.low, each.high) == pytest.approx(bounds if np.isfinite(bounds).all() else central)
        if each.needed is None:
            continue
        values = {**medians, each.quantity: np.array([each.needed])}
        reached = predictions_of(question, values, [case])[2][case.id][0]
        assert abs(reached - target) < 0.02 * abs(start - target)  # a straight line between values a percent apart
        assert limits.above is None or each.needed > limits.above
        assert limits.maximum is None or each.needed <= limits.maximum


def test_what_the_other_items_exclude_is_told_apart(assumptions: Assumptions) -> None:
    small = [reading("few-chips", 280_000.0, 0.02, "mythos_chips"), reading("low-mfu", 0.16, 0.02, "mfu_anthropic")]
    case = slide(0.9, observed={"value": 1.0e27, "interval": [0.9e27, 1.1e27], "level": 0.95, "scope": "pretraining"})
    assert not only(asked([case], assumptions)).overruled
    row = {each.item.id: each for each in asked([*small, case], assumptions).genuine}["slide"]
    assert row.overruled
    assert row.excluded_by == "other items"
    assert row.widenings == ()
    assert "the other items exclude it" in row.warning


@pytest.mark.parametrize(
    ("case", "overruled"),
    [
        (slide(0.5), True),  # as likely as not, by its file
        (slide(0.25, observed={**SLIDE["observed"], "value": 6.9e26, "interval": [6e26, 7.9e26]}), False),
        (slide(0.25, **BEYOND), True),  # nothing in the prior lets it be
        (slide(0.04, **BEYOND), False),  # its file does not believe it either
        (item("claim", "cheap", **{**EARLY, "likelihood": {**EARLY["likelihood"], "false_positive": 0.4}}), True),
    ],
    ids=["even", "within reach", "beyond", "not believed", "cheap claim"],
)
def test_it_is_said_where_it_is_material(case: Item, overruled: bool, assumptions: Assumptions) -> None:
    found = asked([case], assumptions)
    assert only(found).overruled is overruled
    assert len(found.warnings()) == overruled
    assert as_json(found)["genuine"][case.id]["excluded_by"] == ("prior" if overruled else None)


def test_nothing_is_said_of_the_default_ledger(assumptions: Assumptions) -> None:
    found = answer(Request(Question(assumptions, DAY, draws=50_000), engine="importance"))
    assert list(as_json(found)["genuine"]) == ["microsoft-slide"]
    assert as_json(found)["genuine"]["microsoft-slide"]["stated"] == 0.25
    assert found.warnings() == []


@pytest.mark.parametrize(("mean", "silent"), [(0.0, True), (26.8, False)])
def test_a_doubt_that_has_no_say_is_said(mean: float, silent: bool, assumptions: Assumptions) -> None:
    """A background that could not have said what was seen leaves a rumour of 10% certain."""
    likelihood = {"accounting_sd": 0.15, "reliability": 0.1, "background_mean": mean, "background_sd": 1.0}
    case = item("compute_reading", "rumour", likelihood=likelihood)
    answered = asked([case], assumptions, draws=5_000)
    said = f"rumour, stated with 10%, is read as genuine with 100%: its background, {mean:g} \u00b1 1, could hardly"
    assert any(line.startswith(said) for line in answered.warnings()) == silent
    (row,) = genuineness_on_prior(Question(assumptions, DAY), [case], [case])
    assert bool(row.warning) == silent


@pytest.mark.parametrize("kind", [name for name in KINDS if "# background_mean" in template(name)])
def test_a_templates_doubt_could_have_said_what_it_says(kind: str, assumptions: Assumptions) -> None:
    lines = [
        line.removeprefix("# ") if "background_" in line or "reliability" in line else line
        for line in template(kind).splitlines()
    ]
    case = item_from_table(tomllib.loads("\n".join(lines)), file=f"{kind}.toml")
    figures = case.figures(assumptions.clock(DAY))
    assert abs(case.observation(assumptions.clock(DAY)) - figures["background_mean"]) < figures["background_sd"]


@pytest.mark.parametrize("reliability", [0.3, 0.95])
def test_a_few_prior_draws_say_what_the_answer_says(reliability: float, assumptions: Assumptions) -> None:
    case = slide(reliability, observed={"value": 7e26, "interval": [6e26, 8e26], "level": 0.95, "scope": "pretraining"})
    (quick,) = genuineness_on_prior(Question(assumptions, DAY), [case], [case])
    full = only(asked([case], assumptions, draws=100_000))
    difference = quick.posterior.value - full.posterior.value
    assert abs(difference) < widest(math.hypot(quick.posterior.mcse, full.posterior.mcse))


def test_the_posterior_probability_is_bayes_rule_over_the_prior(assumptions: Assumptions) -> None:
    """P(genuine | y) = r E[p(y | q)] / (r E[p(y | q)] + (1 - r) p_b(y)), worked out from draws of q alone."""
    from scipy import stats

    case, rng = slide(0.95), np.random.default_rng(8)
    quantities = [assumptions.beliefs[name].quantile(rng.random(400_000)) for name in MYTHOS]
    seconds = assumptions.table.number("days_per_month") * 86_400
    flop = np.log10(np.prod(quantities, axis=0) * assumptions.table.number("trainium2_peak") * seconds)
    spread = math.hypot(math.log10(7.1 / 5.3) / (2 * stats.norm.ppf(0.975)), 0.15)
    densities = 0.95 * stats.norm(flop, spread).pdf(math.log10(6.1e27))
    background = 0.05 * stats.norm(26.8, 0.8).pdf(math.log10(6.1e27))
    exact = densities.mean() / (densities.mean() + background)
    error = densities.std() / math.sqrt(densities.size) / background
    found = only(asked([case], assumptions, draws=400_000)).posterior
    assert abs(found.value - exact) < widest(math.hypot(error, found.mcse))


@pytest.mark.slow
def test_the_draws_of_a_sampler_are_judged_as_well(sampled) -> None:
    (row,) = forecast(sampled).genuine
    assert row.item.id == "microsoft-slide"
    assert not row.overruled
    assert 0.0 < row.posterior.value < 0.25


def test_the_forecast_says_it_and_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_item(tmp_path, "compute_reading", "believed", **SLIDE)
    arguments = ["forecast", "--as-of", DAY.isoformat(), "--evidence", "eci-lag", "--engine", "importance"]
    arguments += ["--draws", "20000", "--add", str(path)]
    assert run([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert printed["genuine"]["believed"]["posterior"] < DISBELIEVED
    assert printed["genuine"]["believed"]["excluded_by"] == "prior"
    assert {each["quantity"] for each in printed["genuine"]["believed"]["widen"]} == set(MYTHOS)
    assert any("the prior excludes it" in line for line in printed["warnings"])
    assert "the prior excludes it" in captured.err
    assert run(arguments) == 0
    captured = capsys.readouterr()
    assert "believed is read as not genuine (posterior below 0.1%)" in " ".join(captured.out.split())
    assert "the prior excludes it" in captured.err


def test_the_report_heads_with_it(tmp_path: Path, assumptions: Assumptions) -> None:
    path = write_item(tmp_path, "compute_reading", "believed", **SLIDE)
    request = Request(Question(assumptions, DAY, draws=20_000), "eci-lag", "importance", added=(path,))
    assert any("the prior excludes it" in note for note in headline(answer(request))["notes"])


def test_a_check_of_the_file_says_it_without_pymc(tmp_path: Path) -> None:
    path = write_item(tmp_path, "compute_reading", "believed", **SLIDE)
    program = (
        "import sys\n"
        "from catchup.analysis.commands.main import run\n"
        "status = run(sys.argv[1:])\n"
        "heavy = {'pymc', 'pytensor', 'arviz', 'arviz_stats', 'numba', 'matplotlib'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))\n"
        "sys.exit(status)\n"
    )
    command = [sys.executable, "-c", program, "evidence", "check", str(path), "--as-of", DAY.isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "read as not genuine (posterior below 0.1%): the prior excludes it" in done.stdout
    assert "mythos_chips" in done.stdout
    assert "heavy: []" in done.stdout


def test_a_check_of_the_file_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    believed = write_item(tmp_path, "compute_reading", "believed", **SLIDE)
    plain = write_item(tmp_path, "capability_lag", "lag")
    assert run(["evidence", "check", str(believed), str(plain), "--as-of", DAY.isoformat(), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    rows = {row["id"]: row for row in printed["items"]}
    assert rows["lag"]["genuine"] is None
    assert rows["believed"]["genuine"]["excluded_by"] == "prior"
    assert [re.split("[,:]", warning)[0] for warning in printed["warnings"]] == ["believed", "lag"]


def test_what_is_not_counted_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held_out = write_item(tmp_path, "compute_reading", "held-out", role="check", **SLIDE)
    assert run(["evidence", "check", str(held_out), "--as-of", DAY.isoformat()]) == 0
    assert "not genuine" not in capsys.readouterr().out


def test_only_kinds_that_doubt_state_a_reliability() -> None:
    clock = load_assumptions().clock(DAY)
    assert item("capability_lag", "lag").stated_reliability(clock) is None
    assert slide(0.3).stated_reliability(clock) == 0.3
    case = item("claim", "claimed", **EARLY)
    early = case.kind.probability_genuine(1.0, np.array([-600.0]), case.figures(clock))
    assert early is not None
    assert case.stated_reliability(clock) == pytest.approx(early[0])  # what it comes to, given time enough


def test_the_choice_of_evidence_does_not_matter_to_who_is_judged(tmp_path: Path, assumptions: Assumptions) -> None:
    path = write_item(tmp_path, "compute_reading", "believed", **SLIDE)
    request = Request(Question(assumptions, DAY), added=(path,))
    counted = request.selection.counted
    question = replace(request.question, assumptions=with_latents(assumptions, counted))
    rows = {row.item.id: row for row in genuineness_on_prior(question, counted, counted)}
    assert set(rows) == {"microsoft-slide", "believed"}
    assert rows["believed"].overruled
    assert not rows["microsoft-slide"].overruled
