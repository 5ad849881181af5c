"""What items did, against closed forms."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.importance import weights_given
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.influence import CONFLICT, Influence, influence
from catchup.evidence.selection import Selection
from item_cases import (
    DAY,
    assumptions_with,
    conjugate,
    constant_part,
    counting,
    impossible,
    item,
    reading,
    twin_question,
    write_item,
)


def examined(question: Question, selection: Selection) -> Influence:
    return influence(condition(question, selection, "importance", refuse=False))


READINGS = {"first": (2.2, 0.3), "second": (1.4, 0.5), "third": (2.0, 0.6)}


@pytest.fixture(scope="module")
def twin() -> Influence:
    """Three readings of the one quantity that the date hangs on."""
    question = twin_question(200_000)
    return examined(question, counting([reading(name, *figures) for name, figures in READINGS.items()]))


def of_date(question: Question, names: list[str]) -> stats.rv_continuous:
    """Exact distribution of the twin's date, given some readings."""
    mean, sd = conjugate([READINGS[name][0] for name in names], [READINGS[name][1] for name in names])
    return stats.lognorm(sd, loc=constant_part(question), scale=math.exp(mean))


def divergence(names: list[str], baseline: list[str]) -> float:
    """Exact bits that some readings hold beyond others."""
    informed, without = (
        conjugate([READINGS[name][0] for name in known], [READINGS[name][1] for name in known])
        for known in (names, baseline)
    )
    return bits_between(informed, without)


def bits_between(informed: tuple[float, float], without: tuple[float, float]) -> float:
    """Kullback-Leibler divergence of two normal distributions, each a mean and a standard deviation."""
    (m, s), (n, t) = informed, without
    return (math.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5) / math.log(2.0)


def predictive(name: str, others: list[str]) -> float:
    """Exact log density of a reading, given others."""
    mean, sd = conjugate([READINGS[other][0] for other in others], [READINGS[other][1] for other in others])
    value, error = READINGS[name]
    return float(stats.norm(mean, math.hypot(sd, error)).logpdf(math.log(value)))


def test_shifts_are_those_of_the_closed_form(twin: Influence) -> None:
    for row in twin.items:
        others = [name for name in READINGS if name != row.item.id]
        for p in (0.05, 0.5, 0.95):
            exact = {
                "alone": of_date(twin.question, [row.item.id]).ppf(p) - of_date(twin.question, []).ppf(p),
                "left_out": of_date(twin.question, others).ppf(p) - of_date(twin.question, list(READINGS)).ppf(p),
            }
            for which, truth in exact.items():
                shift = getattr(row, which).shifts[p]
                assert abs(shift.value - truth) < widest(shift.mcse), (row.item.id, which, p)


def test_bits_are_those_of_the_closed_form(twin: Influence) -> None:
    for row in twin.items:
        others = [name for name in READINGS if name != row.item.id]
        for effect, exact in (
            (row.alone, divergence([row.item.id], [])),
            (row.left_out, divergence(list(READINGS), others)),
        ):
            assert effect.bits is not None
            # bins hide up to a two-hundredth of what there is, see `information`
            assert abs(effect.bits.value - exact) < widest(effect.bits.mcse) + 0.005 * exact


def test_predictive_densities_are_those_of_the_closed_form(twin: Influence) -> None:
    for row in twin.items:
        others = [name for name in READINGS if name != row.item.id]
        for found, exact in (
            (row.log_predictive, predictive(row.item.id, others)),
            (row.log_predictive_prior, predictive(row.item.id, [])),
        ):
            assert abs(found.value - exact) < widest(found.mcse)


def test_pairs_are_those_of_the_closed_form(twin: Influence) -> None:
    assert len(twin.pairs) == 3
    for pair in twin.pairs:
        first, second = pair.items
        exact = predictive(first, [second]) - predictive(first, [])
        assert abs(pair.log_ratio.value - exact) < widest(pair.log_ratio.mcse)
    assert [pair.log_ratio.value for pair in twin.pairs] == sorted(pair.log_ratio.value for pair in twin.pairs)


def test_items_stand_in_the_order_of_what_leaving_them_out_moves(twin: Influence) -> None:
    sizes = [abs(row.left_out.shifts[0.5].value) for row in twin.items]
    assert sizes == sorted(sizes, reverse=True)
    assert twin.items[0].item.id == "first"


