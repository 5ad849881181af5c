"""The forecast's figures against the draws they summarise, and its JSON against the design."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from false_alarms import covers

from catchup.analysis.inference import forecast as module
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.forecast import forecast, forecast_prior
from catchup.analysis.inference.outcomes import first_shares, outcome_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.calendar import month_ends
from item_cases import posterior_from

KEYS = {
    "schema",
    "event",
    "as_of",
    "engine",
    "draws",
    "seed",
    "evidence",
    "ready",
    "pretrained",
    "mythos_flop",
    "probability_by",
    "first_firm",
    "log_evidence",
    "diagnostics",
}
DATE_KEYS = {"mean", "sd", "quantiles"}
QUANTILE_KEYS = {"months", "date", "mcse"}


def ready_of(question: Question) -> np.ndarray:
    return PriorDraws(question).map(lambda values: {"ready": outcome_of(question, values)[1].ready})["ready"]


def test_json_has_the_keys_of_the_design(question: Question) -> None:
    answer = json.loads(json.dumps(as_json(forecast_prior(question)), allow_nan=False))
    assert answer.keys() >= KEYS
    assert answer["schema"] == 1
    for moment in ("ready", "pretrained"):
        assert answer[moment].keys() >= DATE_KEYS
        assert list(answer[moment]["quantiles"]) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
        assert all(entry.keys() == QUANTILE_KEYS for entry in answer[moment]["quantiles"].values())
    assert list(answer["mythos_flop"]["quantiles"]) == ["0.05", "0.5", "0.95"]
    assert answer["first_firm"].keys() == {"hyperscaler", "startup"}
    assert answer["diagnostics"].keys() == {"ess", "khat", "rhat_max", "divergences"}
    assert answer["evidence"] == []
    assert answer["engine"] == "forward"
    assert (answer["as_of"], answer["event"]) == ("2026-06-12", "compute-equivalent")


def test_figures_are_those_of_the_draws(question: Question) -> None:
    ready = ready_of(question)
    answer = as_json(forecast_prior(question))
    origin = question.assumptions.calendar.origin
    for p, entry in answer["ready"]["quantiles"].items():
        months = np.quantile(ready, float(p), method="hazen")
        assert entry["months"] == pytest.approx(months, abs=1e-4)
        assert entry["date"] == (origin + timedelta(days=int(months * 30.44))).isoformat()
    assert answer["ready"]["mean"] == pytest.approx(ready.mean(), abs=1e-4)
    assert answer["ready"]["sd"] == pytest.approx(ready.std(), abs=1e-4)
    for day, chance in answer["probability_by"].items():
        # Ready by a day is ready before it ends.
        end = ((date.fromisoformat(day) - origin).days + 1) / 30.44
        assert chance == pytest.approx((ready < end).mean(), abs=1e-5)


def test_the_whole_day_counts(question: Question) -> None:
    """A draw that is ready at noon of a day is ready by that day."""
    noon = (date(2026, 12, 31) - question.assumptions.calendar.origin).days + 0.5
    answer = as_json(
        replace(forecast_prior(question), ready=module.Distribution(np.full(3, noon / 30.44), Weighting(3)))
    )
    assert answer["probability_by"]["2026-11-30"] == 0.0
    assert answer["probability_by"]["2026-12-31"] == 1.0
    assert answer["ready"]["quantiles"]["0.5"]["date"] == "2026-12-31"


@pytest.mark.parametrize(
    ("day", "count", "ends"),
    [
        (date(2026, 11, 21), 3, ["2026-11-30", "2026-12-31", "2027-01-31"]),
        (date(2027, 12, 31), 3, ["2027-12-31", "2028-01-31", "2028-02-29"]),
        (date(2028, 2, 1), 1, ["2028-02-29"]),
        (date(2028, 2, 1), 0, []),
    ],
)
def test_month_ends(day: date, count: int, ends: list[str]) -> None:
    assert [end.isoformat() for end in month_ends(day, count)] == ends


def test_probabilities_reach_two_years_ahead(question: Question) -> None:
    days = list(as_json(forecast_prior(question))["probability_by"])
    assert (days[0], days[-1], len(days)) == ("2026-06-30", "2028-05-31", 24)


@pytest.mark.parametrize(
    ("draws", "few"), [(1, "0.05, 0.25, 0.5, 0.75, 0.95"), (30, "0.05, 0.25, 0.75, 0.95"), (100, "0.05, 0.95")]
)
def test_too_few_draws_are_said(question: Question, draws: int, few: str) -> None:
    answer = as_json(forecast_prior(replace(question, draws=draws)))
    assert answer["warnings"] == [f"only {draws} effective draws: too few for the quantile(s) {few}"]
    said = {p for p, entry in answer["ready"]["quantiles"].items() if entry.get("meaningful") is False}
    assert said == set(few.split(", "))


def test_enough_draws_need_no_warning(question: Question) -> None:
    assert as_json(forecast_prior(question))["warnings"] == []


def test_streaming_answers_the_same(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = forecast_prior(question)
    monkeypatch.setattr(module, "MOST_EXACT_DRAWS", question.draws - 1)
    streamed = forecast_prior(question)
    assert isinstance(streamed.ready, module.StreamedDistribution)
    width = (module.DATE_RANGE[1] - module.DATE_RANGE[0]) / 120_000
    ordered = np.sort(ready_of(question))
    for p in module.QUANTILES:
        rank = int(p * question.draws)
        gap = ordered[rank + 1] - ordered[rank - 1]
        assert abs(streamed.ready.quantile_value(p) - exact.ready.quantile_value(p)) <= width + gap
    assert streamed.ready.mean.value == pytest.approx(exact.ready.mean.value, rel=1e-12)
    for firm, share in exact.first_firm.items():
        assert streamed.first_firm[firm].value == pytest.approx(share.value, rel=1e-12)
        assert streamed.first_firm[firm].mcse == pytest.approx(share.mcse, rel=1e-3)
    assert as_json(streamed).keys() == as_json(exact).keys()


def test_stored_draws_answer_as_the_prior_that_made_them(question: Question) -> None:
    source = PriorDraws(question)
    stored = StoredDraws(source.map(lambda values: values), source.weighting, question.seed)
    assert as_json(forecast(posterior_from(question, stored, engine="forward"))) == as_json(forecast_prior(question))


def test_weights_move_the_forecast_as_a_smaller_prior_would(question: Question) -> None:
    """Weights that keep only the draws with more progress than the mode are those draws alone."""
    source = PriorDraws(question)
    values = source.map(lambda chunk: chunk)
    kept = values["algorithmic_progress"] > 10.0
    weighted = StoredDraws(values, Weighting(question.draws, weights=kept / kept.sum()), question.seed)
    alone = StoredDraws(
        {name: column[kept] for name, column in values.items()}, Weighting(int(kept.sum())), question.seed
    )
    one = forecast(posterior_from(question, weighted))
    other = forecast(posterior_from(question, alone))
    for p in module.QUANTILES:
        # draws without weight still stand between the others when a quantile is interpolated
        assert one.ready.quantile(p).value == pytest.approx(
            other.ready.quantile(p).value, abs=0.05 * other.ready.quantile(p).mcse
        )
        assert one.ready.quantile(p).mcse == pytest.approx(other.ready.quantile(p).mcse, rel=1e-3)
    assert one.diagnostics.ess == pytest.approx(kept.sum())
    assert one.first_firm["startup"].value == pytest.approx(other.first_firm["startup"].value, rel=1e-12)


def test_firms_that_tie_share_being_first(question: Question) -> None:
    gridded = replace(question, launch_grid=2.0)
    result = outcome_of(gridded, PriorDraws(gridded).map(lambda values: values))[1]
    hyperscaler, startup = (result.contenders[firm].pretrained for firm in ("hyperscaler", "startup"))
    tied = hyperscaler == startup
    assert 0.01 < tied.mean() < 0.5
    shares = first_shares(result)
    np.testing.assert_array_equal(shares["hyperscaler"], np.where(tied, 0.5, hyperscaler < startup))
    np.testing.assert_array_equal(shares["hyperscaler"] + shares["startup"], 1.0)
    assert forecast_prior(gridded).first_firm["startup"].value == pytest.approx(shares["startup"].mean())


def test_nobody_is_first_where_nobody_ever_is(assumptions: Assumptions) -> None:
    amounts = {name: 0.0 for source in assumptions.race.sources.values() for name in source.amount}
    amounts = {name: 1.0 if name.endswith("uplift") else value for name, value in amounts.items()}
    never = forecast_prior(Question(load_assumptions(fixed=amounts, model="article"), date(2026, 6, 12), draws=500))
    assert {share.value for share in never.first_firm.values()} == {0.0}
    assert set(never.ready_if_first.values()) == {None}
    answer = json.loads(json.dumps(as_json(never), allow_nan=False))
    assert answer["ready"]["quantiles"]["0.5"] == {"months": None, "date": None, "mcse": None}
    assert set(answer["probability_by"].values()) == {0.0}


@pytest.mark.parametrize("seeds", [40, pytest.param(400, marks=pytest.mark.slow)])
def test_quasi_random_errors_cover(question: Question, seeds: int) -> None:
    truth = forecast_prior(replace(question, draws=400_000)).ready
    quasi = [
        forecast_prior(replace(question, draws=2_048, quasi_random=True, seed=seed)).ready for seed in range(seeds)
    ]
    replicates = quasi[0].weighting.replicates
    for p in (0.25, 0.5):
        errors = [found.quantile(p).value - truth.quantile(p).value for found in quasi]
        # the truth's own error is a sixth of these or less, which adds under 2% to their spread
        assert covers(errors, [found.quantile(p).mcse for found in quasi], replicates - 1)
