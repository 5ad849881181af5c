"""Pools, stacking and what would tell structures apart, against closed forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from false_alarms import covers, widest
from scipy import optimize, stats

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.differences import quantile_shift
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.likelihoods import likelihoods, prior_for, total
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.figures.dates import month_of
from catchup.analysis.presentation.figures.structures import draw_structures
from catchup.analysis.presentation.figures.style import finding_of
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.structures import structure_table
from catchup.analysis.presentation.text import telling_lines
from catchup.analysis.studies.pools import between_share, linear_pool, quantile_pool, shift_against
from catchup.analysis.studies.readings.mobilisation import SCENARIO
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.structure_dates import COMPUTE, MOBILISATION, Refused, StructureDate, share_of_same_dates
from catchup.analysis.studies.structure_spread import StructureSpread, structure_spread
from catchup.analysis.studies.structures import Structures, structures
from catchup.analysis.studies.telling import Telling, mutual_information, soonest, telling
from catchup.evidence import Item, Selection, load_ledger
from catchup.model.calendar import month_ends
from figure_cases import faults
from item_cases import DAY, item


def normal(mean: float, sd: float, draws: int = 50_000) -> Distribution:
    values = stats.norm.ppf((np.arange(draws) + 0.5) / draws, mean, sd)
    return Distribution(values, Weighting(draws))


SEEDS = 60
ROWS = {"early": normal(8.0, 1.0), "late": normal(12.0, 2.0)}


def test_the_linear_pool_is_the_mixture() -> None:
    pool = linear_pool(ROWS, {"early": 0.3, "late": 0.7})
    for moment in (7.0, 9.0, 11.0, 14.0):
        exact = 0.3 * stats.norm.cdf(moment, 8.0, 1.0) + 0.7 * stats.norm.cdf(moment, 12.0, 2.0)
        assert pool.probability_below(moment).value == pytest.approx(exact, abs=1e-4)  # 20,000 values a structure


def test_the_quantile_pool_of_normals_is_normal() -> None:
    pool = quantile_pool(ROWS)
    for p in (0.05, 0.5, 0.95):
        assert pool.quantile_value(p) == pytest.approx(stats.norm.ppf(p, 10.0, 1.5), abs=2e-3)


def drawn(rng: np.random.Generator, mean: float, sd: float, draws: int) -> Distribution:
    return Distribution(rng.normal(mean, sd, draws), Weighting(draws))


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_a_pools_error_is_that_of_the_draws_it_is_made_of(p: float) -> None:
    """Not of how many values stand for it: held to the errors of the normal distributions that are pooled."""
    rng, draws, shares = np.random.default_rng(11), (4_000, 9_000), (0.3, 0.7)
    rows = {"early": drawn(rng, 8.0, 1.0, draws[0]), "late": drawn(rng, 12.0, 2.0, draws[1])}
    laws = stats.norm([8.0, 12.0], [1.0, 2.0])
    window = 0.1 * min(draws)  # draws about a quantile that its density is estimated from
    near = widest(1.0 / np.sqrt(window))
    found = linear_pool(rows, dict(zip(rows, shares, strict=True))).quantile(p)
    where = optimize.brentq(lambda t: float(shares @ laws.cdf(t)) - p, 0.0, 30.0)
    below = laws.cdf(where)
    spread = np.sqrt(np.sum(np.square(shares) * below * (1.0 - below) / draws))
    assert found.mcse == pytest.approx(spread / (shares @ laws.pdf(where)), rel=near)
    averaged = quantile_pool(rows).quantile(p)
    errors = np.sqrt(p * (1.0 - p) / np.array(draws)) / laws.pdf(laws.ppf(p))
    assert averaged.mcse == pytest.approx(0.5 * np.hypot(*errors), rel=near)
    moment = averaged.value
    assert quantile_pool(rows).probability_below(moment).mcse == pytest.approx(
        averaged.mcse * stats.norm.pdf(stats.norm.ppf(p)) / 1.5, rel=near
    )


def test_structures_on_the_same_draws_err_together() -> None:
    one = drawn(np.random.default_rng(12), 8.0, 1.0, 5_000)
    apart = drawn(np.random.default_rng(13), 8.0, 1.0, 5_001)  # as many would be taken for the same draws
    near = widest(1.0 / np.sqrt(0.1 * 5_000))
    for pool in (linear_pool, quantile_pool):
        same, other = (pool({"one": one, "other": each}).quantile(0.5).mcse for each in (one, apart))
        assert same == pytest.approx(one.quantile(0.5).mcse, rel=near)
        assert other == pytest.approx(one.quantile(0.5).mcse / np.sqrt(2.0), rel=near)
    pool = linear_pool({"one": one, "other": apart})
    assert quantile_shift(pool, one, 0.5).mcse == pytest.approx(one.quantile(0.5).mcse / np.sqrt(2.0), rel=near)


@pytest.mark.slow
@pytest.mark.parametrize("conditioned", [False, True])
def test_errors_of_the_pool_are_what_they_say(question: Question, conditioned: bool) -> None:
    found = []
    for seed in range(SEEDS):
        asked = replace(question, as_of=DAY, draws=5_000, seed=seed)
        spread = structure_spread(posterior(Request(asked, evidence="default" if conditioned else "none")))
        pools = spread.pool, quantile_pool({row.id: row.ready for row in spread.pooled})
        found.append([pool.quantile(p) for pool in pools for p in (0.25, 0.5, 0.75)])
    for estimates in zip(*found, strict=True):
        values, mcses = np.array([each.value for each in estimates]), [each.mcse for each in estimates]
        assert abs(values.std(ddof=1) / np.mean(mcses) - 1.0) < widest(1.0 / np.sqrt(2 * (SEEDS - 1)))
        assert covers(values - values.mean(), mcses)  # the mean's own error is an eighth of a single one's


def test_the_share_between_structures() -> None:
    # means 8 and 12: variance 4 between; 1 and 4 within, 2.5 on average
    assert between_share(ROWS) == pytest.approx(4.0 / 6.5, rel=1e-3)
    assert between_share({"one": ROWS["early"], "other": ROWS["early"]}) == 0.0
    never = Distribution(np.array([8.0, np.inf]), Weighting(2))
    assert between_share({**ROWS, "never": never}) is None


def test_information() -> None:
    assert mutual_information([0.0, 1.0]) == pytest.approx(1.0)
    assert mutual_information([0.4, 0.4, 0.4]) == pytest.approx(0.0)
    assert 0.0 < mutual_information([0.2, 0.4]) < 0.1


def test_what_tells_structures_apart_is_asked_of_those_that_count(question: Question) -> None:
    dates = {"early": normal(8.0, 1.0), "late": normal(12.0, 2.0), "late again": normal(12.0, 2.0)}
    once = telling(question, dates, ["early", "late"])
    plain = telling(question, {name: dates[name] for name in ("early", "late")}, ["early", "late"])
    assert [row.information for row in once] == [row.information for row in plain]
    assert set(once[0].chances) == set(dates)
    assert soonest(once) in once


def test_ready_by_a_month_is_ready_by_the_end_of_its_last_day(question: Question) -> None:
    calendar = question.assumptions.calendar
    last, following = (day for day in month_ends(question.as_of, 2))
    noon = Distribution(np.full(100, calendar.months(last) + 0.5 / calendar.days_per_month), Weighting(100))
    first, second, *_ = telling(question, {"then": noon, "late": normal(90.0, 1.0)}, ["then", "late"])
    assert (first.day, second.day) == (last, following)
    assert first.chances == {"then": 1.0, "late": 0.0}
    assert first.information == pytest.approx(1.0)


def test_structures_are_told_by_their_medians_the_earliest_first() -> None:
    """The wider one's 95% lies beyond that of the later one."""
    rows = [StructureDate("late", "Late", normal(12.0, 0.1)), StructureDate("wide", "Wide", normal(8.0, 9.0))]
    assert [row.id for row in StructureSpread(tuple(rows)).by_median] == ["wide", "late"]