def test_leaving_the_only_item_out_undoes_it() -> None:
    row = examined(twin_question(20_000), counting([reading("only", 2.0, 0.3)])).items[0]
    for p, shift in row.alone.shifts.items():
        back = row.left_out.shifts[p]  # on the answer's own draws, which are others than those of the prior
        assert abs(back.value + shift.value) < widest(math.hypot(back.mcse, shift.mcse))
    assert abs(row.left_out.bits.value - row.alone.bits.value) < widest(
        math.hypot(row.left_out.bits.mcse, row.alone.bits.mcse)
    )
    error = math.hypot(row.log_predictive.mcse, row.log_predictive_prior.mcse)
    assert abs(row.log_predictive.value - row.log_predictive_prior.value) < widest(error)


def test_draws_are_counted_where_the_effect_is_worked_out() -> None:
    """Alone: those that the item leaves of the prior's. Left out: those that all the others leave."""
    found = examined(twin_question(20_000), counting([reading("narrow", 2.0, 0.2), reading("wide", 2.0, 1.0)]))
    rows = {row.item.id: row for row in found.items}
    assert rows["narrow"].alone.ess < 0.9 * rows["wide"].alone.ess < 0.9 * 20_000
    # the answer's draws lie where the narrow one has them: without it fewer count, without the wide one as many
    assert rows["narrow"].left_out.ess < 0.9 * found.diagnostics.ess
    assert rows["narrow"].left_out.ess < 0.9 * rows["wide"].left_out.ess


def test_an_item_on_something_else_moves_nothing() -> None:
    items = [reading("of-the-date", 2.0, 0.3), reading("of-nothing", 2.0, 0.4, "rl_ratio")]
    rows = {row.item.id: row for row in examined(twin_question(100_000), counting(items)).items}
    idle = rows["of-nothing"]
    for effect in (idle.alone, idle.left_out):
        for shift in effect.shifts.values():
            assert abs(shift.value) < widest(shift.mcse)
        assert effect.bits is not None
        assert abs(effect.bits.value) < widest(effect.bits.mcse) + 1e-3
    exact = stats.norm(math.log(1.25), math.hypot(0.75, 0.4)).logpdf(math.log(2.0))
    assert abs(idle.log_predictive.value - exact) < widest(idle.log_predictive.mcse)


def test_items_that_contradict_each_other_are_flagged() -> None:
    question = twin_question(200_000)
    apart = examined(question, counting([reading("low", 1.0, 0.2), reading("high", 2.5, 0.2)])).pairs[0]
    assert apart.conflict
    assert apart.log_ratio.value < CONFLICT
    alike = examined(question, counting([reading("one", 2.7, 0.2), reading("two", 2.8, 0.2)])).pairs[0]
    assert alike.log_ratio.value > 0.0
    assert not alike.conflict


def test_probability_of_being_genuine_is_bayes_rule() -> None:
    """With Mythos's compute known, the reading is weighed against its background alone."""
    quantities = {"mythos_chips": 500e3, "mythos_training_months": 3.0, "mfu_anthropic": 0.2}
    assumptions = assumptions_with(quantities)
    seconds = assumptions.table.number("days_per_month") * 86_400
    flop = 500e3 * 3.0 * 0.2 * assumptions.table.number("trainium2_peak") * seconds
    slide = item(
        "compute_reading",
        "slide",
        observed={"value": 8e26, "interval": [6e26, 10.7e26], "level": 0.95, "scope": "pretraining"},
        likelihood={"accounting_sd": 0.15, "reliability": 0.4, "background_mean": 27.5, "background_sd": 0.8},
    )
    found = examined(Question(assumptions, DAY, draws=2_000), counting([slide])).items[0].genuine
    spread = math.hypot(math.log10(10.7 / 6) / (2 * stats.norm.ppf(0.975)), 0.15)
    genuine = 0.4 * stats.norm(math.log10(flop), spread).pdf(math.log10(8e26))
    background = 0.6 * stats.norm(27.5, 0.8).pdf(math.log10(8e26))
    assert found is not None
    assert found.value == pytest.approx(genuine / (genuine + background), rel=1e-9)
    assert found.mcse == pytest.approx(0.0, abs=1e-12)


def test_weights_that_cannot_be_trusted_give_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def heavy(log_likelihood, prior):
        smoothed = weights_given(log_likelihood, prior)
        narrow = np.ptp(log_likelihood) > 5.0  # the narrow reading, and the whole
        return replace(smoothed, khat=0.9 if narrow else smoothed.khat)

    monkeypatch.setattr("catchup.analysis.inference.subsets.weights_given", heavy)
    result = examined(twin_question(5_000), counting([reading("narrow", 1.6, 0.2), reading("wide", 1.6, 3.0)]))
    rows = {row["id"]: row for row in as_json(result)["items"]}
    assert "shift" in rows["wide"]["alone"]
    assert rows["narrow"]["alone"]["problem"] == "not to be trusted: k-hat 0.90, above 0.7"
    assert "shift" not in rows["narrow"]["alone"]
    assert all("problem" in row["left_out"] for row in rows.values())
    assert not result.trustworthy
    assert as_json(result)["posterior"] is None


