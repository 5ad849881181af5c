"""What stands in the way: draw by draw, with its error, moved by silence, and as scripts are promised it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import covers, widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference import forecast as forecasting
from catchup.analysis.inference.diagnostics import Diagnostics
from catchup.analysis.inference.draws import StoredDraws
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.studies.obstacles import BINDING, obstacles
from catchup.evidence.confirmation import confirmed_text
from catchup.evidence.ledgers import PACKAGED
from catchup.model.assumptions import load_assumptions
from catchup.model.forward import outcome

FIVE = ["no-interest", "no-capability", "too-little-focus", "first-run-setback", "data-and-rl"]
DAY = date(2026, 11, 21)
LONG_SILENT = date(2028, 1, 1)
SILENCE = "no-public-model"
CURRENT = load_assumptions(model="current")
ARTICLE = load_assumptions(model="article")


@pytest.fixture(scope="module")
def prior() -> Posterior:
    return prior_of(Question(CURRENT, DAY, draws=20_000))


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own silence, which somebody has confirmed until the day itself."""
    path = tmp_path_factory.mktemp("silence") / "no-public-model.toml"
    path.write_text(confirmed_text((PACKAGED / path.name).read_text(), LONG_SILENT))
    return path


@pytest.fixture(scope="module")
def silent(looked: Path) -> Posterior:
    """Nothing seen until the end of 2027, and nothing else counted."""
    question = Question(CURRENT, LONG_SILENT, draws=400_000)
    return posterior(Request(question, evidence=SILENCE, added=(looked,)))


def test_months_are_those_without_the_quantity(prior: Posterior) -> None:
    found = obstacles(prior)
    values = prior.source.map(lambda values: values)
    ready = outcome(CURRENT, values)[1].ready
    assert [each.id for each in found.obstacles] == FIVE
    for each in found.obstacles:
        gone = {name: np.zeros(ready.size) for name in CURRENT.obstacles[each.id].quantities}
        without = outcome(CURRENT, values | gone)[1].ready
        np.testing.assert_array_equal(each.held.adds.values, ready - without)
        np.testing.assert_array_equal(each.without.values, without)
        share = (ready - without > BINDING).mean()
        assert each.held.binds.value == pytest.approx(share)
        assert each.held.binds.mcse == pytest.approx(np.sqrt(share * (1.0 - share) / (ready.size - 1)))
    gone = {name: np.zeros(ready.size) for each in FIVE for name in CURRENT.obstacles[each].quantities}
    np.testing.assert_array_equal(found.compute_alone.values, outcome(CURRENT, values | gone)[1].ready)
    np.testing.assert_array_equal(found.together.held.adds.values, ready - found.compute_alone.values)


def test_nothing_has_moved_a_prior(prior: Posterior) -> None:
    for each in obstacles(prior).obstacles:
        assert (each.binds_moved.value, each.binds_moved.mcse) == (0.0, 0.0)
        assert (each.mean_moved.value, each.mean_moved.mcse) == (0.0, 0.0)


def test_only_what_touches_the_event_is_listed(prior: Posterior) -> None:
    served = obstacles(prior.about("widely-served"))
    assert [each.id for each in served.obstacles] == [*FIVE, "serving"]
    assert served.obstacles[-1].held.binds.value > 0.9
    exploit = obstacles(prior.about("narrow-exploit"))
    assert [each.id for each in exploit.obstacles] == FIVE[:-1]


@pytest.mark.slow
def test_as_silence_lasts_it_is_obstacles_that_explain_it(silent: Posterior) -> None:
    """Less than 0.40 ready unannounced where the article, which knows of nothing else, has more than 0.65."""
    month = silent.question.as_of_months
    unannounced = silent.ready.probability_below(month)
    assert unannounced.value + widest(unannounced.mcse) < 0.40
    plain = posterior(Request(Question(ARTICLE, LONG_SILENT, draws=100_000), evidence=SILENCE))
    explained = plain.ready.probability_below(month)
    assert explained.value - widest(explained.mcse) > 0.65
    for each in obstacles(silent).obstacles:
        assert each.binds_moved.value > widest(each.binds_moved.mcse), each.id
        assert each.held.adds.quantile_value(0.95) > each.before.adds.quantile_value(0.95)


