"""Sums of money whose currency is mistaken: told by their Bayes factor, and honest ones hardly ever."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from own_rows import BAIDU
from scipy import stats

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.likelihoods import predictions_of, prior_for
from catchup.analysis.inference.misreading import FALSE_ALARMS, LIKELIER, likelier_if
from catchup.analysis.inference.question import Question
from catchup.evidence.latents import with_latents
from catchup.evidence.likelihood import simulate
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from catchup.model.capacity import INSIDE, national_pools
from catchup.priors.errors import InputError
from item_cases import DAY, item, write_item

GROWN = {"yearly_growth": 2.0}
SIX = ("bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai")
MONEY = [("capital_spending", firm) for firm in (*SIX[:3], None)] + [("rental_spend", firm) for firm in SIX]
RENTED = {"mean_stock_ratio": 0.7, "sd": 0.2}
RNG = np.random.default_rng(9)
HONEST = 500  # figures simulated from the prior


@cache
def predicted_sums(kind: str, firm: str | None) -> tuple[Any, np.ndarray]:
    """What prior draws predict of a sum, in log USD, and the clock that it is read by."""
    bill = sum_of(kind, firm, 1e9, "USD")
    question = Question(with_latents(load_assumptions(), [bill]), DAY, draws=8_192)
    predicted = prior_for(question, [bill]).map(lambda values: predictions_of(question, values, [bill])[2])
    return question.clock, predicted["bill"]


def sum_of(kind: str, firm: str | None, value: float, currency: str) -> Item:
    observed = {"value": float(value), "currency": currency, "year": 2026, **({"firm": firm} if firm else {})}
    return item(kind, "bill", observed=observed, likelihood=RENTED if kind == "rental_spend" else GROWN | {"sd": 0.4})


@pytest.mark.parametrize(("kind", "firm"), MONEY)
@pytest.mark.parametrize(("meant", "marked"), [("CNY", "USD"), ("USD", "CNY")])
def test_a_sum_marked_with_another_currency_is_told_by_it(kind: str, firm: str | None, meant: str, marked: str) -> None:
    """What is expected of any firm, its currency mistaken, would be likelier in its own; as it is, nothing is said."""
    clock, predicted = predicted_sums(kind, firm)
    figure = float(np.exp(np.median(predicted))) * (6.8 if meant == "CNY" else 1.0)
    assert likelier_if(sum_of(kind, firm, figure, meant), predicted, clock, RNG) == ""
    assert f"its currency is {meant}" in likelier_if(sum_of(kind, firm, figure, marked), predicted, clock, RNG)


@pytest.mark.parametrize(("kind", "firm"), [("capital_spending", "alibaba"), ("rental_spend", "moonshot")])
@pytest.mark.parametrize("currency", ["USD", "CNY"])
def test_of_honest_sums_one_in_a_hundred_seems_mistaken_at_most(kind: str, firm: str, currency: str) -> None:
    clock, predicted = predicted_sums(kind, firm)
    rng = np.random.default_rng(8)
    seen = np.exp(simulate(sum_of(kind, firm, 1e9, "USD"), rng.choice(predicted, HONEST), clock, rng))
    rate = 6.8 if currency == "CNY" else 1.0
    some = predicted[:1_000]  # the densities are smooth: more draws would only take time
    alarms = sum(bool(likelier_if(sum_of(kind, firm, each * rate, currency), some, clock, rng)) for each in seen)
    assert alarms <= stats.binom.isf(1e-4, HONEST, FALSE_ALARMS)


def test_the_factor_that_is_named_is_the_one_that_honest_sums_pass_once_in_a_hundred() -> None:
    """At the worst spread exactly so: an honest figure is normal, the mistake moves it by k standard deviations."""
    shifts = np.linspace(0.2, 8.0, 400)
    passed = stats.norm.sf(math.log(LIKELIER) / shifts + 0.5 * shifts)
    assert passed.max() == pytest.approx(FALSE_ALARMS, rel=1e-4)


def test_what_would_be_likelier_in_another_currency_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It could be honest, so that it counts; whoever added it reads what it might be."""
    predicted = predicted_sums("capital_spending", "alibaba")[1]
    figure = float(np.exp(np.median(predicted) + 2.45 * np.hypot(predicted.std(), 0.4)))
    observed = {"value": figure, "year": 2026, "firm": "Alibaba"}
    path = write_item(tmp_path, "capital_spending", "leak", observed=observed, likelihood=GROWN | {"sd": 0.4})
    options = ["--evidence", "none", "--draws", "8000", "--engine", "importance", "--as-of", f"{DAY}"]
    assert catchup(["forecast", *options, "--add", str(path)]) == 0
    said = capsys.readouterr().err
    assert "leak would be" in said
    assert "times likelier if its currency is CNY" in said
    assert "surprises the prior" not in said


