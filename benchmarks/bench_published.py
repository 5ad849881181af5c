"""The published script, beside the commands that answer what it does: headline, levers, regimes, one-at-a-time, gate.

The script (v3.2, see `docs/reproduction.md`) has no licence and is no part of this project. Where ``CATCHUP_PUBLISHED``
names a copy of it, it is run as it is, but for the folder that it writes to.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from comparing import START, Ledger, in_process, in_turns, shortest

PUBLISHED = os.environ.get("CATCHUP_PUBLISHED")
ASKED = ("--model", "article", "--evidence", "none")
ROUNDS = 4

pytestmark = pytest.mark.skipif(PUBLISHED is None, reason="CATCHUP_PUBLISHED names no copy of the published script")

PEAK = """
import json, os, resource, subprocess, sys
for command in json.loads(sys.argv[1]):
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
print(json.dumps(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


def published(folder: Path) -> list[list[str]]:
    """Command that runs the script, writing into a folder."""
    assert PUBLISHED is not None
    code, found = re.subn(r"(?m)^OUT\s*=.*$", f"OUT = {str(folder)!r}", Path(PUBLISHED).read_text(encoding="utf-8"))
    assert found == 1
    script = folder / "published.py"
    script.write_text(code, encoding="utf-8")
    return [[sys.executable, str(script)]]


def from_here(folder: Path) -> list[list[str]]:
    """Commands that answer the same, every figure drawn."""
    asked = (["forecast", "--figures", str(folder / "figures")], ["levers"], ["regimes"], ["sensitivity"])
    return [[sys.executable, "-c", START, *words, *ASKED] for words in asked]


def all_of(commands: list[list[str]]) -> Callable[[], int]:
    """Return what runs some commands, one after the other, and tells the largest process's memory in KiB."""
    return lambda: int(in_process(PEAK, json.dumps(commands)))


def test_the_published_script(benchmark: Any, ledger: Ledger, tmp_path: Path) -> None:
    own, other = all_of(from_here(tmp_path)), all_of(published(tmp_path))
    memory = own(), other()
    assert len(list((tmp_path / "figures").glob("*.png"))) >= 5
    assert len(list(tmp_path.glob("fig*.png"))) == 5
    here, script = shortest(*in_turns(benchmark, own, other, rounds=ROUNDS))
    what = "published script / forecast with every figure, levers, regimes and sensitivity"
    missed = []
    for quantity, found, bound, detail in (
        ("time", script / here, 5.0, f"{script:.1f} s against {here:.1f} s"),
        ("memory", memory[1] / memory[0], 8.0, f"{memory[1] / 1024:,.0f} MiB against {memory[0] / 1024:,.0f} MiB"),
    ):
        try:
            ledger.at_least(f"{what}: {quantity}", found, bound, detail)
        except AssertionError as error:
            missed.append(str(error))
    assert not missed, missed
