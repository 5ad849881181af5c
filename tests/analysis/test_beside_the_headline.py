"""What stands beside the headline: the date without measured lags, how far structures disagree, and their pool."""

from __future__ import annotations

import json
import math
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from false_alarms import widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference import forecast as forecasting
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.differences import independent_quantile_shift
from catchup.analysis.inference.forecast import forecast, forecast_prior
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.probabilities import QUANTILES
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.figures.forecast_figures import write_cumulative
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.structure_spread import spread_text
from catchup.analysis.runs.pictures import prior_behind
from catchup.analysis.studies import structure_registry
from catchup.analysis.studies.movement import moved_by_evidence
from catchup.analysis.studies.other_structures import trend_structures
from catchup.analysis.studies.structure_dates import COMPUTE, dates_of, race_date
from catchup.analysis.studies.structure_registry import Structure
from catchup.analysis.studies.structure_spread import StructureSpread, pool_forecast, structure_spread
from catchup.analysis.studies.structures import structures
from catchup.model.assumptions import load_assumptions
from catchup.priors import LogNormal
from item_cases import DAY, counting, default_posterior, item


@pytest.fixture(scope="module")
def spread(reweighted: Posterior) -> StructureSpread:
    """How far structures disagree."""
    return structure_spread(reweighted)


@pytest.mark.parametrize("model", ["article", "current"])
def test_without_lags_is_the_answer_on_the_other_items(model: str) -> None:
    question = Question(load_assumptions(model=model), DAY, draws=50_000)
    beside = forecast(default_posterior(question)).without_lags
    assert beside is not None
    selection = choose_evidence(question, "default", None, ())
    lags = {"capability_lag", "lag_records"}
    others = counting([each for each in selection.counted if each.kind.name not in lags])
    assert len(others.counted) == 3
    apart = condition(replace(question, seed=2), others).ready
    for p in QUANTILES:
        shift = independent_quantile_shift(beside, apart, p)
        assert abs(shift.value) < widest(shift.mcse), p


def test_without_lags_of_lags_alone_is_the_prior(question: Question) -> None:
    lags = counting([item("capability_lag", f"lag-{scope}", observed__scope=scope) for scope in ("general", "cyber")])
    beside = forecast(condition(question, lags)).without_lags
    assert beside is not None
    prior = forecast_prior(replace(question, seed=2)).ready
    for p in QUANTILES:
        shift = independent_quantile_shift(beside, prior, p)
        assert abs(shift.value) < widest(shift.mcse), p


