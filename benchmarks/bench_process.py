"""What a user waits for, from the start of the process, against the least that a program on PyMC could take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from comparing import START, Ledger, in_turns, shortest

FORECAST = ("forecast", "--evidence", "none")
DEFAULT = ("forecast", "--as-of", "2026-11-21")
CONDITIONED = ("forecast", "--draws", "1000000", "--engine", "importance")

DAYS_PER_MONTH = 30.44


def process(*arguments: str, bytecode: Path | None = None) -> Callable[[], None]:
    """Return what runs Python with these arguments; where `bytecode` is given, none is kept or found there."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if bytecode is not None:
        environment |= {"PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONDONTWRITEBYTECODE": "1"}

    def run() -> None:
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    return run


def command(*arguments: str, bytecode: Path | None = None) -> Callable[[], None]:
    """Return what runs the command, as the installed script does."""
    return process("-c", START, *arguments, bytecode=bytecode)


def import_pymc(bytecode: Path | None = None) -> Callable[[], None]:
    return process("-c", "import pymc", bytecode=bytecode)


@pytest.mark.parametrize(
    ("temperature", "rounds", "model"), [("warm", 8, "current"), ("warm", 8, "article"), ("cold", 3, "article")]
)
def test_forecast_from_the_prior(
    benchmark: Any, ledger: Ledger, tmp_path: Path, temperature: str, rounds: int, model: str
) -> None:
    bytecode = tmp_path if temperature == "cold" else None
    asked = (*FORECAST, "--model", model)
    own, other = command(*asked, bytecode=bytecode), import_pymc(bytecode)
    own()
    forecast, pymc = shortest(*in_turns(benchmark, own, other, rounds=rounds))
    assert not any(tmp_path.iterdir())
    ledger.at_most(
        f"catchup {' '.join(asked)} / import pymc, {temperature}",
        forecast / pymc,
        0.8,
        f"{forecast:.2f} s against {pymc:.2f} s",
    )


def test_help(benchmark: Any, ledger: Ledger) -> None:
    own = command("--help")
    own()
    shown, pymc = shortest(*in_turns(benchmark, own, import_pymc(), rounds=8))
    ledger.at_most("catchup --help / import pymc", shown / pymc, 0.4, f"{shown:.2f} s against {pymc:.2f} s")


@pytest.mark.parametrize("model", ["current", "article"])
def test_the_default_forecast(benchmark: Any, ledger: Ledger, model: str) -> None:
    """What everybody asks."""
    arguments = (*DEFAULT, "--model", model)
    asked, pymc = shortest(*in_turns(benchmark, command(*arguments), import_pymc(), rounds=6))
    what = f"catchup {' '.join(arguments)} / import pymc"
    ledger.at_most(what, asked / pymc, 1.6, f"{asked:.2f} s against {pymc:.2f} s")


@pytest.mark.parametrize("model", ["current", "article"])
def test_how_well_its_median_is_known(benchmark: Any, ledger: Ledger, model: str) -> None:
    arguments = (*DEFAULT, "--model", model)
    in_turns(benchmark, command(*arguments), rounds=1)
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments, "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    answer = json.loads(done.stdout)
    days = answer["ready"]["quantiles"]["0.5"]["mcse"] * DAYS_PER_MONTH
    what = f"catchup {' '.join(arguments)}: Monte Carlo error of the median, days"
    ledger.at_most(what, days, 0.3, f"of {answer['draws']:,} draws")


@pytest.mark.parametrize("model", ["current", "article"])
def test_conditioning_on_the_ledger(benchmark: Any, ledger: Ledger, model: str) -> None:
    arguments = (*CONDITIONED, "--model", model)
    conditioned, pymc = shortest(*in_turns(benchmark, command(*arguments), import_pymc(), rounds=4))
    ledger.at_most(
        f"catchup {' '.join(arguments)} / import pymc",
        conditioned / pymc,
        6.0,
        f"{conditioned:.2f} s against {pymc:.2f} s",
    )


def test_the_two_models(benchmark: Any, ledger: Ledger) -> None:
    """What `current` holds beyond the article's model has its price, in all that is asked of it by default."""
    current, article = shortest(
        *in_turns(benchmark, command(*DEFAULT, "--model", "current"), command(*DEFAULT, "--model", "article"), rounds=6)
    )
    what = f"catchup {' '.join(DEFAULT)}, --model current / --model article"
    ledger.at_most(what, current / article, 1.3, f"{current:.2f} s against {article:.2f} s")