def test_a_bill_is_taken_in_any_currency_at_the_rate_of_its_year() -> None:
    yuan = item("rental_spend", "a", observed={"value": 2.3e9, "currency": "RMB", "year": 2025, "firm": "zai"})
    clock = load_assumptions().clock(DAY)
    assert yuan.observation(clock) == pytest.approx(math.log(2.3e9 / 7.19), rel=1e-12)
    with pytest.raises(InputError, match=r"observed.year: is missing: the rate of CNY is that of a year"):
        item("rental_spend", "a", observed={"value": 2.3e9, "currency": "RMB", "firm": "zai"})
    with pytest.raises(InputError, match=r"observed.year: the rate of CNY is known for 2022 to 2026, not for 2019"):
        item("rental_spend", "a", observed={"value": 2.3e9, "currency": "RMB", "year": 2019, "firm": "zai"})


@pytest.mark.parametrize(
    ("firm", "rented"),
    [("alibaba", ("remote_stock", "alibaba_remote_share")), ("moonshot", ("moonshot_stock",))],
)
def test_a_bill_is_of_what_the_firm_rents(firm: str, rented: tuple[str, ...]) -> None:
    """A hyperscaler buys what stands inside China; a start-up rents all it has."""
    bill = sum_of("rental_spend", firm, 1e9, "USD")
    question = Question(with_latents(load_assumptions(), [bill]), DAY, draws=20)

    def both(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        stock = np.prod([values[name] for name in rented], axis=0)
        by_hand = np.log(stock * 0.7 * values["rental_price"] * 8_760.0)
        return {"by_hand": by_hand, "ours": predictions_of(question, values, [bill])[2]["bill"]}

    found = prior_for(question, [bill]).map(both)
    np.testing.assert_allclose(found["ours"], found["by_hand"], rtol=1e-12)


def test_a_bill_of_a_firm_that_rents_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_item(tmp_path, "rental_spend", "bill", observed={"value": 1e8, "firm": "baidu"})
    overlay = tmp_path / "baidu.toml"
    overlay.write_text(BAIDU, encoding="utf-8")
    assert catchup(["evidence", "check", str(path), "--priors", str(overlay)]) == 2
    assert "observed.firm: baidu rents no compute in the model, but buys it" in capsys.readouterr().err


def test_an_added_item_that_was_retracted_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stock = {"value": 60e3, "chip": "H100", "firm": "zai", "date": date(2026, 6, 1)}
    taken_back = {"retracted_on": date(2026, 11, 2), "retracted_why": "counted twice"}
    path = write_item(tmp_path, "compute_stock", "stock", observed=stock, likelihood={"sd": 0.3}, **taken_back)
    options = ["--evidence", "eci-lag", "--draws", "2000", "--model", "article", "--as-of", f"{DAY}"]
    assert catchup(["forecast", *options, "--add", str(path)]) == 0
    assert "stock is set aside (retracted on 2026-11-02: counted twice)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("model", ["article", "current"])
def test_a_reading_of_the_countrys_stock_is_held_against_what_capacity_shows(model: str) -> None:
    """Each flow once and whole, and every buyer's H200s, whoever asks."""
    day = date(2026, 8, 24)
    reading = item("compute_stock", "stock", observed={"value": 2e6, "date": day})
    question = Question(with_latents(load_assumptions(model=model), [reading]), DAY, draws=200)

    def both(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        inside = national_pools(np, question.assumptions, values)[INSIDE]
        told = predictions_of(question, values, [reading])[2]["stock"]
        return {"told": told, "shown": np.log(inside.at(np, question.clock.months(day)))}

    found = prior_for(question, [reading]).map(both)
    np.testing.assert_allclose(found["told"], found["shown"], rtol=1e-12)