def told(information: list[float]) -> list[str]:
    rows = [Telling(date(2027, month, 1), bits, {"one": bits}) for month, bits in enumerate(information, start=1)]
    return telling_lines(rows, "them", lambda row: f"{row.chances['one']:.0%}")


def test_the_day_that_tells_soonest_and_the_one_that_tells_most_are_told_apart() -> None:
    first, most = told([0.05, 0.2, 0.6, 0.1])
    assert first == (
        "What tells them apart soonest: whether it is ready by 1 Feb 2027, which is expected to say 0.20 bit of which "
        "holds (20%)."
    )
    assert most.startswith("What tells most: whether it is ready by 1 Mar 2027, which is expected to say 0.60 bit")
    assert len(told([0.05, 0.6, 0.1])) == 1
    (little,) = told([0.01, 0.05])
    assert little.startswith("No month end tells them apart by much. Most is told by whether it is ready by 1 Feb 2027")
    assert told([0.0, 0.001]) == []


@dataclass(frozen=True)
class Scenario:
    """What `share_of_same_dates` asks of a scenario."""

    baseline: Distribution
    ready: Distribution


def test_the_share_of_draws_that_two_structures_have_in_common() -> None:
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    before, after = np.array([9.0, 10.0, np.inf, 11.0]), np.array([9.0, 9.5, np.inf, np.inf])
    weighting = Weighting(4, weights=weights)
    found = share_of_same_dates(Scenario(Distribution(before, weighting), Distribution(after, weighting)))  # type: ignore[arg-type]
    assert found == pytest.approx(0.4)