@pytest.mark.slow
def test_the_movement_is_the_difference_of_two_estimates(silent: Posterior) -> None:
    found = obstacles(silent)
    apart = obstacles(prior_of(silent.question))
    for each, before in zip(found.obstacles, apart.obstacles, strict=True):
        assert each.before.binds.value == pytest.approx(before.held.binds.value, abs=widest(before.held.binds.mcse))
        assert each.binds_moved.value == pytest.approx(each.held.binds.value - each.before.binds.value)
        assert each.mean_moved.value == pytest.approx(each.held.adds.mean.value - each.before.adds.mean.value)


@pytest.mark.slow
def test_errors_of_the_movement_are_as_large_as_they_say(silent: Posterior, looked: Path) -> None:
    """Over many seeds; paired draws share much of their error, which the difference must not count twice."""
    truth = {each.id: each.binds_moved for each in obstacles(silent).obstacles}
    errors: dict[str, list[float]] = {name: [] for name in FIVE}
    mcses: dict[str, list[float]] = {name: [] for name in FIVE}
    for seed in range(200):
        question = Question(CURRENT, LONG_SILENT, draws=2_000, seed=seed + 10)
        for each in obstacles(
            posterior(Request(question, evidence=SILENCE, engine="importance", added=(looked,)))
        ).obstacles:
            moved = each.binds_moved
            errors[each.id].append(moved.value - truth[each.id].value)
            mcses[each.id].append(float(np.hypot(moved.mcse, truth[each.id].mcse)))
    for name in FIVE:
        assert covers(errors[name], mcses[name]), name


def test_chains_are_compared_with_a_prior_of_their_own(silent: Posterior) -> None:
    """Draws that are nobody's reweighted prior: the two errors add up."""
    question = replace(silent.question, draws=4_000)
    values = prior_for(question, silent.items).map(lambda values: values)
    chains = StoredDraws(values, Weighting(4_000, chains=4), question.seed)
    found = obstacles(replace(silent, question=question, source=chains, engine="nuts", diagnostics=Diagnostics(4e3)))
    for each in found.obstacles:
        assert not each.on_common_draws
        assert each.binds_moved.mcse == pytest.approx(np.hypot(each.held.binds.mcse, each.before.binds.mcse))


def test_what_never_comes_is_held_up_by_nothing() -> None:
    amounts = {name for source in CURRENT.race.sources.values() for name in source.amount}
    never = load_assumptions(fixed=dict.fromkeys(amounts - {"rubin_uplift"}, 0.0), model="current")
    found = obstacles(prior_of(Question(never, DAY, draws=200)))
    assert np.isinf(found.ready.values).all()
    for each in (*found.obstacles, found.together):
        np.testing.assert_array_equal(each.held.adds.values, 0.0)
        assert each.held.binds.value == 0.0


def test_a_model_without_obstacles_lists_none() -> None:
    found = obstacles(prior_of(Question(ARTICLE, DAY, draws=500)))
    assert found.obstacles == ()
    np.testing.assert_array_equal(found.ready.values, found.compute_alone.values)


def test_compute_alone_is_the_date_where_obstacles_add_nothing() -> None:
    names = {name for each in CURRENT.obstacles.values() for name in each.quantities}
    assert names
    free = load_assumptions(fixed=dict.fromkeys(names, 0.0))
    here, there, article = (forecast_prior(Question(each, DAY, draws=5_000)) for each in (CURRENT, free, ARTICLE))
    np.testing.assert_array_equal(here.compute_alone.values, there.ready.values)
    np.testing.assert_array_equal(article.compute_alone.values, article.ready.values)


@pytest.mark.parametrize(
    ("asked", "years"),
    [(DAY, [2028, 2029, 2030]), (date(2027, 12, 31), [2028, 2029, 2030]), (date(2029, 6, 1), [2030, 2031, 2032])],
)
def test_not_by_is_of_years_to_come(asked: date, years: list[int]) -> None:
    found = forecast_prior(Question(CURRENT, asked, draws=100))
    assert [day for day, _ in found.not_by()] == [date(year, 1, 1) for year in years]


