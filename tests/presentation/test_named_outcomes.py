"""What is named where it stands: outcomes of two, what was laid over or set, files of a run, units of multiples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import catchup
from catchup.analysis.commands.main import run
from catchup.analysis.presentation.figures.wording import value_text
from catchup.priors.errors import InputError

ASKED = ["--as-of", "2026-11-26", "--draws", "4000"]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*arguments, *ASKED]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_disclosure_of_one_of_two_names_both(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["voi", *ASKED, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["disclosures"]
    told = {row["id"]: [outcome["says"] for outcome in row["outcomes"]] for row in rows}
    assert ["a report", "silence"] in told.values()
    assert ["none", "a claim"] in told.values()
    assert ["not taken", "taken"] in told.values()
    assert [None] * 2 in [says[:2] for says in told.values()]  # numbers are low or high
    printed = said(capsys, "voi")
    for outcome in ("silence:", "not taken:"):
        assert outcome in printed


def test_what_is_set_is_a_step_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    fixed = ["--set", "algorithmic_progress=5", "--set", "china_stock=2000000", "--evidence", "none"]
    assert run(["forecast", "--why", "--priors", "undated-lags", *fixed, *ASKED, "--json"]) == 0
    steps = {step["id"]: step for step in json.loads(capsys.readouterr().out)["bridge"]["steps"]}
    assert "undated-lags" in steps["overlays"]["title"]
    assert "--set" not in steps["overlays"]["title"]
    assert "algorithmic_progress = 5" in steps["set"]["title"]
    assert "china_stock = 2e+06" in steps["set"]["title"]
    assert steps["set"]["shift"]["0.5"]["months"] != 0.0
    assert run(["forecast", "--why", *fixed, *ASKED, "--json"]) == 0
    assert "overlays" not in {step["id"] for step in json.loads(capsys.readouterr().out)["bridge"]["steps"]}


def test_an_unknown_scenario_is_no_option_that_nobody_gave(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenarios", "firms-poled", *ASKED]) == 2
    message = capsys.readouterr().err
    assert "--scenario" not in message
    assert "unknown scenario 'firms-poled'; did you mean 'firms-pooled'?" in message


def test_help_names_every_kind_of_file_that_draws_are_kept_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forecast", "--help"]) == 0
    printed = capsys.readouterr().out
    for suffix in (".nc", ".netcdf", ".h5", ".zarr"):
        assert suffix in printed


def test_compute_taken_of_a_run_is_a_share_of_it() -> None:
    assert value_text("rival_compute", 0.31, "1") == "31%"
    assert value_text("rl_ratio", 0.31, "1") == "0.31"


def test_the_folder_of_a_run_says_which_file_to_load(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="holds no draws"):
        catchup.load(tmp_path)
    (tmp_path / "posterior.nc").write_bytes(b"")
    with pytest.raises(InputError, match=r"give its posterior\.nc"):
        catchup.load(tmp_path)
