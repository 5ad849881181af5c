"""What answers make of silence: the date it is known, what explains it, how old it is, and when it is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from catchup.analysis.archive.ready_curve import published_dates
from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.contradiction import silence_given_others
from catchup.analysis.inference.diagnostics import UNLIKELY, UntrustworthyError
from catchup.analysis.inference.forecast import forecast, forecast_prior
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.report.report import _headline
from catchup.analysis.presentation.tables.forecast import known_lines
from catchup.analysis.runs.run import run as keep_run
from catchup.analysis.studies.attribution import attribute
from catchup.analysis.studies.news import kind_of
from catchup.analysis.studies.state import state
from catchup.evidence.confirmation import confirmed_text
from catchup.evidence.ledgers import PACKAGED
from catchup.model.assumptions import load_assumptions
from catchup.model.reporting import log_silence

DAY = date(2026, 11, 21)
YEARS = {"article": date(2028, 1, 1), "current": date(2028, 1, 1)}
SHIPPED = PACKAGED / "no-public-model.toml"


def looked(folder: Path, through: date) -> Path:
    """The project's own silence, confirmed through a day."""
    path = folder / "no-public-model.toml"
    path.write_text(confirmed_text(SHIPPED.read_text(), through))
    return path


def asked(model: str, day: date, evidence: str, *added: Path, draws: int = 40_000, **fixed: float) -> Request:
    question = Question(load_assumptions((), fixed, model=model), day, draws=draws)
    return Request(question, evidence, "importance", added=added)


def conditioned(request: Request, *, refuse: bool = True) -> Posterior:
    return condition(request.question, request.selection, request.engine, refuse=refuse)


@pytest.fixture(scope="module")
def answer() -> Posterior:
    return conditioned(asked("current", DAY, "default"))


def test_known_follows_ready_after_the_delay_given_the_silence_so_far(answer: Posterior) -> None:
    """Its distribution against each draw's own, summed over the draws: reports as SciPy has them."""
    columns, weighting = answer.summary, answer.source.weighting
    ready, known = columns["ready"], forecast(answer).known
    assert known is not None
    (concealed,) = answer.source.map(lambda values: {"c": values["concealed_share"]}).values()
    silent = answer.question.clock.months(date(2026, 9, 29))
    assert (columns["known"] > np.maximum(ready, silent)).all()

    def still(month: float) -> np.ndarray:
        waited = 0.1 * np.logaddexp(0.0, (month - ready) / 0.1)
        return concealed + (1.0 - concealed) * stats.lognorm.sf(waited, 0.8, scale=1.5)

    for month in (12.0, 14.0, 17.0, 20.0, 24.0, 36.0):
        found = known.probability_below(month)
        expected = weighting.mean(1.0 - still(month) / still(silent))
        assert found.value == pytest.approx(expected, abs=widest(found.mcse)), month
    drawn = weighting.estimate(np.isinf(columns["known"]).astype(float))
    never, kept = forecast(answer).kept_secret(), concealed / still(silent)
    assert drawn.value == pytest.approx(never.value, abs=widest(drawn.mcse))
    assert never.value == pytest.approx(weighting.mean(kept), rel=1e-6)
    assert never.mcse == pytest.approx(weighting.mcse(kept), rel=1e-6)


def test_from_the_prior_a_lab_conceals_as_often_as_is_believed() -> None:
    question = Question(load_assumptions(), DAY, draws=40_000)
    for draws in (40_000, 120_000):  # kept, and streamed through histograms
        answer = forecast_prior(replace(question, draws=draws))
        known = answer.known
        assert known is not None
        ever = known.probability_below(np.inf)
        assert 1.0 - ever.value == pytest.approx(0.1, abs=widest(ever.mcse))
        assert answer.kept_secret().value == pytest.approx(0.1, abs=widest(answer.kept_secret().mcse))
        assert answer.kept_secret().mcse == pytest.approx(stats.beta(2, 18).std() / np.sqrt(draws), rel=0.05)
        assert known.quantile_value(0.95) == np.inf


def test_the_article_says_nothing_of_when_it_is_known() -> None:
    assert forecast_prior(Question(load_assumptions(model="article"), DAY, draws=1_000)).known is None


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.floats(-10, 40), min_size=2, max_size=12),
    st.floats(0.0, 0.9),
    st.floats(-5, 30),
    st.floats(0, 30),
    st.floats(-5, 80),
)
def test_a_later_confirmation_never_makes_it_known_earlier(ready, concealed, first, later, day) -> None:
    """On shared draws, whatever their dates. Of ready it does not hold: long silence points to labs that conceal."""
    dates = np.array(ready)

    def known_by(silent: float) -> float:
        left = np.exp(log_silence(np, silent - dates, 1.5, 0.8, np.full(dates.size, concealed)))
        then = np.exp(log_silence(np, max(silent, day) - dates, 1.5, 0.8, np.full(dates.size, concealed)))
        return float((left - then).sum() / left.sum())

    assert known_by(first + later) <= known_by(first) + 1e-9


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-10, 40), min_size=2, max_size=12), st.floats(-5, 20), st.floats(0, 20))
def test_a_later_confirmation_never_makes_ready_earlier_where_the_delay_is_exponential(ready, first, later) -> None:
    dates = np.array(ready)

    def mean(silent: float) -> float:
        log_weights = -np.maximum(silent - dates, 0.0) / 2.0
        weights = np.exp(log_weights - log_weights.max())
        return float(weights @ dates / weights.sum())

    assert mean(first + later) >= mean(first) - 1e-9