def test_not_by_is_what_the_date_leaves(prior: Posterior) -> None:
    found = forecasting.forecast(prior)
    for day, chance in found.not_by():
        month = CURRENT.calendar.months_by(day)  # that day counts
        assert chance.value == pytest.approx((found.ready.values >= month).mean())


def test_streamed_draws_have_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question(CURRENT, DAY, draws=5_000)
    exact = forecast_prior(question)
    monkeypatch.setattr(forecasting, "MOST_EXACT_DRAWS", 100)
    streamed = forecast_prior(question)
    for p in (0.05, 0.5, 0.9):
        assert streamed.compute_alone.quantile_value(p) == pytest.approx(
            exact.compute_alone.quantile_value(p), abs=0.02
        )
    for (_, one), (_, other) in zip(streamed.not_by(), exact.not_by(), strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-3)


PRIOR = ["--evidence", "none", "--as-of", "2026-11-21", "--draws", "2000"]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == 0
    return capsys.readouterr().out


def test_what_is_added_is_said_to_be_the_median_over_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """A median of differences is no difference of medians."""
    said = " ".join(printed(capsys, "obstacles", *PRIOR).split())
    assert "its median is that of what is added to each draw" in said
    assert "quantiles of the date move by other amounts" in said


def test_json_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "obstacles", *PRIOR, "--json"))
    assert (found["schema"], found["model"], found["as_of"]) == (1, "current", "2026-11-21")
    assert [each["id"] for each in found["obstacles"]] == FIVE
    for each in (*found["obstacles"], found["together"]):
        assert {"id", "title", "adds", "binds", "mcse", "before_evidence", "moved_by_evidence", "without"} <= set(each)
        assert (
            set(each["adds"]["quantiles"])
            == set(each["without"]["quantiles"])
            == {"0.05", "0.25", "0.5", "0.75", "0.95"}
        )
    assert set(found["not_by"]) == {"2028-01-01", "2029-01-01", "2030-01-01"}
    for name in ("all_of_it", "compute_alone"):
        assert set(found[name]["quantiles"]["0.5"]) == {"months", "date", "mcse"}


def test_the_forecast_says_both_dates(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "forecast", *PRIOR, "--json"))
    plain = json.loads(printed(capsys, "forecast", *PRIOR, "--model", "article", "--json"))
    assert (found["model"], plain["model"]) == ("current", "article")
    assert plain["ready"]["quantiles"] == plain["compute_alone"]["quantiles"]
    for p, quantile in found["ready"]["quantiles"].items():
        assert found["compute_alone"]["quantiles"][p]["months"] < quantile["months"]
    assert 0.0 < found["not_by"]["2030-01-01"] < found["not_by"]["2028-01-01"] < 1.0
    text = printed(capsys, "forecast", *PRIOR)
    assert "On compute alone" in text
    assert "Not ready by the first of January: 2028" in text
    assert "model current" in text
    assert "On compute alone" not in printed(capsys, "forecast", *PRIOR, "--model", "article")


def test_the_article_says_in_a_line_that_it_holds_none(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "obstacles", *PRIOR, "--model", "article")
    assert said == "This model holds no obstacles: in it, compute alone decides.\n"
    assert json.loads(printed(capsys, "obstacles", *PRIOR, "--model", "article", "--json"))["obstacles"] == []


def test_text_names_what_silence_makes_likelier(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "obstacles", "--evidence", SILENCE, "--as-of", "2028-01-01", "--draws", "20000")
    assert "Evidence has made likelier to bind: " in said
    assert "before evidence" in said


@pytest.mark.parametrize("command", ["forecast", "obstacles", "levers", "priors list", "evidence list", "size"])
def test_an_unknown_model_is_refused_with_the_nearest(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--model", "curent"]) == 2
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert "--model" in said
    assert 'Did you mean "current"?' in said
