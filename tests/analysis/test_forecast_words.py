"""What is read of a forecast, and what scripts are promised of it: every month, who is never ready, all keys."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from catchup.analysis import Distribution, Estimate, Forecast, Posterior, Question, as_json, forecast, prior_of
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.silence import Silence
from catchup.analysis.presentation.tables.forecast import MONTHS_SHOWN, known_lines, month_table
from catchup.analysis.presentation.text import chance_text, date_text
from catchup.model import load_assumptions

KEYS = {
    *("schema", "model", "event", "as_of", "engine", "draws", "seed", "evidence"),
    *("ready", "pretrained", "known", "compute_alone", "without_lags", "mythos_flop"),
    *("probability_by", "not_by", "first_firm", "first_archetype", "silence_confirmed_through"),
    *("log_evidence", "log_evidence_mcse", "diagnostics"),
}
"""Both parts of the design's list: others' scripts read these."""


@pytest.fixture(scope="module")
def prior() -> Posterior:
    return prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=2_000))


@pytest.fixture(scope="module")
def answer(prior: Posterior) -> Forecast:
    return forecast(prior)


def test_json_has_all_keys_that_are_promised(answer: Forecast) -> None:
    content = as_json(answer)
    assert content.keys() >= KEYS
    for name in ("ready", "pretrained", "known", "compute_alone"):
        assert {*content[name]["quantiles"]} == {"0.05", "0.25", "0.5", "0.75", "0.95"}
        assert all(entry.keys() == {"months", "date", "mcse"} for entry in content[name]["quantiles"].values())
    for name in ("ready", "pretrained"):
        assert {"mean", "sd"} <= content[name].keys()
    assert {*content["not_by"]} == {"2028-01-01", "2029-01-01", "2030-01-01"}
    assert {*content["diagnostics"]} == {"ess", "khat", "rhat_max", "divergences"}
    assert content["first_firm"].keys() == answer.question.assumptions.race.firms.keys()
    assert content["model"] == "current"


def test_months_are_read_from_the_first_one_on(answer: Forecast) -> None:
    table, months = month_table(answer), [day for day, _ in answer.probabilities_by()]
    assert table.shown is not None
    shown = [day for day, _ in table.shown]
    assert 1 < len(shown) <= MONTHS_SHOWN
    assert shown == months[: len(shown)]
    assert shown[0] == date(2026, 11, 30)


@pytest.mark.parametrize("never", [0.25, 0.75])
def test_that_nobody_is_ever_ready_is_said_with_its_probability(never: float, answer: Forecast) -> None:
    assert answer.known is not None
    ready = np.where(np.arange(answer.draws) < never * answer.draws, math.inf, 12.0)
    known = np.where(np.arange(answer.draws) < (never + 0.1) * answer.draws, math.inf, 14.0)
    weighting = answer.ready.weighting  # type: ignore[union-attr]
    told = replace(
        answer,
        ready=Distribution(ready, weighting),
        known=Distribution(known, weighting),
        concealed=Estimate(0.1, mcse=0.01),
    )
    (line,) = known_lines(told)
    assert f"or nobody ever ready, {chance_text(never)}" in line
    assert f"with a probability of {chance_text(0.1)}" in line


def test_a_day_on_which_it_became_known_is_said_without_an_interval(answer: Forecast) -> None:
    reported = np.full(answer.draws, 11.3)
    told = replace(answer, known=Distribution(reported, answer.ready.weighting))  # type: ignore[union-attr]
    day = answer.question.assumptions.calendar.day(11.3)
    assert known_lines(told) == [f"Publicly known since {date_text(day)}"]
    reported[0] = 9.0  # a doubted report before it
    told = replace(answer, known=Distribution(reported, answer.ready.weighting))  # type: ignore[union-attr]
    assert known_lines(told)[0].startswith("Publicly known around")


@pytest.mark.parametrize("looked", [0, 1, 200])
@pytest.mark.parametrize(("unannounced", "little"), [(0.89, False), (0.9, True), (0.97, True)])
def test_silence_leaves_little_but_secrecy_from_nine_in_ten_on(
    unannounced: float, little: bool, looked: int, answer: Forecast
) -> None:
    """Somebody who looked on Sunday, for a job of Monday, was told nothing."""
    day = answer.question.as_of - timedelta(days=looked)
    silence = Silence("quiet", answer.question.event, answer.question.as_of, day, day)
    by = answer.question.assumptions.calendar.months_by(day)
    ready = np.where(np.arange(1_000) < round(1_000 * unannounced), by - 0.01, by + 0.01)
    said = replace(answer, ready=Distribution(ready, Weighting(1_000)), silences=(silence,)).warnings()
    warned = [line for line in said if "leaves little but secrecy" in line]
    assert warned == (said[-1:] if little else [])
    if little:
        assert f"silence through {day} leaves" in warned[0]
        assert ("is ready and nobody has said so" if looked == 0 else "was ready by then and nobody had") in warned[0]
    reported = replace(silence, reported=True)
    assert "secrecy" not in " ".join(replace(answer, silences=(reported,)).warnings())


def test_months_end_with_the_first_that_is_as_good_as_certain(
    answer: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    chances = [0.5, 0.96, 0.994, 0.996, 0.998]
    months = {date(2027, month, 1): Estimate(chance, 0.0) for month, chance in enumerate(chances, start=1)}
    monkeypatch.setattr(Forecast, "probabilities_by", lambda self: months.items())
    shown = month_table(answer).shown
    assert shown is not None
    assert [chance.value for _, chance in shown] == chances[:4]