def test_long_silence_is_explained_by_what_stands_in_the_way_rather_than_by_secrecy(tmp_path: Path) -> None:
    """Nothing seen through the end of 2027: ready unannounced below 0.40 in `current`, above 0.65 in the article's."""
    silence = looked(tmp_path, date(2027, 12, 31))
    found = {
        model: state(conditioned(asked(model, day, "none", silence, draws=50_000))) for model, day in YEARS.items()
    }
    current, article = found["current"].explained, found["article"].explained
    assert current is not None
    assert article is not None
    assert current.unannounced.value + widest(current.unannounced.mcse) < 0.40
    assert article.unannounced.value - widest(article.unannounced.mcse) > 0.65
    assert current.obstacles.value > 0.5
    assert article.obstacles.value == 0.0
    for model, row in found.items():
        assert row.explained is not None
        parts = (row.explained.compute, row.explained.obstacles, row.explained.unannounced)
        assert sum(part.value for part in parts) == pytest.approx(1.0, abs=1e-9), model
        assert row.stages[-1].probability.value == pytest.approx(row.explained.unannounced.value, abs=1e-9)


def said(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = run(list(arguments))
    captured = capsys.readouterr()
    return status, " ".join(captured.out.split()), captured.err


def test_state_says_what_explains_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silence = str(looked(tmp_path, date(2027, 12, 31)))
    where = ["state", "--evidence", "none", "--add", silence, "--as-of", "2028-01-01", "--draws", "20000"]
    _, out, _ = said([*where, "--model", "article"], capsys)
    assert "where compute suffices, that is this model's only explanation" in out
    _, out, _ = said(where, capsys)
    assert "something besides compute stands in the way" in out
    _, out, _ = said([*where, "--json"], capsys)
    assert sum(share["value"] for share in json.loads(out)["silence"].values()) == pytest.approx(1.0, abs=1e-3)
    _, out, _ = said(["state", "--evidence", "none", "--draws", "2000", "--json"], capsys)
    assert json.loads(out)["silence"] is None


SILENT_STAGE = "A model is ready, and nobody has said so"


@pytest.mark.parametrize("asked_of", [["--evidence", "none"], ["--event", "narrow-exploit"], ["--as-of", "2028-06-01"]])
def test_a_model_is_called_unannounced_only_where_silence_is_counted_through_the_day(
    asked_of: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no silence about it is counted, or only through an earlier day, a model that is ready may be known."""
    added = [] if "none" in asked_of else ["--evidence", "none", "--add", str(looked(tmp_path, date(2027, 12, 31)))]
    as_of = [] if "--as-of" in asked_of else ["--as-of", "2027-12-31"]
    for command in ("forecast", "state"):
        _, out, _ = said([command, "--draws", "20000", *asked_of, *added, *as_of], capsys)
        assert "nobody has said so" not in out
        assert "unannounced" not in out.lower()
        assert "ready" in out


def test_a_model_is_called_unannounced_where_silence_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silence = str(looked(tmp_path, date(2027, 12, 31)))
    where = ["--evidence", "none", "--add", silence, "--as-of", "2027-12-31", "--draws", "20000"]
    _, out, err = said(["forecast", *where], capsys)
    assert "ready, unannounced" in out
    assert "secrecy" not in err
    out = said(["state", *where], capsys)[1]
    assert SILENT_STAGE in out
    assert "ready and nobody has said so" in out
    found = json.loads(said(["forecast", *where, "--json"], capsys)[1])
    assert found["silent_through_as_of"] is True
    assert "ready-unannounced" in found["state"]


def test_silence_about_a_model_being_served_names_no_model_that_is_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silence = looked(tmp_path, date(2029, 12, 31))
    other = silence.read_text().replace('id = "no-public-model"', 'id = "not-served"')
    silence.write_text(other.replace("[observed]", '[observed]\nevent = "widely-served"'))
    where = ["--event", "widely-served", "--evidence", "none", "--add", str(silence), "--as-of", "2029-12-31"]
    out = " ".join(said(["state", *where, "--draws", "20000"], capsys)[1].split())
    assert "a model is served and nobody has said so" in out
    assert "a model is ready" not in out


def test_what_explains_silence_says_what_is_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run takes months: that nobody is ready on compute alone does not say that compute is lacking."""
    silence = str(looked(tmp_path, date(2026, 11, 27)))
    _, out, _ = said(["state", "--add", silence, "--as-of", "2026-11-27", "--draws", "20000"], capsys)
    assert "compute does not suffice" not in out
    assert "nobody would be ready even on compute alone" in out


def test_silence_that_contradicts_all_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silence = looked(tmp_path, date(2029, 1, 1))
    arguments = ["forecast", "--as-of", "2029-01-01", "--add", str(silence), "--draws", "20000", "--json"]
    status, out, err = said([*arguments, "--model", "article"], capsys)
    assert (status, out) == (1, "")
    assert "silence contradicts all else that the model holds: no-public-model, through 2029-01-01" in err
    assert "--model current" in err
    status, out, err = said(arguments, capsys)  # labs that conceal explain it, and little else
    assert status == 0
    assert "silence through 2029-01-01 leaves little but secrecy" in err
    assert "leaves little but secrecy" in json.loads(out)["warnings"][-1]
    assert "the longer it lasts, the nearer its date comes to where it was before" in json.loads(out)["warnings"][-1]
    silence = looked(tmp_path, date(2031, 1, 1))  # what else stands in the way does not explain that much
    arguments = ["forecast", "--as-of", "2031-01-01", "--add", str(silence), "--draws", "20000"]
    status, _, err = said([*arguments, "--set", "concealed_share=0"], capsys)
    assert status == 1
    assert "silence contradicts all else that the model holds: no-public-model, through 2031-01-01" in err


def test_the_probability_of_silence_given_the_rest_is_its_leave_one_out(tmp_path: Path) -> None:
    """Against the mean of the silence's likelihood over draws of the posterior that the others make."""
    request = asked("article", date(2027, 12, 1), "default", draws=100_000)
    drawn = conditioned(request, refuse=False)
    assert drawn.shared is not None
    found = silence_given_others("no-public-model", drawn.items, drawn.shared)
    others = ",".join(name for name in drawn.evidence if name != "no-public-model")
    ready = conditioned(replace(request, evidence=others)).ready
    waited = np.maximum(request.question.as_of_months - ready.values, 0.0)
    expected = ready.weighting.estimate(np.exp(-waited / 2.0))
    assert found > UNLIKELY
    assert found == pytest.approx(expected.value, abs=2.0 * widest(expected.mcse))
    with pytest.raises(UntrustworthyError, match="silence contradicts"):
        conditioned(asked("article", date(2028, 9, 1), "default"))


def test_old_silence_is_said_to_be_old_and_only_then(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["forecast", "--draws", "4000", "--json", "--add", str(looked(tmp_path, date(2026, 11, 1)))]
    for day, stale in (("2026-11-15", False), ("2026-11-16", True), ("2026-10-15", False)):
        _, out, err = said([*where, "--as-of", day], capsys)
        assert ("no-public-model: silence was last confirmed through 2026-11-01" in err) is stale, day
        confirmed = min(day, "2026-11-01")
        assert json.loads(out)["silence_confirmed_through"] == confirmed
    _, out, err = said([*where, "--as-of", "2026-12-01", "--model", "article"], capsys)
    assert "is read to the day of the question all the same, as in the published reading" in err
    assert json.loads(out)["known"] is None
    _, out, err = said(["forecast", "--evidence", "none", "--draws", "4000", "--json"], capsys)
    assert err == ""
    assert json.loads(out)["silence_confirmed_through"] is None


def test_a_report_begins_with_old_silence_and_says_when_it_is_known(answer: Posterior) -> None:
    head = _headline(forecast(answer))
    assert head["stale"] == [
        "Silence was last confirmed through 29 Sep 2026: nobody has confirmed since that there was nothing to see."
    ]
    assert any("catchup evidence confirm" in note for note in head["notes"])
    assert "Publicly known around" in " ".join(known_lines(forecast(answer)))


def test_runs_are_scored_by_when_it_is_known_and_a_confirmation_is_a_step_of_its_own(tmp_path: Path) -> None:
    runs = []
    for name, through in (("before", date(2026, 9, 29)), ("after", date(2026, 11, 20))):
        (tmp_path / name).mkdir()
        request = asked("current", DAY, "default", looked(tmp_path / name, through), draws=8_000)
        runs.append(keep_run(request, tmp_path / name / "runs", brief=True))
    curve = published_dates(runs[1])["known"]
    assert np.isinf(curve.curve.months[-1])
    known = runs[1].forecast["known"]["quantiles"]["0.5"]["months"]
    assert curve.curve.quantile(0.5) == pytest.approx(known, abs=0.01)
    found = attribute(runs[0].snapshot, runs[1].snapshot)
    titles = {step.id: step.title for step in found.steps}
    assert titles["changed:no-public-model"] == (
        "silence confirmed: no-public-model, through 2026-11-20 (before: 2026-09-29)"
    )
    back = {step.id: step for step in attribute(runs[1].snapshot, runs[0].snapshot).steps}["changed:no-public-model"]
    assert back.title == "confirmation withdrawn: no-public-model, through 2026-11-20 (now: 2026-09-29)"
    assert kind_of(back) == "correction"