@pytest.fixture(scope="module")
def found(question: Question) -> Structures:
    return structures(posterior(Request(replace(question, as_of=DAY, draws=40_000), engine="importance")))


def test_all_structures_stand_side_by_side(found: Structures) -> None:
    assert [row.id for row in found.structures[:2]] == [COMPUTE, MOBILISATION]
    assert 0.0 < found.between < 1.0
    assert found.soonest.information == max(found.soonest.information, 0.0)
    content = as_json(found)
    assert {"structures", "ensembles", "stacking", "between_structures", "soonest", "telling", "elpd"} <= set(content)
    assert [row["id"] for row in content["structures"]] == [row.id for row in found.structures]


def test_duplicates_are_shown_and_not_pooled(found: Structures) -> None:
    rows = {row.id: row for row in found.structures}
    assert rows[MOBILISATION].duplicate_of == COMPUTE
    assert "same date in" in rows[MOBILISATION].duplicate_reason
    assert rows["trend-constant-lag-with-lead"].duplicate_of == "trend-constant-lag"
    assert "trend_lag_constant" in rows["trend-constant-lag-with-lead"].duplicate_reason
    kept = [row.id for row in found.pooled]
    assert kept == [COMPUTE, "trend-constant-lag", "trend-growing-lag"]
    pool = {row.id: row.ready for row in found.ensembles}["linear-pool"]
    means = [rows[name].ready.mean.value for name in kept]
    assert pool.mean.value == pytest.approx(np.mean(means), abs=5e-3)  # 20,000 values a structure
    shown = {row["id"]: row["duplicate_of"] for row in as_json(found)["structures"]}
    assert shown[MOBILISATION] == COMPUTE
    assert shown[COMPUTE] is None


def test_information_is_said_to_be_of_those_whose_chances_are_named(found: Structures) -> None:
    """What the sentence prints is what its chances give, one of each structure that is pooled."""
    (said,) = (str(line) for line in structure_table(found).lines if str(line).startswith("What tells the pooled"))
    assert said.startswith("What tells the pooled structures apart soonest: ")
    for row in found.structures:
        assert (f"{row.title} " in said.split("(", 1)[1]) is (row in found.pooled)
    chances = [float(each) / 100.0 for each in re.findall(r"([0-9.]+)%", said)]
    assert mutual_information(chances) == pytest.approx(float(re.findall(r"say ([0-9.]+) bit", said)[0]), abs=0.01)
    assert as_json(found)["told_apart"] == [row.id for row in found.pooled]
    whole = replace(found, structures=found.pooled)
    assert any(str(line).startswith("What tells them apart soonest: ") for line in structure_table(whole).lines)


def test_too_few_items_give_no_weights_and_no_row(found: Structures) -> None:
    content = as_json(found)
    assert content["stacking"]["weights"] is None
    assert content["stacking"]["reason"] == "3 items speak, at least 10 are wanted"
    assert len(content["stacking"]["items"]) == 3
    assert {row["id"] for row in content["ensembles"]} == {"linear-pool", "quantile-pool"}


def log_evidence(question: Question, items: list[Item]) -> float:
    whole = total(likelihoods(question, prior_for(question, items), items))
    return float(np.log(np.exp(whole).mean()))


def test_like_is_compared_with_like(found: Structures) -> None:
    """The race's densities are those of a race that has seen the shared items alone: differences of log evidences."""
    rows = {row.id: row for row in found.comparison.models}
    assert set(rows) == {row.id for row in found.structures if row.id != MOBILISATION}
    assert rows[COMPUTE].khat is not None
    items = [load_ledger().items[name] for name in found.stacked_on]
    whole = log_evidence(found.question, items)
    rest = [log_evidence(found.question, [other for other in items if other is not left]) for left in items]
    assert rows[COMPUTE].elpd == pytest.approx(sum(whole - each for each in rest), abs=1e-9)  # the same draws
    best = found.comparison.models[0]
    for row in found.comparison.models:
        assert row.difference == pytest.approx(row.elpd - best.elpd, abs=1e-9)
        assert row.difference <= 0.0


def test_with_ten_items_there_are_weights(question: Question) -> None:
    lags = [item("capability_lag", f"lag-{k}", observed={"value": 5.0 + 0.3 * k, "scope": "cyber"}) for k in range(10)]
    asked = replace(question, as_of=DAY, draws=40_000)
    found = structures(condition(asked, Selection(tuple(lags), (), (), ()), "importance"))
    assert found.withheld == ""
    assert found.stacking_weights is not None
    assert set(found.stacking_weights) == {row.id for row in found.pooled}
    assert sum(found.stacking_weights.values()) == pytest.approx(1.0)
    assert found.ensembles[-1].id == "stacking"
    pool = linear_pool({row.id: row.ready for row in found.pooled}, found.stacking_weights)
    assert found.ensembles[-1].ready.mean.value == pytest.approx(pool.mean.value)
    assert as_json(found)["stacking"]["reason"] is None


