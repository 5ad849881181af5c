"""Leaks about firms: what each moves, rumours read as not genuine, opinions compared and never counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.forecast import Forecast, forecast
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import likelihoods, prior_for
from catchup.analysis.inference.outcomes import outcome_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.calibration.plan import with_spread
from catchup.analysis.studies.voi.disclosures import read_disclosures
from catchup.evidence.schema import Item
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.errors import InputError
from item_cases import DAY, counting, item, write_item

MODEL = "current"

DRAWS = 20_000
DOUBT = {"reliability": 0.9, "background_probability": 0.5}
LARGE = {"value": 50e6, "chip": "H100", "firm": "startup", "date": date(2026, 10, 15)}


def asked(items: list[Item], assumptions: Assumptions) -> Forecast:
    return forecast(condition(Question(assumptions, DAY, draws=DRAWS), counting(items), "importance", refuse=False))


def test_a_believed_rumour_that_the_prior_excludes_is_said_so(assumptions: Assumptions) -> None:
    found = asked([item("cluster", "huge", observed=LARGE, likelihood={"sd": 0.2, **DOUBT})], assumptions)
    (row,) = found.genuine
    assert row.overruled
    assert row.excluded_by == "prior"
    assert "startup_stock" in {each.quantity for each in row.widenings}
    assert any("huge" in line and "the prior excludes it" in line for line in found.warnings())


def test_a_rumour_moves_the_date_less_the_less_it_is_believed(assumptions: Assumptions) -> None:
    """One run, rumoured with less and less reliability: the mean goes from that of a fact to that of the prior."""
    question = Question(assumptions, DAY, draws=DRAWS)
    background = {"background_mean": 8.0, "background_sd": 6.0}
    believed = [0.0, 0.1, 0.4, 1.0]
    doubted = [
        item("run_started", f"r{place}", likelihood={"months_sd": 1.0, "reliability": share, **background})
        for place, share in enumerate(believed)
    ]
    plain = item("run_started", "plain", likelihood={"months_sd": 1.0})
    items = [*doubted, plain]
    source = prior_for(question, items)
    logs = likelihoods(question, source, items)
    ready = source.map(lambda values: {"ready": _ready(question, values)})["ready"]
    ready = np.minimum(ready, 60.0)
    whole = [_mean(logs[each.id], ready) for each in items]
    assert whole[0] == pytest.approx(ready.mean(), abs=1e-6)  # not believed at all: the background is one constant
    assert whole[0] > whole[1] > whole[2] > whole[3]
    assert whole[3] == pytest.approx(whole[4], abs=1e-6)


def _mean(log_likelihood: np.ndarray, values: np.ndarray) -> float:
    weights = smooth_weights(log_likelihood).weights
    return float(weights @ values / weights.sum())


def _ready(question: Question, values: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(outcome_of(question, values)[1].ready)


@pytest.mark.parametrize("firm", ["bytedance", "alibaba", "deepseek"])
def test_a_run_of_one_firm_moves_that_firms_chance_to_be_first(firm: str, assumptions: Assumptions) -> None:
    before = asked([item("compute_stock", "stock")], assumptions).first_firm
    run = item("run_started", "run", observed={"firm": firm, "date": date(2026, 9, 15)})
    after = asked([item("compute_stock", "stock"), run], assumptions).first_firm
    gained = {name: after[name].value - before[name].value for name in after}
    error = sum(max(each.mcse for each in (before[name], after[name])) for name in after)
    assert gained[firm] > 4.0 * error
    assert max(gained, key=lambda name: gained[name]) == firm


def test_an_opinion_that_is_added_is_compared_and_not_counted(tmp_path: Path, assumptions: Assumptions) -> None:
    path = write_item(tmp_path, "expert_forecast", "opinion")
    chosen = choose_evidence(Question(assumptions, DAY), "default", None, [path])
    plain = choose_evidence(Question(assumptions, DAY), "default", None, [])
    assert [each.id for each in chosen.counted] == [each.id for each in plain.counted]
    assert "opinion" in {each.id for each in chosen.checks}
    alone = choose_evidence(Question(assumptions, DAY), "none", None, [path])
    assert alone.counted == ()
    with pytest.raises(InputError, match="never counted"):
        choose_evidence(Question(assumptions, DAY), "opinion", None, [path], count_added=True)


def test_an_opinion_still_to_come_is_no_disclosure() -> None:
    row = {"title": "t", "kind": "expert_forecast", "likelihood": {}}
    with pytest.raises(InputError, match="is an opinion") as refusal:
        read_disclosures({"survey": (row, "page")}, Question(load_assumptions(), DAY), {})
    assert refusal.value.key == "disclosures.survey.kind"


def test_a_wrong_spread_is_of_every_standard_deviation_there_is() -> None:
    doubt = {"reliability": 0.9, "background_mean": 8.0, "background_sd": 6.0}
    wrong = with_spread(item("run_started", "run", likelihood={"months_sd": 1.0, **doubt}), 0.5)
    assert wrong.stated_likelihood == {
        "months_sd": 0.5,
        "size_sd": None,
        "typical_share": 1.0,
        "reliability": 0.9,
        "background_mean": 8.0,
        "background_sd": 3.0,
    }
