"""Value of information on a question whose date is a constant plus a lognormal quantity: closed forms throughout."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import DrawSource, PriorDraws
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.voi.result import KNOWN, NOTHING
from catchup.analysis.studies.voi.uncertainty import GROUPS, LEVELS, Narrowing
from catchup.evidence.schema import Item
from item_cases import MEDIAN, SIGMA, conjugate, counting, item, reading, twin_question
from voi_cases import FIGURES, figures, lognormal, reading_to_come, valued

QUANTITY = "post_training_months"


def close(found: Narrowing, truth: np.ndarray, share: float = 0.01) -> bool:
    """Whether each figure is within its Monte Carlo error of the truth, a slice's or a step's width apart."""
    rows = figures(found)
    slack = share * np.abs(truth)
    return bool(np.all(np.abs(rows[:, 0] - truth) <= widest(1.0, GROUPS - 1) * rows[:, 1] + slack))


def asked(draws: int = 40_000, **options: Any) -> tuple[Question, DrawSource]:
    question = twin_question(draws, **options)
    return question, PriorDraws(question, [QUANTITY])


@pytest.mark.parametrize("quasi", [False, True])
def test_a_reading_to_come_is_worth_what_the_closed_form_says(quasi: bool) -> None:
    sds = {"sharp": 0.1, "middling": 0.4, "vague": 1.5}
    question, source = asked(quasi_random=quasi)
    found = valued(question, source, {name: reading_to_come(sd) for name, sd in sds.items()})
    for row in found.disclosures:
        after = (SIGMA**-2 + sds[row.disclosure.id] ** -2) ** -0.5
        assert row.learning.method == "reweighting"
        assert close(row.narrowing, lognormal(math.log(MEDIAN), SIGMA, after))
        assert close(row.exactly, lognormal(math.log(MEDIAN), SIGMA, 1e-9), share=0.05)
        for figure, exact in zip(figures(row.narrowing)[:, 0], figures(row.exactly)[:, 0], strict=True):
            assert figure <= exact * 1.02
    losses = [row.narrowing.loss.value for row in found.disclosures]
    assert [row.disclosure.id for row in found.disclosures] == list(sds)  # the sharpest first
    assert losses == sorted(losses, reverse=True)
    assert min(losses) > 0.0


def test_after_evidence_less_is_left_to_learn() -> None:
    question = twin_question(40_000)
    counted = (reading("counted", 2.0, 0.3),)
    posterior = condition(question, counting(counted), "importance")
    mean, sd = conjugate([2.0], [0.3])
    found = valued(posterior.question, posterior.source, {"again": reading_to_come(0.3)}, counted)
    (row,) = found.disclosures
    assert close(row.narrowing, lognormal(mean, sd, (sd**-2 + 0.3**-2) ** -0.5))
    (quantity,) = found.quantities
    assert quantity.quantity == QUANTITY
    assert quantity.narrowing is not None
    assert close(quantity.narrowing, lognormal(mean, sd, 1e-9), share=0.02)
    assert abs(found.perfect.value - found.loss.value) < 1e-9  # who knows the date loses nothing


def test_what_each_outcome_would_say() -> None:
    question, source = asked()
    constant = valued(question, source, {"reading": reading_to_come(0.4)})
    (row,) = constant.disclosures
    spread = math.hypot(SIGMA, 0.4)
    for (p, outcome), z in zip(row.outcomes(), (-1.2816, 0.0, 1.2816), strict=True):
        assert outcome.value == pytest.approx(math.log(MEDIAN) + z * spread, abs=0.1)
        mean, _ = conjugate([math.exp(outcome.value)], [0.4])
        rest = constant.before.uncertainty.median[0] - MEDIAN
        assert outcome.uncertainty.median[0] - rest == pytest.approx(math.exp(mean), abs=0.03), p


def test_what_the_date_does_not_depend_on_is_worth_nothing_and_said_so() -> None:
    question, source = asked()
    tables = {"elsewhere": reading_to_come(0.3, "rl_ratio"), "lever": reading_to_come(0.3, "distilled_share")}
    only = ["rl_ratio", "distilled_share", "rental_price", "algorithmic_progress", *tables]
    found = valued(question, source, tables, only=only)
    rows = [*found.quantities, *found.disclosures]
    assert len(rows) == 6
    for row in rows:
        if isinstance(row.narrowing, Narrowing):
            assert np.all(np.abs(figures(row.narrowing)[:, 0]) <= 2.0 * figures(row.narrowing)[:, 1])
            assert row.note == NOTHING
    fixed = {row.quantity: row for row in found.quantities}["algorithmic_progress"]
    assert (fixed.narrowing, fixed.note) == (None, KNOWN)


def silent(months: float, delay: float = 2.0) -> dict[str, Any]:
    return {
        "title": "Silence",
        "kind": "not_yet",
        "months_ahead": months,
        "observed": {"event": "compute-equivalent"},
        "likelihood": {"delay_months": delay},
    }


def test_silence_to_come_follows_on_silence_so_far() -> None:
    """Silence now, then silence for longer, is silence for longer: the chances multiply."""
    question = twin_question(60_000, model="current")
    late = replace(question, as_of=question.assumptions.calendar.day(12.0))
    now = (item("not_yet", "so-far", observed={"event": "compute-equivalent"}, likelihood={"delay_months": 2.0}),)
    posterior = condition(late, counting(now), "importance")
    found = valued(posterior.question, posterior.source, {"more": silent(1.0)}, now)
    (row,) = found.disclosures
    silence = row.learning.outcomes[-1]
    assert silence.value == 1.0
    values = PriorDraws(late, [QUANTITY]).map(lambda chunk: chunk)
    ready = found.before.months
    assert ready.size == next(iter(values.values())).size
    today = late.as_of_months
    concealed = values["concealed_share"]

    def silent_to(month: float) -> np.ndarray:
        waited = 0.1 * np.logaddexp(0.0, (month - ready) / 0.1)
        return concealed + (1.0 - concealed) * stats.lognorm.sf(waited, 0.8, scale=1.5)

    first, second = silent_to(today), silent_to(round_day(late, today + 1.0))
    truth = second.mean() / first.mean()
    assert float(silence.uncertainty.mass[0]) == pytest.approx(truth, abs=2e-3)
    longer = float(np.interp(0.5, *cumulative(ready, second)))
    assert float(silence.uncertainty.median[0]) == pytest.approx(longer, abs=0.01)


def round_day(question: Question, months: float) -> float:
    day = question.assumptions.calendar.day(months)
    assert day is not None
    return question.assumptions.calendar.months(day)


def cumulative(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(values)
    return np.cumsum(weights[order]) / weights.sum(), values[order]


def test_a_policy_is_learnt_as_one_branch_or_the_other() -> None:
    question, _ = asked()
    start = question.assumptions.calendar.origin  # on which no run is under way
    free = replace(question, as_of=start, draws=20_000)
    table = {"title": "Revoked", "kind": "policy", "lever": "remote-revoked", "probability": 0.3}
    found = valued(free, PriorDraws(free, [QUANTITY]), {"revoked": table})
    (row,) = found.disclosures
    (_, kept), (share, taken) = row.outcomes()
    assert share == pytest.approx(0.3)
    delay = float(taken.uncertainty.median[0] - kept.uncertainty.median[0])
    variance = float(kept.uncertainty.variance[0])
    # the branches differ by a constant here: everything else is fixed
    assert row.narrowing.variance_share.value == pytest.approx(0.21 * delay**2 / (0.21 * delay**2 + variance), rel=0.02)
    assert delay > 0.5


def test_a_disclosure_does_not_depend_on_those_beside_it() -> None:
    question, source = asked(10_000)
    tables = {"one": reading_to_come(0.3), "other": reading_to_come(0.6)}
    both = {row.disclosure.id: row for row in valued(question, source, tables).disclosures}
    alone = valued(question, source, tables, only=["other"])
    assert [row.disclosure.id for row in alone.disclosures] == ["other"]
    np.testing.assert_array_equal(figures(alone.disclosures[0].narrowing), figures(both["other"].narrowing))


def test_the_same_seed_says_the_same() -> None:
    one, other = (as_json(valued(*asked(5_000), {"reading": reading_to_come(0.3)})) for _ in range(2))
    assert one == other


def test_intervals_are_those_asked_for() -> None:
    assert list(LEVELS) == [0.5, 0.9]
    assert len(FIGURES) == 3 + len(LEVELS)


def test_a_bill_of_a_firm_in_the_ledger_shares_its_ratio() -> None:
    known: tuple[Item, ...] = (item("rental_spend", "bill", observed={"value": 1e8, "firm": "Z.ai"}),)
    tables = {
        name: {
            "title": "A bill",
            "kind": "rental_spend",
            "observed": {"firm": firm},
            "likelihood": {"mean_stock_ratio": 1.0, "sd": 0.1},
        }
        for name, firm in {"same": "Z.ai", "new": "Moonshot AI"}.items()
    }
    question = twin_question(5_000)
    found = valued(question, PriorDraws(question, [QUANTITY]), tables, known, only=list(tables))
    latents = {row.disclosure.id: row.disclosure.item.latents[0] for row in found.disclosures if row.disclosure.item}
    assert latents == {"same": "firm_ratio", "new": "firm_ratio_moonshot_ai"}