@pytest.mark.parametrize("worst", [forecasting.WORST_KHAT, -9.0])
def test_a_date_without_lags_that_draws_cannot_carry_is_said_to_be_left_out(
    worst: float, reweighted: Posterior, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever weights are called bad: fitted proposals leave few that are."""
    monkeypatch.setattr(forecasting, "WORST_KHAT", worst)
    monkeypatch.setattr(forecasting, "ENOUGH", math.inf)
    found = as_json(forecast(reweighted))
    notes = [note for note in found["notes"] if note.startswith("the date without the measured lags is left out")]
    assert (found["without_lags"] is None) == bool(notes) == (worst < 0.0)


@pytest.mark.slow
def test_without_lags_of_draws_that_know_of_no_weights(sampled: Posterior) -> None:
    found = [forecast(each).without_lags for each in (sampled, replace(sampled, shared=None))]
    assert found[0] is not None
    assert found[1] is not None
    for p in QUANTILES:
        shift = independent_quantile_shift(*found, p)
        assert abs(shift.value) < widest(shift.mcse), p


def test_there_is_nothing_beside_where_no_lag_is_counted(question: Question) -> None:
    assert as_json(forecast_prior(question))["without_lags"] is None
    silence = condition(question, counting([item("not_yet", "silence")]))
    assert forecast(silence).without_lags is None


def test_the_spread_leaves_duplicates_out(reweighted: Posterior, spread: StructureSpread) -> None:
    whole = structures(reweighted)
    assert [row.id for row in spread.pooled] == [row.id for row in whole.pooled]
    assert len(spread.pooled) < len(spread.structures)
    medians = [row.ready.quantile_value(0.5) for row in spread.by_median]
    assert medians == sorted(medians)
    linear = whole.ensembles[0].ready
    for p in QUANTILES:
        assert spread.pool.quantile_value(p) == linear.quantile_value(p)


def test_the_spread_in_words(reweighted: Posterior, spread: StructureSpread) -> None:
    text = spread_text(reweighted.question, spread)
    first, last = spread.by_median[0], spread.by_median[-1]
    assert text.index(first.title) < text.index(last.title)
    assert all(row.title not in text for row in spread.structures if row.duplicate_of is not None)


def test_the_pool_answers(reweighted: Posterior, spread: StructureSpread) -> None:
    race = forecast(reweighted)
    pooled = pool_forecast(race, spread)
    assert pooled.ready.quantile_value(0.5) == spread.pool.quantile_value(0.5)
    day, chance = list(pooled.probabilities_by())[3]
    months = race.question.assumptions.calendar.months(day)
    among = [row.ready.probability_below(months + 1 / 30.44).value for row in spread.pooled]
    assert chance.value == pytest.approx(sum(among) / len(among), abs=1e-3)  # 20,000 values stand for a structure
    assert pooled.pretrained is race.pretrained


def printed(*options: str) -> str:
    """What the command prints."""
    with redirect_stdout(StringIO()) as out:
        assert run(["forecast", *options, "--as-of", DAY.isoformat(), "--draws", "20000"]) == 0
    return out.getvalue()


@pytest.fixture(scope="module")
def race() -> dict[str, Any]:
    """What the command answers."""
    return dict(json.loads(printed("--json")))


@pytest.fixture(scope="module")
def pool() -> dict[str, Any]:
    """What it answers where structures are pooled."""
    return dict(json.loads(printed("--pool", "--json")))


@pytest.fixture(scope="module")
def said_of_the_pool() -> str:
    """The same in words."""
    return " ".join(printed("--pool").split())


def test_the_command_says_that_it_is_pooled(race: dict[str, Any], pool: dict[str, Any]) -> None:
    assert race["pooled"] is None
    assert sum(pool["pooled"]["weights"].values()) == pytest.approx(1.0, abs=1e-5)  # rounded to six decimals
    assert pool["pooled"]["duplicates"]["mobilisation"] == COMPUTE
    assert pool["pooled"]["medians"][COMPUTE] == race["ready"]["quantiles"]["0.5"]
    assert pool["ready"] != race["ready"]
    assert {**pool, "ready": 0, "probability_by": 0, "pooled": 0}.keys() == race.keys()
    assert pool["without_lags"] == race["without_lags"]


def test_the_answer_of_the_race_alone_says_how_far_other_shapes_disagree(
    race: dict[str, Any], pool: dict[str, Any]
) -> None:
    """From the very draws that would be pooled; the mobilisation, which is not, need not be asked."""
    assert race["structures"]["medians"] == pool["structures"]["medians"]
    assert COMPUTE in race["structures"]["medians"]
    assert len(race["structures"]["medians"]) > 2
    second = " ".join(printed().split("\n", 1)[1].split())
    assert second.startswith(f"Medians of this model and {len(race['structures']['medians']) - 1} of other shapes")


def test_nothing_stands_beside_an_answer_without_evidence_or_of_the_races_own_event() -> None:
    for options in (["--evidence", "none"], ["--event", "widely-served"]):
        assert json.loads(printed(*options, "--json"))["structures"] is None
        assert "other shapes" not in printed(*options)


def test_other_shapes_without_an_answer_are_said_to_have_none(question: Question, reweighted: Posterior) -> None:
    lag = item("capability_lag", "lag", observed__value=300.0)
    others, refused = dates_of(trend_structures(question), question, [lag])
    spread = StructureSpread((race_date(reweighted), *others), refused=refused)
    said = spread_text(question, spread)
    assert not others
    assert said.startswith("No model of another shape has an answer; ")
    assert "Constant lag (ECI) is left out" in said


def test_the_command_says_it_in_words(said_of_the_pool: str) -> None:
    assert "Without the measured lags" in said_of_the_pool
    assert "duplicates left out" in said_of_the_pool
    assert "equal weights" in said_of_the_pool


def test_a_pooled_forecast_says_of_all_else_that_it_is_the_races(said_of_the_pool: str) -> None:
    """Ready before pre-trained would contradict itself: what the pool does not hold does not stand in its table."""
    said = said_of_the_pool
    assert "Pre-trained by" not in said
    assert "known by" not in said
    for text in ("Publicly known around", "Where the race stands", "On compute alone", "Without the measured lags"):
        assert f"In the race alone: {text}" in said
    for text in ("First to be ready", "Who is first", "Mythos's pre-training compute", "The evidence moved the median"):
        assert f"In the race alone: {text}" in said


def test_json_says_what_is_pooled_and_what_is_not(race: dict[str, Any], pool: dict[str, Any]) -> None:
    told = pool["pooled"]
    assert all(pool[key] != race[key] for key in told["pooled"])
    assert all(pool[key] == race[key] for key in told["race_alone"])
    assert {"pretrained", "known", "compute_alone", "state", "moved_by_evidence"} <= set(told["race_alone"])


def test_what_a_lab_keeps_to_itself_is_the_races_whatever_is_pooled(
    reweighted: Posterior, spread: StructureSpread
) -> None:
    race = forecast(reweighted)
    pooled = pool_forecast(race, spread)
    assert pooled.ready is spread.pool
    assert pooled.race_ready is race.ready
    assert pooled.kept_secret() == race.kept_secret()
    assert as_json(pooled)["known"] == as_json(race)["known"]


def test_a_pool_is_compared_with_its_own_prior(reweighted: Posterior, spread: StructureSpread, tmp_path: Path) -> None:
    pooled = pool_forecast(forecast(reweighted), spread)
    prior, moved = prior_behind(pooled, reweighted)
    own = structure_spread(prior_of(reweighted.question)).pool
    for p in QUANTILES:
        assert prior.ready.quantile_value(p) == own.quantile_value(p)
    assert moved.shifts[0.5].value == pooled.ready.quantile_value(0.5) - own.quantile_value(0.5)
    race = forecast(reweighted)
    behind, moved_race = prior_behind(race, reweighted)
    assert behind.ready is moved_race.before
    assert moved_race.shifts == moved_by_evidence(reweighted).shifts
    write_cumulative(tmp_path / "pool.svg", pooled, prior=prior, moved=moved)
    drawn = " ".join((tmp_path / "pool.svg").read_text(encoding="utf-8").split())
    assert "Pooled with equal weights over" in drawn
    assert f"{moved.shifts[0.5].value:+.2f} ± {moved.shifts[0.5].mcse:.2f} months" in drawn


@pytest.mark.parametrize("command", [["forecast", "--pool"], ["structures"], ["trend"]])
def test_what_cannot_date_an_event_is_not_asked(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Trends say when a model is there: they would give the same date for one that is served widely."""
    assert run([*command, "--event", "widely-served", "--as-of", DAY.isoformat(), "--draws", "4000"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--event" in captured.err
    assert "widely-served" in captured.err


def test_a_structure_that_speaks_of_an_event_is_pooled_without_those_that_do_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Servers(Structure):
        name = "servers"
        title = "Servers"
        quantities = ("months_to_serve",)
        beliefs: ClassVar = {"months_to_serve": LogNormal(median=20.0, sigma=0.4)}
        example: ClassVar = {"months_to_serve": 20.0}

        def ready(self, xp: Any, values: Any, event: str) -> Any:
            return values["months_to_serve"]

    monkeypatch.setitem(structure_registry.STRUCTURES, "servers", Servers())
    asked = ["--event", "widely-served", "--as-of", DAY.isoformat(), "--draws", "4000"]
    assert run(["forecast", "--pool", *asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["pooled"]
    assert told["weights"].keys() == {COMPUTE, "servers"}
    assert "Constant lag (ECI)" in told["left_out"]
    assert run(["structures", *asked]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "left out, since they do not date widely-served: Constant lag (ECI)" in said
