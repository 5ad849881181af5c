"""Leaks that cannot be, and leaks that can hardly be: refused by file and key, or said to surprise the prior."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.surprise import DRAWS, SURPRISING, surprises
from catchup.model.assumptions import load_assumptions
from item_cases import DAY, item, write_item

SEEN = date(2026, 10, 1)
STOCK = {"value": 900e3, "chip": "H100", "firm": "bytedance", "date": SEEN}
SPENT = {"value": 100e9, "currency": "CNY", "year": 2026, "firm": "alibaba"}
RUN = {"firm": "deepseek", "started": date(2026, 7, 1), "date": date(2026, 8, 1), "size": 1e25}

REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "firm": ("compute_stock", STOCK | {"firm": "bytedence"}, "observed.firm", "did you mean 'bytedance'"),
    "chip": ("compute_stock", STOCK | {"chip": "H10O"}, "observed.chip", "did you mean 'H100'"),
    "channel": ("shipment", {"value": 1e4, "chip": "H200", "channel": "h20", "date": SEEN}, "channel", "did you mean"),
    "currency": ("capital_spending", SPENT | {"currency": "CNYY"}, "observed.currency", "did you mean 'CNY'"),
    "interval": ("compute_stock", STOCK | {"interval": [1e6, 2e6]}, "observed.interval", "should lie inside"),
    "end": ("run_finished", RUN | {"date": date(2026, 6, 1)}, "observed.started", "is not before 2026-06-01"),
    "percent": (
        "budget_share",
        {"low": 1.0, "high": 1.6, "firm": "deepseek"},
        "observed.high",
        "1.6% is the share 0.016",
    ),
    "owner": ("compute_stock", STOCK | {"value": 30e6}, "observed.value", "more than all firms have"),
    "cluster": ("cluster", STOCK | {"value": 30e6}, "observed.value", "more than all firms have"),
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
}


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
    """Z.ai's bill of RMB 2.3 bn taken for dollars: checked, it is said to surprise; beside the true one, a conflict."""
    wrong, likelihood = {"value": 2.3e9, "firm": "zai"}, {"mean_stock_ratio": 0.7, "sd": 0.1}
    path = write_item(tmp_path, "rental_spend", "bill", observed=wrong, likelihood=likelihood)
    assert catchup(["evidence", "check", str(path)]) == 0
    assert "bill surprises the prior" in capsys.readouterr().out
    assert catchup(["forecast", "--add", str(path), "--as-of", f"{DAY}"]) == 1
    conflict = capsys.readouterr().err
    assert "zai-spend-2025 and bill" in conflict
    assert "contradict each other" in conflict
    right = write_item(tmp_path, "rental_spend", "own", observed=wrong | {"value": 340e6}, likelihood=likelihood)
    assert catchup(["evidence", "check", str(right)]) == 0
    assert "surprises" not in capsys.readouterr().out


def test_what_is_added_and_surprises_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_item(
        tmp_path, "progress_estimate", "study", observed={"value": 90.0, "interval": [80.0, 100.0], "level": 0.8}
    )
    options = ["--evidence", "none", "--draws", "20000", "--engine", "importance", "--as-of", f"{DAY}"]
    assert catchup(["forecast", *options, "--add", str(path)]) == 0
    assert "study surprises the prior" in capsys.readouterr().err


def test_surprise_is_the_prior_predictive_tail() -> None:
    """Lognormal in closed form: as far out as the reading, on both sides."""
    from scipy import stats

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