def test_without_evidence_nothing_is_compared(question: Question) -> None:
    asked = replace(question, draws=4_000)
    found = structures(posterior(Request(asked, evidence="none")))
    assert found.comparison.models == ()
    assert found.withheld == "no item is predicted by all of them"
    assert as_json(found)["elpd"] == []


def test_the_picture_names_what_the_evidence_contradicts(found: Structures) -> None:
    error = UntrustworthyError("13 effective draws")
    refused = (
        Refused("growing-lag", "Lag that grows", str(error), error),
        Refused("followers", "Followers", "it draws on mine, which the model current has not"),
    )
    drawn = draw_structures(replace(found, refused=refused))
    said = " ".join(" ".join(text.get_text() for text in drawn.texts).split())
    assert "Left out, as the evidence contradicts it: Lag that grows." in said
    assert "Left out, as the model lacks a quantity of it: Followers." in said
    assert faults(drawn) == []


def test_a_shift_of_the_picture_knows_which_draws_are_common() -> None:
    """The mobilisation moves each date by a little, a trend has draws of its own, and pools hold the first row's."""
    rng = np.random.default_rng(5)
    errors: dict[str, list[float]] = {}
    mcses: dict[str, list[float]] = {}
    for _ in range(600):
        race = drawn(rng, 9.0, 1.0, 1_000)
        moved = Distribution(race.values - 0.1 * rng.random(1_000), Weighting(1_000))
        rows = {"race": race, "trend": drawn(rng, 12.0, 2.0, 1_000)}
        others = {"mobilised": moved, "trend": rows["trend"], "pool": linear_pool(rows), "mean": quantile_pool(rows)}
        for name, other in others.items():
            shift = shift_against(other, race, 0.5)
            errors.setdefault(name, []).append(shift.value)
            mcses.setdefault(name, []).append(shift.mcse)
    middle = optimize.brentq(lambda t: stats.norm.cdf(t, 9.0, 1.0) + stats.norm.cdf(t, 12.0, 2.0) - 1.0, 0.0, 30.0)
    truth = {"mobilised": -0.05, "trend": 3.0, "pool": middle - 9.0, "mean": 1.5}
    for name, expected in truth.items():
        assert covers(np.array(errors[name]) - expected, mcses[name]), name
    assert np.mean(mcses["mobilised"]) < 0.1 * np.mean(mcses["trend"])


def test_the_pictures_shift_of_the_mobilisation_is_that_of_its_scenario(question: Question) -> None:
    drawn = posterior(Request(question, evidence="none"))
    found, (row,) = structures(drawn), scenarios(drawn, [SCENARIO]).scenarios
    (mobilised,) = (each for each in found.structures if each.id == MOBILISATION)
    for p in (0.5, 0.95):
        assert shift_against(mobilised.ready, found.structures[0].ready, p) == row.shift(p)


def test_the_picture_speaks_of_models_of_other_shapes_than_this_ones(found: Structures) -> None:
    race, *rest = found.structures
    late = replace(race, ready=Distribution(race.ready.values + 120.0, race.ready.weighting))
    others = [row.ready.quantile_value(0.5) for row in rest if row.id != MOBILISATION]  # which is the race again
    calendar = found.question.assumptions.calendar
    ends = " and ".join(month_of(calendar, months) for months in (min(others), max(others)))
    assert finding_of(draw_structures(replace(found, structures=(late, *rest)))).endswith(f"between {ends}")


def test_another_event_has_structures_too(question: Question) -> None:
    narrow = replace(question, event="narrow-exploit", draws=4_000)
    whole = replace(question, draws=4_000)
    found, beside = (structures(posterior(Request(asked, evidence="none"))) for asked in (narrow, whole))
    assert [row.id for row in found.structures] == [row.id for row in beside.structures]
    for one, other in zip(found.structures, beside.structures, strict=True):
        assert one.ready.quantile_value(0.5) < other.ready.quantile_value(0.5)


def test_the_command_says_what_is_withheld_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["structures", "--as-of", DAY.isoformat(), "--draws", "20000", "--engine", "importance"]
    assert run(asked) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Weights of stacking are withheld: 3 items speak, at least 10 are wanted." in printed
    assert "Mobilisation of domestic chips is not pooled, since Compute gate is: it is the same race" in printed
    assert "Linear pool, stacked weights" not in printed
    assert "Difference" in printed