def test_items_far_from_the_prior_are_told_apart_too() -> None:
    """Where hardly a prior draw counts, the whole, and what is left of it, are each drawn where they are."""
    figures = {"early": (5.4, 0.05), "late": (5.1, 0.06)}
    question = twin_question(50_000)
    found = examined(question, counting([reading(name, *pair) for name, pair in figures.items()]))
    assert found.trustworthy
    assert found.diagnostics.ess > 5_000
    whole = conjugate([5.4, 5.1], [0.05, 0.06])
    for row in found.items:
        (other,) = (pair for name, pair in figures.items() if name != row.item.id)
        without = conjugate([other[0]], [other[1]])
        for p, shift in row.left_out.shifts.items():
            months = [math.exp(stats.norm.ppf(p, *state)) for state in (without, whole)]
            assert abs(shift.value - (months[0] - months[1])) < widest(shift.mcse), p
        assert row.left_out.ess > 1_000
        gained = bits_between(whole, without)
        assert row.left_out.bits is not None
        assert abs(row.left_out.bits.value - gained) < widest(row.left_out.bits.mcse)
        value, sd = figures[row.item.id]
        given_prior = stats.norm(math.log(1.5), math.hypot(0.4, sd)).logpdf(math.log(value))
        assert abs(row.log_predictive_prior.value - given_prior) < widest(row.log_predictive_prior.mcse)
        given_other = stats.norm(without[0], math.hypot(without[1], sd)).logpdf(math.log(value))
        assert abs(row.log_predictive.value - given_other) < widest(row.log_predictive.mcse)


def test_impossible_evidence_is_refused_by_name() -> None:
    odd = item("compute_reading", "odd-reading", **impossible())
    with pytest.raises(UntrustworthyError, match="odd-reading: hardly possible under the prior"):
        examined(twin_question(2_000), counting([odd, reading("fine", 1.6, 0.5)]))


def test_quasi_random_draws_say_the_same() -> None:
    items = counting([reading("one", 2.0, 0.4)])
    exact = of_date_with(2.0, 0.4)
    row = examined(twin_question(16_384, quasi_random=True), items).items[0]
    shift = row.alone.shifts[0.5]
    assert abs(shift.value - exact) < widest(shift.mcse, 15)
    assert shift.mcse < 0.5 * examined(twin_question(16_384), items).items[0].alone.shifts[0.5].mcse


def of_date_with(value: float, sd: float) -> float:
    mean, _ = conjugate([value], [sd])
    return math.exp(mean) - math.exp(conjugate([], [])[0])


def test_the_command_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["influence", "--as-of", DAY.isoformat(), "--draws", "20000", "--evidence", "eci-lag,microsoft-slide"]
    assert run([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in printed["items"]} == {"eci-lag", "microsoft-slide"}
    for row in printed["items"]:
        assert set(row["alone"]["shift"]) == set(row["left_out"]["shift"]) == {"0.05", "0.5", "0.95"}
        assert row["alone"]["shift"]["0.5"]["mcse"] > 0.0
        assert (row["probability_genuine"] is None) == (row["kind"] != "compute_reading")
    assert len(printed["pairs"]) == 1
    assert run(arguments) == 0
    assert "eci-lag" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--evidence", "none"], "--evidence: at least one"), (["--engine", "nuts"], "--engine: influence reweights")],
)
def test_what_cannot_be_asked(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["influence", "--draws", "2000", *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_impossible_evidence_exits_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = write_item(tmp_path, "compute_reading", "odd-reading", **impossible())
    assert run(["influence", "--draws", "20000", "--add", str(odd)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "odd-reading: hardly possible under the prior" in captured.err


def test_influence_and_forecast_rest_on_the_same_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """Where too few of the draws that were asked for count, both take more, and say the same of the date."""
    asked = ["--model", "article", "--as-of", DAY.isoformat(), "--draws", "1000", "--json"]
    assert run(["forecast", *asked]) == 0
    forecast = json.loads(capsys.readouterr().out)
    assert forecast["draws"] > 1_000
    assert any("at least 1,000 must" in note for note in forecast["notes"])
    assert run(["influence", *asked]) == 0
    influence = json.loads(capsys.readouterr().out)
    assert influence["draws"] == forecast["draws"]
    assert influence["posterior"]["quantiles"]["0.5"]["date"] == forecast["ready"]["quantiles"]["0.5"]["date"]
    assert run(["influence", *asked, "--engine", "importance"]) == 0
    assert json.loads(capsys.readouterr().out)["draws"] == 1_000
