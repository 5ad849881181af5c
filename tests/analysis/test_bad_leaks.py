"""Leaks that cannot be, and leaks that can hardly be: refused by file and key, or said to surprise the prior."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.conflict import Screening
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.misreading import SURPRISING
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.pages.leaks import PAGE, leaks_in
from catchup.analysis.studies.surprise import DRAWS, surprises
from catchup.evidence.latents import with_latents
from catchup.model.assumptions import Assumptions, load_assumptions
from item_cases import DAY, item, write_item

MODEL = "current"

SEEN = date(2026, 10, 1)
STOCK = {"value": 900e3, "chip": "H100", "firm": "bytedance", "date": SEEN}
SPENT = {"value": 100e9, "currency": "CNY", "year": 2026, "firm": "alibaba"}
RUN = {"firm": "deepseek", "started": date(2026, 7, 1), "date": date(2026, 8, 1), "size": 1e25}

LONG = [
    {"reference": f"record {months}", "months": months, "follower": f"model {months}", "follower_date": SEEN}
    for months in (91.0, 93.0, 94.0)
]

REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "firm": ("compute_stock", STOCK | {"firm": "bytedence"}, "observed.firm", "did you mean 'bytedance'"),
    "chip": ("compute_stock", STOCK | {"chip": "H10O"}, "observed.chip", "did you mean 'H100'"),
    "channel": ("shipment", {"value": 1e4, "chip": "H200", "channel": "h20", "date": SEEN}, "channel", "did you mean"),
    "arrivals": (
        "shipment",
        {"value": 1e4, "channel": "ascend-2027", "date": date(2026, 7, 1)},
        "observed.date",
        "nothing arrives through 'ascend-2027' before 2026-09-25",
    ),
    "currency": ("capital_spending", SPENT | {"currency": "CNYY"}, "observed.currency", "did you mean 'CNY'"),
    "interval": ("compute_stock", STOCK | {"interval": [1e6, 2e6]}, "observed.interval", "should lie inside"),
    "end": ("run_finished", RUN | {"date": date(2026, 6, 1)}, "observed.started", "is not before 2026-06-01"),
    "percent": (
        "budget_share",
        {"low": 1.0, "high": 1.6, "firm": "deepseek"},
        "observed.high",
        "1.6% is the share 0.016",
    ),
    "percent-of-a-quantity": (
        "quantity_reading",
        {"value": 33.0, "quantity": "mfu_china"},
        "observed.value",
        "33% is the share 0.33",
    ),
    "beyond-numbers": ("compute_stock", STOCK | {"value": 1e200}, "observed.value", "between 1e-60 and 1e+60"),
    "owner": ("compute_stock", STOCK | {"value": 30e6}, "observed.value", "more than all firms have"),
    "cluster": ("cluster", STOCK | {"value": 30e6}, "observed.value", "more than all firms have"),
    "days": ("lag_records", {"episodes": LONG}, "observed.episodes", "lags in months were expected"),
    "lever": ("policy", {"lever": "remote-revokd", "date": SEEN}, "observed.lever", "did you mean 'remote-revoked'"),
}
SPREAD = {
    "compute_stock": {"sd": 0.3},
    "cluster": {"sd": 0.3},
    "shipment": {"sd": 0.3},
    "capital_spending": {"sd": 0.3, "yearly_growth": 2.0},
    "run_finished": {"size_sd": 0.8},
    "budget_share": {"sd": 0.3},
    "policy": {},
    "quantity_reading": {"sd": 0.2},
    "lag_records": {"typical_months": 90.0, "typical_sigma": 1.0, "spread": 0.4, "spread_sigma": 0.5},
}


def test_a_firm_that_does_not_race_is_said_to_be_read_as_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent, racing = (
        str(write_item(tmp_path, "compute_stock", name, observed=STOCK | {"firm": firm}, likelihood={"sd": 0.3}))
        for name, firm in (("baidu-stock", "Baidu"), ("own-stock", "bytedance"))
    )
    said = "catchup: baidu-stock is about Baidu, which does not race, and is read as ByteDance's"
    asked = ["forecast", "--draws", "20000", "--as-of", str(DAY), "--add"]
    for model, expected in (("current", [said]), ("article", [])):
        catchup([*asked, absent, "--evidence", "baidu-stock", "--model", model])
        lines = capsys.readouterr().err.splitlines()
        assert [line for line in lines if "does not race" in line] == expected
    catchup([*asked, racing, "--evidence", "own-stock"])
    assert "does not race" not in capsys.readouterr().err
    assert catchup(["evidence", "check", absent, "--as-of", str(DAY)]) == 0
    assert said.removeprefix("catchup: ") in capsys.readouterr().out


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize(
    "command", [["evidence", "check"], ["forecast", "--evidence", "none", "--draws", "500", "--add"]]
)
def test_what_cannot_be_ends_with_2_and_names_file_and_key(
    name: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, observed, key, said = REFUSED[name]
    path = write_item(tmp_path, kind, "leak", observed=observed, likelihood=SPREAD[kind])
    assert catchup([*command, str(path)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert all(part in message for part in (str(path), key, said))


def test_a_doubted_report_of_too_much_is_weighed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    doubt = {"reliability": 0.2, "background_mean": 13.0, "background_sd": 1.0}
    path = write_item(
        tmp_path, "compute_stock", "leak", observed=STOCK | {"value": 30e6}, likelihood={"sd": 0.3, **doubt}
    )
    assert catchup(["evidence", "check", str(path)]) == 0
    assert "valid: 1 item" in capsys.readouterr().out


def test_renminbi_marked_as_dollars_surprise_the_prior(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Z.ai's bill of RMB 2.3 bn taken for dollars: checked, it is said to surprise; counted, it is refused."""
    wrong, likelihood = {"value": 2.3e9, "firm": "zai"}, {"mean_stock_ratio": 0.7, "sd": 0.1}
    path = write_item(tmp_path, "rental_spend", "bill", observed=wrong, likelihood=likelihood)
    assert catchup(["evidence", "check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "bill surprises the prior" in said
    assert "times likelier if its currency is CNY" in said
    assert catchup(["forecast", "--add", str(path), "--as-of", f"{DAY}"]) == 1
    assert "times likelier if its currency is CNY" in capsys.readouterr().err
    right = write_item(tmp_path, "rental_spend", "own", observed=wrong | {"value": 340e6}, likelihood=likelihood)
    assert catchup(["evidence", "check", str(right)]) == 0
    assert "surprises" not in capsys.readouterr().out


LEAKS = leaks_in((Path(__file__).parents[2] / "docs" / PAGE).read_text(encoding="utf-8"))
GROWN = {"yearly_growth": 2.0}
HELD = {"firm": "bytedance", "date": date(2026, 10, 15), "chip": "H100e"}
BYTEDANCE = {"year": 2026, "firm": "bytedance"}
KIMI = {"firm": "Kimi", "date": date(2025, 7, 11)}
EXTREME: dict[str, tuple[str, dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "five-million": (
        "compute_stock",
        HELD | {"value": 5e6, "interval": [4.5e6, 5.5e6]},
        {"sd": 0.3},
        ("hardly possible under the prior", "p = ", "H100e", "china_stock", "lower their reliability"),
    ),
    "yuan-as-dollars": (
        "capital_spending",
        BYTEDANCE | {"value": 160e9, "currency": "USD"},
        GROWN | {"sd": 0.4},
        ("surprises the prior", "times likelier if its currency is CNY", "expected (USD)"),
    ),
    "dollars-as-yuan": (
        "capital_spending",
        BYTEDANCE | {"value": 22.5e9, "currency": "CNY"},
        GROWN | {"sd": 0.4},
        ("surprises the prior", "times likelier if its currency is USD"),
    ),
    "bill-of-dollars-as-yuan": (
        "rental_spend",
        {"value": 340e6, "currency": "CNY", "year": 2025, "firm": "zai"},
        {"mean_stock_ratio": 0.7, "sd": 0.1},
        ("times likelier if its currency is USD",),
    ),
    "hundredfold-run": (
        "run_finished",
        KIMI | {"size": 3e26},
        {"size_sd": 1.0, "typical_share": 0.5},
        ("times likelier if its size is a hundred times too large",),
    ),
    "thousandth-of-a-run": (  # a hundredth is warned of: rivals within the firm might have taken the rest of the budget
        "run_finished",
        KIMI | {"size": 3e21},
        {"size_sd": 1.0, "typical_share": 0.5},
        ("contradicts the rest", "3e+21 observed"),
    ),
    "hundredfold-capital": (
        "capital_spending",
        BYTEDANCE | {"value": 160e11, "currency": "CNY"},
        GROWN | {"sd": 0.4},
        ("times likelier if its value is a hundred times too large",),
    ),
    "hundredfold-cluster": (
        "cluster",
        {"value": 2.5e6, "chip": "910C", "firm": "Meituan", "date": date(2026, 4, 30)},
        {"sd": 0.4},
        ("hardly possible under the prior", "expected with a probability"),
    ),
    "beyond-any-mistake": (
        "run_finished",
        KIMI | {"size": 1e45},
        {"size_sd": 1.0, "typical_share": 0.5},
        ("hardly possible under the prior", "FLOP"),
    ),
    "hundredth-of-a-stock": (
        "compute_stock",
        HELD | {"value": 13e3},
        {"sd": 0.3},
        ("times likelier if its value is a hundred times too small",),
    ),
}


# Refused on a million draws, as the first is of the default model: the article's are drawn in a quarter of the time.
OF_THE_ARTICLE = {"beyond-any-mistake"}


@pytest.mark.parametrize("name", EXTREME)
def test_an_extreme_leak_ends_with_1_and_names_the_conflict(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong by a currency or a hundredfold, or hardly possible: no date is given, and why not is said."""
    kind, observed, likelihood, said = EXTREME[name]
    path = write_item(tmp_path, kind, name, observed=observed, likelihood=likelihood)
    options = ["--model", "article"] if name in OF_THE_ARTICLE else []
    assert catchup(["forecast", "--add", str(path), "--as-of", f"{DAY}", *options]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert all(part in printed.err for part in (name, *said)), printed.err


def test_an_extreme_leak_counts_once_it_is_doubted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same figure as a rumour: its background predicts it, and whether it is genuine is part of the answer."""
    kind, observed, likelihood, _ = EXTREME["five-million"]
    doubt = {"reliability": 0.3, "background_mean": 14.0, "background_sd": 1.5}
    path = write_item(tmp_path, kind, "rumour", observed=observed, likelihood=likelihood | doubt)
    assert catchup(["forecast", "--add", str(path), "--as-of", f"{DAY}", "--draws", "20000"]) == 0
    assert "Evidence counted" in capsys.readouterr().out


@pytest.mark.parametrize("name", LEAKS)
def test_no_leak_of_the_tutorial_is_refused(name: str, assumptions: Assumptions, tmp_path: Path) -> None:
    """By the rules that a forecast goes by, beside the default ledger."""
    question = Question(assumptions, DAY)
    path = tmp_path / name
    path.write_text(LEAKS[name])
    selected = choose_evidence(question, "default", None, [path])
    asked = replace(question, assumptions=with_latents(assumptions, selected.counted))
    screening = Screening(asked, selected.counted, prior_for(asked, selected.counted))
    if screening.suspicious():
        screening.refuse_conflict()


def test_what_is_added_and_surprises_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_item(
        tmp_path, "progress_estimate", "study", observed={"value": 90.0, "interval": [80.0, 100.0], "level": 0.8}
    )
    options = ["--evidence", "none", "--draws", "20000", "--engine", "importance", "--as-of", f"{DAY}"]
    options += ["--model", "article"]  # it is looked at on a million draws
    assert catchup(["forecast", *options, "--add", str(path)]) == 0
    assert "study surprises the prior" in capsys.readouterr().err


def test_surprise_is_the_prior_predictive_tail() -> None:
    """Lognormal in closed form: as far out as the reading, on both sides."""
    from catchup.priors import LogNormal

    assumptions = load_assumptions(model="article", priors={"china_stock": LogNormal(median=2e6, sigma=0.2)})
    question = Question(assumptions, DAY)
    spread = float(np.hypot(0.2, 0.3))
    for score in (2.0, 2.45, 2.8, 3.5):
        reading = item(
            "quantity_reading",
            "reading",
            observed={"value": 2e6 * float(np.exp(score * spread)), "quantity": "china_stock"},
            likelihood={"sd": 0.3},
        )
        found, exact = surprises(question, [reading]), 2.0 * stats.norm.sf(score)
        assert bool(found) == (exact < SURPRISING)
        if found:
            error = np.sqrt(2.0 * exact / DRAWS)
            assert abs(found[0].probability - exact) < 5.0 * error
