"""How much of a scenario's own compute its firm needs, against the race tried at many amounts."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.draws import PriorDraws
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.scenario_world import ScenarioWorld
from catchup.analysis.studies.thresholds.criteria import ReadyBy, WinsShare
from catchup.analysis.studies.thresholds.stock_search import StockSearch
from catchup.analysis.studies.thresholds.study import PROBABILITIES, Thresholds, ready_by, thresholds
from catchup.model.forward import outcome
from item_cases import posterior_from

SCENARIO = "domestic-superpods"
DAY = date(2027, 6, 30)


@pytest.fixture(scope="module")
def asked(question: Question) -> Question:
    return replace(question, draws=6_000, as_of=date(2026, 7, 15), event="lean-mythos")


@pytest.fixture(scope="module")
def solved(asked: Question) -> Thresholds:
    return thresholds(prior_of(asked), scenario=SCENARIO, criteria=ready_by(asked, [DAY]))


def test_brute_force_finds_the_same(asked: Question, solved: Thresholds) -> None:
    world = ScenarioWorld(asked, SCENARIO)
    values = world.values(PriorDraws(asked).extended(world.own_beliefs).map(lambda chunk: chunk))
    end = ((DAY - asked.assumptions.calendar.origin).days + 1) / 30.44
    numbers = np.geomspace(1.0, 60.0, 200)
    chances = []
    for number in numbers:
        held = {**values, "superpods": np.full(asked.draws, number)}
        result = outcome(world.assumptions, held, event=asked.event, as_of_month=asked.as_of_months)[1]
        own = result.contenders["consortium"].pretrained + values["post_training_months"]
        chances.append(float((own < end).mean()))
    assert len(solved.thresholds) == len(PROBABILITIES)
    for threshold, probability in zip(solved.thresholds, PROBABILITIES, strict=True):
        first = int((np.array(chances) >= probability).argmax())
        assert first > 0
        assert threshold.stock is not None
        assert numbers[first - 1] * 0.999 <= threshold.stock.value <= numbers[first] * 1.001


def test_more_certainty_takes_more(solved: Thresholds) -> None:
    even, sure = (threshold.stock for threshold in solved.thresholds)
    assert even is not None
    assert sure is not None
    assert sure.value > even.value + 2.0 * (even.mcse + sure.mcse)


def test_what_holds_there_is_reported(asked: Question, solved: Thresholds) -> None:
    even = solved.thresholds[0]
    assert even.own is not None
    assert asked.assumptions.calendar.day(even.own.value) == DAY
    assert even.ready is not None
    assert even.ready.value < even.own.value  # others are there before the consortium's median


def test_a_trial_is_the_whole_race(asked: Question) -> None:
    """Rivals whom the number of SuperPODs does not touch are raced once; that changes nothing."""
    source, world = PriorDraws(asked), ScenarioWorld(asked, SCENARIO)
    drawn = source.extended(world.own_beliefs).map(lambda chunk: chunk)
    held = {**world.values(drawn), "superpods": np.full(asked.draws, 200.0)}
    whole = world.run(held, world.before(drawn))
    trial = StockSearch(posterior_from(asked, source), scenario=SCENARIO).trial(200.0)
    np.testing.assert_array_equal(trial.ready.values, whole.ready)
    np.testing.assert_array_equal(trial.own.values, whole.ready_of("consortium"))
    first = whole.contenders["consortium"].pretrained <= whole.pretrained
    assert 0.01 < first.mean() < 0.99
    np.testing.assert_array_equal(trial.wins > 0.0, first)


def test_a_stock_that_two_firms_share_moves_both(question: Question) -> None:
    asked = replace(question, draws=2_000)
    search = StockSearch(prior_of(asked), firm="startup", stock="startup_stock", scenario="startup-commitment")
    world = ScenarioWorld(asked, "startup-commitment")
    drawn = PriorDraws(asked).map(lambda chunk: chunk)
    held = {**world.values(drawn), "startup_budget": 2.0 * drawn["startup_budget"]}
    held["startup_stock"] = np.full(asked.draws, 1e5)
    whole = world.run(held, world.before(drawn))
    np.testing.assert_array_equal(search.trial(1e5, 2.0).ready.values, whole.ready)


def test_no_number_hastens_a_decision(asked: Question) -> None:
    soon = ready_by(asked, [date(2026, 8, 31)], [0.5])
    (threshold,) = thresholds(prior_of(asked), scenario=SCENARIO, criteria=soon).thresholds
    assert threshold.stock is None


def test_by_default_quarter_ends_are_asked_about(asked: Question) -> None:
    few = replace(asked, draws=300)
    found = thresholds(prior_of(few), scenario=SCENARIO)
    assert (found.firm, found.stock, found.unit) == ("consortium", "superpods", "SuperPODs")
    days = [row.criterion.day for row in found.thresholds if isinstance(row.criterion, ReadyBy)]
    assert days[::2] == [date(2026, 9, 30), date(2026, 12, 31), date(2027, 3, 31), DAY, date(2027, 9, 30)]
    assert {row.budget_factor for row in found.thresholds} == {1.0}


def test_any_firm_can_be_asked_by_a_day(question: Question) -> None:
    asked = replace(question, draws=4_000)
    found = thresholds(prior_of(asked), budget_factors=[1.0], criteria=ready_by(asked, [DAY], [0.5]))
    assert (found.firm, found.scenario) == ("startup", None)
    (threshold,) = found.thresholds
    assert threshold.stock is not None
    at = StockSearch(prior_of(asked)).trial(threshold.stock.value)
    assert ReadyBy(DAY, 0.5).score(at, asked).value == pytest.approx(0.0, abs=2e-3)


def test_json_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--scenario", SCENARIO, "--event", "lean-mythos", "--quantity", "superpods", "--by", "2027-09-30"]
    options = [
        "--probability",
        "0.8",
        "--as-of",
        "2026-07-15",
        "--evidence",
        "none",
        "--draws",
        "2000",
        "--model",
        "article",
        "--json",
    ]
    assert run(["thresholds", *asked, *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["scenario"], answer["firm"], answer["stock"]) == (SCENARIO, "consortium", "superpods")
    (entry,) = answer["thresholds"]
    assert entry["id"] == "consortium-ready-by-2027-09-30-p80-budget-1x"
    assert (entry["criterion"]["by"], entry["criterion"]["probability"]) == ("2027-09-30", 0.8)
    assert entry["stock"]["unit"] == "SuperPODs"
    assert 1.0 < entry["stock"]["value"] < 20.0


def test_the_table_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--as-of", "2026-07-15", "--evidence", "none", "--draws", "1000", "--by", "2026-07-31"]
    assert run(["thresholds", "--scenario", SCENARIO, *options]) == 0
    printed = capsys.readouterr().out
    assert "superpods (SuperPODs) of the consortium, under domestic-superpods" in printed
    assert "no amount does" in printed


def test_a_probability_alone_is_asked_of_the_days_that_a_scenario_asks_of(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["thresholds", "--scenario", SCENARIO, "--as-of", "2026-07-15", "--evidence", "none", "--draws", "500"]
    assert run([*asked, "--probability", "0.8", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["thresholds"]
    assert run([*asked, "--json"]) == 0
    default = json.loads(capsys.readouterr().out)["thresholds"]
    assert {row["criterion"]["probability"] for row in found} == {0.8}
    assert [row["criterion"]["by"] for row in found] == list(dict.fromkeys(row["criterion"]["by"] for row in default))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scenario", "domestic-superpod"], "did you mean 'domestic-superpods'"),
        (["--scenario", SCENARIO, "--quantity", "superpod"], "did you mean 'superpods'"),
        (["--scenario", SCENARIO, "--firm", "consortum"], "did you mean 'consortium'"),
        (["--scenario", SCENARIO, "--by", "2026-01-01"], "--by: a day from 2026-11-21 on"),
        (["--scenario", SCENARIO, "--by", DAY.isoformat(), "--probability", "90"], "--probability: a probability"),
        (["--probability", "0.5"], "--probability: needs a day"),
        (["--firm", "consortium"], "--firm: unknown firm"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["thresholds", *arguments, "--as-of", "2026-11-21", "--evidence", "none", "--draws", "100"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_firm_that_another_stands_for_is_said_to_be_read_as_it(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["thresholds", "--as-of", "2026-11-21", "--evidence", "none", "--draws", "200", "--firm"]
    assert run([*asked, "xiaomi"]) == 0
    assert "xiaomi does not race, and is read as DeepSeek" in capsys.readouterr().err
    assert run([*asked, "deepseek"]) == 0
    assert "does not race" not in capsys.readouterr().err


def test_the_default_firm_needs_no_scenario(question: Question) -> None:
    asked = replace(question, draws=500)
    assert StockSearch(prior_of(asked), [WinsShare()]).firm == "startup"
