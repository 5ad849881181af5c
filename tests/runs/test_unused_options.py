"""An option that would do nothing is refused by its name: what it was given for, it would not get."""

from __future__ import annotations

from pathlib import Path

import pytest

from catchup.analysis.commands.main import run as command

PRIOR = ["--evidence", "none", "--draws", "2000", "--as-of", "2026-11-26"]
SCORE = ["score", "--runs", "nowhere"]
DAY = "1999-01-01"


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["hindcast", "--item", "g", "--plot", "x.svg"], "--plot"),
        (["hindcast", "--item", "g", "--json"], "--json"),
        (["hindcast", "--item", "g", "--dates"], "--dates"),
        (["data", "lags", "--item", "q", "--json"], "--json"),
        (["data", "lags", "--set", "mfu_china=0.2"], "--set"),
        (["data", "efficiency", "F.csv", "--item", "x", "--json"], "--json"),
        (["data", "efficiency", "F.csv", "--item", "x", "--dates"], "--dates"),
        (["data", "check", "--vintage", "2026-08-16"], "--vintage"),
        ([*SCORE, "--outcome", DAY, "--criteria", "nope.toml"], "--criteria"),
        ([*SCORE, "--outcome-after", DAY, "--criteria", "nope.toml"], "--criteria"),
        ([*SCORE, "--outcome", DAY, "--data", "nowhere"], "--data"),
        (["evidence", "confirm", "no-public-model", "--through", "2026-11-26", "--set", "mfu_china=0.2"], "--set"),
        (["evidence", "confirm", "no-public-model", "--through", "2026-11-26", "--priors", "nope"], "--priors"),
    ],
)
def test_an_unused_option_is_refused(
    arguments: list[str],
    option: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"catchup: {option}: ")
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["capacity", "size"])
@pytest.mark.parametrize("given", [["--event", "narrow-exploit"], ["--launch-grid", "0.5"]])
def test_what_is_taken_everywhere_is_told_of_where_it_does_nothing(
    name: str, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = f"catchup: {given[0]} changes nothing here"
    assert command([name, *given, *PRIOR, "--json"]) == 0
    assert told in capsys.readouterr().err
    for arguments in ([name, *PRIOR], [name, "--event", "compute-equivalent", *PRIOR]):
        assert command([*arguments, "--json"]) == 0
        assert "changes nothing" not in capsys.readouterr().err


def test_the_day_of_dates_that_nobody_asked_for_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["hindcast", "--as-of", DAY, "--json"]) == 0
    assert "--as-of changes nothing here" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["forecast", "capacity", "thresholds"])
def test_a_ledger_that_nothing_is_counted_of_is_checked_all_the_same(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command([name, *PRIOR, "--ledger", "nowhere"]) == 2
    assert capsys.readouterr().err == "catchup: nowhere: no such folder\n"


def test_no_table_is_not_a_valid_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tables"
    assert command(["data", "check", "--data", str(folder)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"catchup: {folder}: holds no table to check: a FILE was expected")
    assert said.out == ""
