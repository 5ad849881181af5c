"""Thresholds against a brute-force grid of stocks, and their MCSEs against coverage."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from false_alarms import covers

from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Estimate, Weighting
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.thresholds.criteria import CRITERIA, MedianBy, MedianEarlier, WinsShare
from catchup.analysis.studies.thresholds.stock_search import StockSearch
from catchup.analysis.studies.thresholds.study import Thresholds, thresholds
from catchup.model.assumptions import load_assumptions
from catchup.model.forward import outcome
from catchup.priors.errors import InputError
from item_cases import posterior_from


@pytest.fixture(scope="module")
def asked(question: Question) -> Question:
    return replace(question, draws=6_000)


@pytest.fixture(scope="module")
def solved(asked: Question) -> Thresholds:
    return thresholds(prior_of(asked))


@pytest.fixture(scope="module")
def grids(asked: Question) -> dict[float, dict[str, np.ndarray]]:
    """Wins and medians over stocks 2% apart, straight from the model, at budgets of 1x and 2x."""
    values = PriorDraws(asked).map(lambda chunk: chunk)
    found = {}
    for factor in (1.0, 2.0):
        columns: dict[str, list[float]] = {"stock": [], "wins": [], "median": []}
        for stock in np.geomspace(40e3, 450e3, 122):
            changed = {
                **values,
                "startup_stock": np.full(asked.draws, stock),
                "startup_budget": factor * values["startup_budget"],
            }
            result = outcome(asked.assumptions, changed)[1]
            first = result.contenders["startup"].pretrained < result.contenders["hyperscaler"].pretrained
            columns["stock"].append(stock)
            columns["wins"].append(float(first.mean()))
            columns["median"].append(float(np.median(result.ready)))
        found[factor] = {name: np.array(column) for name, column in columns.items()}
    return found


def test_brute_force_finds_the_same(
    asked: Question, solved: Thresholds, grids: dict[float, dict[str, np.ndarray]]
) -> None:
    values = PriorDraws(asked).map(lambda chunk: chunk)
    baseline = float(np.median(outcome(asked.assumptions, values)[1].ready))
    origin = asked.assumptions.calendar.origin
    assert len(solved.thresholds) == 8
    for threshold in solved.thresholds:
        grid, criterion = grids[threshold.budget_factor], threshold.criterion
        if isinstance(criterion, WinsShare):
            met = grid["wins"] >= 0.5
        elif isinstance(criterion, MedianEarlier):
            met = grid["median"] <= baseline - 1.0
        else:
            assert isinstance(criterion, MedianBy)
            met = grid["median"] <= ((criterion.day - origin).days + 1) / 30.44
        first = int(met.argmax())
        assert first > 0
        assert not met[:first].any()
        assert met[first:].all()
        assert threshold.stock is not None
        # the root lies in the interval of the grid where the answer changes, give or take the solver's tolerance
        assert grid["stock"][first - 1] * 0.999 <= threshold.stock.value <= grid["stock"][first] * 1.001


def test_what_holds_at_the_threshold_is_reported(asked: Question, solved: Thresholds) -> None:
    baseline = StockSearch(prior_of(asked)).baseline.quantile_value(0.5)
    for threshold in solved.thresholds:
        assert threshold.win is not None
        assert threshold.ready is not None
        if isinstance(threshold.criterion, WinsShare):
            assert threshold.win.value == pytest.approx(0.5, abs=2e-3)
        elif isinstance(threshold.criterion, MedianEarlier):
            assert threshold.ready.value == pytest.approx(baseline - 1.0, abs=5e-3)
        else:
            assert isinstance(threshold.criterion, MedianBy)
            assert asked.assumptions.calendar.day(threshold.ready.value) == threshold.criterion.day


def test_a_larger_budget_needs_less_stock(solved: Thresholds) -> None:
    for once, twice in zip(solved.thresholds[:4], solved.thresholds[4:], strict=True):
        assert (once.budget_factor, twice.budget_factor) == (1.0, 2.0)
        assert once.stock is not None
        assert twice.stock is not None
        assert twice.stock.value < 0.6 * once.stock.value


def test_errors_cover(question: Question) -> None:
    truth = {}
    for criterion in CRITERIA:
        found = StockSearch(prior_of(replace(question, draws=200_000))).solve(criterion)
        assert found.stock is not None
        truth[criterion] = found.stock.value
    errors: dict[object, list[float]] = {criterion: [] for criterion in CRITERIA}
    mcses: dict[object, list[float]] = {criterion: [] for criterion in CRITERIA}
    for seed in range(40):
        asked = replace(question, draws=2_000, seed=100 + seed)
        search = StockSearch(prior_of(asked))
        for criterion in CRITERIA:
            stock = search.solve(criterion).stock
            assert stock is not None
            errors[criterion].append(stock.value - truth[criterion])
            mcses[criterion].append(stock.mcse)
    for criterion in CRITERIA:
        # the truth's own error is a tenth of these, which adds half a percent to their spread
        assert covers(errors[criterion], mcses[criterion])
        spread = np.std(errors[criterion], ddof=1) / np.sqrt(np.mean(np.square(mcses[criterion])))
        assert 0.45 < spread < 1.55  # 4.9 standard errors of a standard deviation of 40


def test_nothing_is_enough(asked: Question) -> None:
    """However large the stock, a run and its post-training take time."""
    (threshold,) = thresholds(prior_of(asked), budget_factors=[1.0], criteria=[MedianBy(date(2026, 3, 1))]).thresholds
    assert (threshold.stock, threshold.win, threshold.ready) == (None, None, None)


def test_nothing_is_needed(asked: Question) -> None:
    found = thresholds(prior_of(asked), budget_factors=[1.0], criteria=[MedianBy(date(2030, 1, 1))])
    (threshold,) = found.thresholds
    assert threshold.stock == Estimate(0.0, 0.0)
    assert threshold.win is not None
    assert 0.0 < threshold.win.value < 0.1
    assert as_json(found)["thresholds"][0]["stock"] == {"value": 0.0, "mcse": 0.0, "unit": "H100e"}


def test_without_any_growth_no_stock_is_nothing(question: Question) -> None:
    fixed = replace(question, assumptions=load_assumptions(fixed={"startup_growth": 0.0}, model="article"), draws=2_000)
    trial = StockSearch(prior_of(fixed)).trial(0.0)
    assert trial.win.value == 0.0
    assert np.isfinite(trial.ready.values).all()


def test_any_firm_and_any_stock(asked: Question) -> None:
    found = thresholds(prior_of(asked), firm="hyperscaler", budget_factors=[1.0], criteria=[MedianEarlier()])
    (threshold,) = found.thresholds
    assert (found.stock, found.budget) == ("china_stock", "hyperscaler_budget")
    assert threshold.stock is not None
    assert threshold.stock.value > 2.5e6
    growth = thresholds(prior_of(asked), stock="startup_growth", budget_factors=[1.0], criteria=[WinsShare()])
    assert growth.stock == "startup_growth"
    assert growth.thresholds[0].stock is not None


def test_a_posterior_has_thresholds_of_its_own(asked: Question) -> None:
    source = PriorDraws(asked)
    values = source.map(lambda chunk: chunk)
    kept = values["algorithmic_progress"] > 10.0
    weighted = StoredDraws(values, Weighting(kept.size, weights=kept / kept.sum()), seed=1)
    alone = StoredDraws({name: v[kept] for name, v in values.items()}, Weighting(int(kept.sum())), seed=1)
    one, other = (StockSearch(posterior_from(asked, draws)).solve(WinsShare()).stock for draws in (weighted, alone))
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, rel=1e-3)
    assert one.mcse == pytest.approx(other.mcse, rel=0.05)


def test_draws_too_many_to_hold_answer_the_same(asked: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    held = StockSearch(prior_of(asked)).solve(WinsShare())
    monkeypatch.setattr("catchup.analysis.studies.thresholds.stock_search.MOST_HELD_DRAWS", 0)
    assert StockSearch(prior_of(asked)).solve(WinsShare()) == held


@pytest.mark.parametrize("draws", [1, 19])
def test_too_few_draws_are_said(question: Question, draws: int) -> None:
    few = replace(question, draws=draws)
    answer = as_json(thresholds(prior_of(few)))
    assert answer["notes"] == [f"only {draws} effective draws: too few for the medians"]
    json.dumps(answer, allow_nan=False)


def test_json(solved: Thresholds) -> None:
    answer = json.loads(json.dumps(as_json(solved), allow_nan=False))
    assert answer["schema"] == 1
    assert answer["notes"] == []
    assert [entry["id"] for entry in answer["thresholds"]][:2] == [
        "startup-wins-half-budget-1x",
        "startup-median-month-earlier-budget-1x",
    ]
    for entry in answer["thresholds"]:
        assert {"id", "budget_factor", "criterion", "stock"} <= entry.keys()
        assert entry["stock"].keys() == {"value", "mcse", "unit"}
        assert entry["stock"]["unit"] == "H100e"
        assert 0.0 < entry["stock"]["mcse"] < 0.1 * entry["stock"]["value"]


@pytest.mark.parametrize(
    ("wrong", "said", "nearest"),
    [
        ({"firm": "startpu"}, "firm: unknown firm 'startpu'", "startup"),
        ({"stock": "startup_stok"}, "stock: unknown stock 'startup_stok'", "startup_stock"),
        ({"stock": "china_stock"}, "stock: unknown stock 'china_stock'", None),
        ({"budget_factors": [20.0]}, "more than a year's compute", None),
    ],
)
def test_bad_input(asked: Question, wrong: dict[str, object], said: str, nearest: str | None) -> None:
    with pytest.raises(InputError) as refused:
        thresholds(prior_of(asked), **wrong)  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert refused.value.exit_code == 2
    if nearest:
        assert refused.value.nearest == nearest
