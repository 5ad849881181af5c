"""Files given with `--add`: counted as their role says, on the day of the question."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence.ledgers import PACKAGED
from catchup.model import load_assumptions
from item_cases import DAY, write_item

QUESTION = Question(load_assumptions(), DAY, draws=1_000)
REVISED = {"key": "role", "old": "check", "new": "likelihood", "why": "confirmed by a second source"}


def counted(evidence: str, path: Path, day: date = DAY, **options: bool) -> list[str]:
    found = choose_evidence(replace(QUESTION, as_of=day), evidence, None, (path,), **options)
    return [item.id for item in found.counted]


@pytest.mark.parametrize("role", ["check", "prior"])
def test_one_that_is_held_out_is_not_counted_unless_it_is_named(
    role: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_item(tmp_path, "capability_lag", "lag", role=role)
    assert "lag" not in counted("default", path)
    assert counted("none", path) == []
    assert counted("lag", path) == ["lag"]
    assert counted("lag", path, count_added=False) == []
    asked = ["--draws", "1000", "--as-of", str(DAY), "--evidence", "none", "--add", str(path)]
    assert catchup(["forecast", *asked]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"no added item is counted: lag has the role {role}, not likelihood" in said
    assert catchup(["evidence", "check", str(path), "--as-of", str(DAY)]) == 0
    assert "counted" in capsys.readouterr().out


def test_a_file_of_the_ledger_itself_is_checked_as_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has just edited one checks it by its path."""
    ledger = tmp_path / "ledger"
    shutil.copytree(PACKAGED, ledger)
    edited = ledger / "zai-spend-2025.toml"
    assert catchup(["evidence", "check", str(edited), "--ledger", str(ledger), "--as-of", str(DAY)]) == 0
    assert "zai-spend-2025: rental_spend; on 2026-11-21: counted" in capsys.readouterr().out
    assert catchup(["evidence", "check", str(PACKAGED / edited.name), "--as-of", str(DAY)]) == 0
    assert "valid: 1 item" in capsys.readouterr().out
    other = tmp_path / edited.name
    other.write_text("id = 'zai-spend-2025'\nkind = 'nonsense'\n", encoding="utf-8")
    assert catchup(["evidence", "check", str(edited), str(other), "--ledger", str(ledger), "--as-of", str(DAY)]) == 2
    assert str(other) in capsys.readouterr().err
    assert catchup(["evidence", "check", str(edited), "--as-of", str(DAY)]) == 2
    assert "is the id of evidence/ledger/zai-spend-2025.toml already; a ledger with" in capsys.readouterr().err


def test_one_of_role_likelihood_is_counted_whatever_else_is(tmp_path: Path) -> None:
    path = write_item(tmp_path, "capability_lag", "lag")
    assert counted("none", path) == ["lag"]
    assert counted("eci-lag", path) == ["eci-lag", "lag"]
    assert counted("none", path, count_added=False) == []


def test_a_role_that_was_revised_is_that_of_the_day(tmp_path: Path) -> None:
    path = write_item(tmp_path, "capability_lag", "lag", revised=[{"day": date(2026, 11, 10), **REVISED}])
    assert counted("none", path, date(2026, 11, 2)) == []
    assert counted("none", path) == ["lag"]
