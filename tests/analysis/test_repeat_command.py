"""The command shown is the command that was asked."""

import shlex
import shutil
from datetime import date
from pathlib import Path

from catchup.analysis.commands.options import Asked
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.explorer import explorer_data
from catchup.analysis.presentation.repeat_command import options_of
from catchup.evidence import template
from catchup.evidence.ledgers import PACKAGED
from catchup.model.assumptions import load_assumptions


def test_every_departure_from_the_defaults_is_said(tmp_path: Path) -> None:
    leak = tmp_path / "leak.toml"
    leak.write_text(template("capability_lag"), encoding="utf-8")
    assumptions = load_assumptions(["progress-scher"], {"mythos_chips": 400_000.0})
    question = Question(
        assumptions, date(2026, 11, 21), event="narrow-exploit", draws=1_024, seed=9, quasi_random=True, launch_grid=0.5
    )
    items = choose_evidence(question, "eci-lag", None, [leak]).counted
    assert options_of(question, items) == [
        "--as-of 2026-11-21",
        "--event narrow-exploit",
        "--model current",
        "--priors progress-scher",
        "--set mythos_chips=400000",
        "--quasi",
        "--launch-grid 0.5",
        "--evidence eci-lag",
        f"--add {leak}",
        "--draws 1024",
        "--seed 9",
    ]


def test_a_launch_grid_is_said_to_its_last_digit() -> None:
    question = Question(load_assumptions(), date(2026, 11, 21), launch_grid=0.123456789)
    assert "--launch-grid 0.123456789" in options_of(question, [])


def test_the_defaults_need_little(tmp_path: Path) -> None:
    question = Asked(as_of=date(2026, 11, 21)).question()
    assert options_of(question, []) == [
        "--as-of 2026-11-21",
        "--event compute-equivalent",
        "--model current",
        "--evidence none",
        "--draws 100000",
        "--seed 1",
    ]


def test_a_ledger_of_ones_own_is_asked_again_as_one(tmp_path: Path) -> None:
    """Added one by one, its items would clash with the project's own of the same names."""
    ledger = tmp_path / "my ledger"
    shutil.copytree(PACKAGED, ledger)
    leak = tmp_path / "leak.toml"
    leak.write_text(template("capability_lag").replace("new-item", "leak"), encoding="utf-8")
    question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    selection = choose_evidence(question, "zai-spend-2025", ledger, [leak])
    options = options_of(question, selection.counted, selection.ledger)
    assert options[3:6] == [f"--ledger '{ledger}'", "--evidence zai-spend-2025", f"--add {leak}"]
    again = choose_evidence(question, "zai-spend-2025", Path(shlex.split(options[3])[1]), [leak])
    assert [item.id for item in again.counted] == [item.id for item in selection.counted]
    page = explorer_data(question, selection.counted, draws=100, ledger=selection.ledger)
    assert page["options"].endswith(options[3])
    assert [item["file"] for item in page["items"]] == ["", str(leak)]
